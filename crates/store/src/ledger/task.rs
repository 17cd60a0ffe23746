//! The one task that writes: what it waits for and what it takes.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use super::job::{Errand, Lazy, Reply, Waiting};
use super::stats::Counters;
use super::writer::WriterOptions;
use crate::open::Store;

/// How often callers that were just woken get a chance to join the next batch before it starts.
const GATHERING_ROUNDS: usize = 3;

pub(super) struct Task {
    pub(super) store: Store,
    pub(super) options: WriterOptions,
    urgent_jobs: mpsc::Receiver<Waiting>,
    errand_jobs: mpsc::Receiver<Errand>,
    /// Somebody asks for a flush, or the queue of errands is full enough for a commit.
    nudged: Arc<Notify>,
    pub(super) counters: Arc<Counters>,
    pub(super) urgent: Vec<Waiting>,
    pub(super) lazy: Vec<Lazy>,
    /// When the oldest lazy job came.
    pub(super) lazy_since: Option<Instant>,
    /// Since when the database is not available for lazy jobs.
    pub(super) failing_since: Option<Instant>,
    pub(super) flushes: Vec<Reply>,
    pub(super) is_closing: bool,
}

impl Task {
    pub(super) fn new(
        store: Store,
        options: WriterOptions,
        urgent_jobs: mpsc::Receiver<Waiting>,
        errand_jobs: mpsc::Receiver<Errand>,
        nudged: Arc<Notify>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            store,
            options,
            urgent_jobs,
            errand_jobs,
            nudged,
            counters,
            urgent: Vec::new(),
            lazy: Vec::new(),
            lazy_since: None,
            failing_since: None,
            flushes: Vec::new(),
            is_closing: false,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            self.wait_for_work().await;
            self.gather().await;
            if self.is_closing {
                self.take_the_rest();
            }
            self.write().await;
            if self.is_closing && self.urgent.is_empty() && self.lazy.is_empty() {
                for flush in self.flushes.drain(..) {
                    let _ = flush.send(Ok(()));
                }
                return;
            }
        }
    }

    /// Until there is an urgent job, a flush, a full batch of lazy jobs, or one that has waited long enough. The first
    /// lazy job wakes the task; those after it wait in their queue for the same moment.
    async fn wait_for_work(&mut self) {
        loop {
            self.take_errands();
            let is_full = self.lazy.len() >= self.options.most_unawaited;
            // After a failure a full batch waits too: the database needs a moment.
            let is_due = is_full && self.failing_since.is_none();
            if !self.urgent.is_empty() || !self.flushes.is_empty() || self.is_closing || is_due {
                return;
            }
            let deadline = self.lazy_since.map(|since| since + self.options.lazy_delay);
            tokio::select! {
                biased;
                job = self.urgent_jobs.recv() => match job {
                    Some(job) => self.urgent.push(job),
                    None => self.is_closing = true,
                },
                () = self.nudged.notified() => {}
                errand = self.errand_jobs.recv(), if deadline.is_none() => match errand {
                    Some(errand) => self.take(errand),
                    None => self.is_closing = true,
                },
                () = at(deadline), if deadline.is_some() => return,
            }
        }
    }

    fn take_errands(&mut self) {
        while self.lazy.len() < self.options.most_unawaited && self.flushes.is_empty() {
            let Ok(errand) = self.errand_jobs.try_recv() else { return };
            self.take(errand);
        }
    }

    /// Takes what waits. Callers woken by the last commit are about to come back with their next job: the batch
    /// gives them a moment as long as it grows.
    async fn gather(&mut self) {
        for _ in 0..GATHERING_ROUNDS {
            let before = self.urgent.len();
            tokio::task::yield_now().await;
            while self.urgent.len() < self.options.most_at_once {
                let Ok(job) = self.urgent_jobs.try_recv() else { break };
                self.urgent.push(job);
            }
            if self.urgent.len() == before {
                break;
            }
        }
        self.take_errands();
    }

    /// Lazy jobs of the next commit. Where somebody waits for it there are few, and none as long as they can wait:
    /// the more of them are written together, the fewer pages are written again and again.
    pub(super) fn most_lazy(&self) -> usize {
        if self.urgent.is_empty() {
            return self.options.most_unawaited;
        }
        let is_due = self.lazy_since.is_some_and(|since| since.elapsed() >= self.options.lazy_delay);
        let is_full = self.lazy.len() >= self.options.most_unawaited;
        let is_asked_for = self.is_closing || !self.flushes.is_empty();
        if is_due || is_full || is_asked_for { self.options.most_at_once } else { 0 }
    }

    fn take(&mut self, errand: Errand) {
        match errand {
            Errand::Write(job) => {
                self.lazy_since.get_or_insert_with(Instant::now);
                self.lazy.push(job);
            }
            Errand::Flush(reply) => self.flushes.push(reply),
            Errand::Shutdown(reply) => {
                self.flushes.push(reply);
                self.is_closing = true;
            }
        }
    }

    /// Nothing new comes in; what is in the queues still goes out, bounded by their length.
    fn take_the_rest(&mut self) {
        self.urgent_jobs.close();
        self.errand_jobs.close();
        while let Ok(job) = self.urgent_jobs.try_recv() {
            self.urgent.push(job);
        }
        while let Ok(errand) = self.errand_jobs.try_recv() {
            self.take(errand);
        }
    }
}

/// Runs the task. On SQLite it gets a thread of its own: its statements run there without going anywhere, and nobody
/// else waits while it waits for the disk.
pub(super) fn start(task: Task) {
    if !task.store.is_sole_owner() {
        tokio::spawn(task.run());
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let spawned = runtime.and_then(|runtime| {
        let run = move || runtime.block_on(task.run());
        std::thread::Builder::new().name("ledger".to_owned()).spawn(run)
    });
    if let Err(error) = spawned {
        // Without its task every write is refused as closed.
        tracing::error!(%error, "the thread of the ledger could not be started");
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
