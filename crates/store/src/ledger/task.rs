//! The one task that writes: what it waits for and what it takes.

use std::sync::Arc;

use tokio::sync::mpsc;
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
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            store,
            options,
            urgent_jobs,
            errand_jobs,
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

    /// Until there is an urgent job, a flush, a full batch of lazy jobs, or one that has waited long enough.
    async fn wait_for_work(&mut self) {
        while self.urgent.is_empty() && self.flushes.is_empty() && !self.is_closing {
            let room = self.lazy.len() < self.most_lazy();
            // After a failure a full batch waits too: the database needs a moment.
            if !room && self.failing_since.is_none() {
                return;
            }
            let deadline = self.lazy_since.map(|since| since + self.options.lazy_delay);
            tokio::select! {
                biased;
                job = self.urgent_jobs.recv() => match job {
                    Some(job) => self.urgent.push(job),
                    None => self.is_closing = true,
                },
                errand = self.errand_jobs.recv(), if room => match errand {
                    Some(errand) => self.take(errand),
                    None => self.is_closing = true,
                },
                () = at(deadline), if deadline.is_some() => return,
            }
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
        while self.lazy.len() < self.most_lazy() && self.flushes.is_empty() {
            let Ok(errand) = self.errand_jobs.try_recv() else { break };
            self.take(errand);
        }
    }

    /// Most lazy jobs of the next commit: few where somebody waits for it.
    pub(super) const fn most_lazy(&self) -> usize {
        if self.urgent.is_empty() { self.options.most_unawaited } else { self.options.most_at_once }
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

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
