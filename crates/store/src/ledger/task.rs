//! The one task that writes.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::batch;
use super::job::{Errand, Lazy, Reply, Urgent, Waiting};
use super::stats::{Counters, add};
use super::writer::WriterOptions;
use super::LedgerError;
use crate::db::{Db, Result};
use crate::error::StoreError;
use crate::open::Store;

/// How often callers that were just woken get a chance to join the next batch before it starts.
const GATHERING_ROUNDS: usize = 3;
/// How often a batch of urgent jobs is tried while the database is not available.
const TRIES: usize = 3;

pub(super) struct Task {
    store: Store,
    options: WriterOptions,
    urgent_jobs: mpsc::Receiver<Waiting>,
    errand_jobs: mpsc::Receiver<Errand>,
    counters: Arc<Counters>,
    urgent: Vec<Waiting>,
    lazy: Vec<Lazy>,
    /// When the oldest lazy job came.
    lazy_since: Option<Instant>,
    /// Since when the database is not available for lazy jobs.
    failing_since: Option<Instant>,
    flushes: Vec<Reply>,
    is_closing: bool,
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
            let room = self.lazy.len() < self.options.most_at_once;
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
    /// waits for them as long as it grows.
    async fn gather(&mut self) {
        for _ in 0..GATHERING_ROUNDS {
            let before = self.urgent.len();
            while self.urgent.len() < self.options.most_at_once {
                let Ok(job) = self.urgent_jobs.try_recv() else { break };
                self.urgent.push(job);
            }
            if before > 0 && self.urgent.len() == before {
                break;
            }
            tokio::task::yield_now().await;
        }
        while self.lazy.len() < self.options.most_at_once && self.flushes.is_empty() {
            let Ok(errand) = self.errand_jobs.try_recv() else { break };
            self.take(errand);
        }
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

    async fn write(&mut self) {
        let waiting = std::mem::take(&mut self.urgent);
        let lazy = std::mem::take(&mut self.lazy);
        let since = self.lazy_since.take();
        let (urgent, replies): (Vec<Urgent>, Vec<Reply>) =
            waiting.into_iter().map(|waiting| (waiting.job, waiting.reply)).unzip();
        if !urgent.is_empty() || !lazy.is_empty() {
            match self.commit(&urgent, &lazy).await {
                Ok(answers) => self.wake(replies, answers),
                Err(error) => {
                    add(&self.counters.split_batches, 1);
                    tracing::warn!(error = &error as &dyn std::error::Error, "a batch of the ledger failed");
                    let answers = self.urgent_again(&urgent, &error).await;
                    self.wake(replies, answers);
                    self.lazy_again(lazy, since, &error).await;
                }
            }
        }
        // A flush asks for what came before it; lazy jobs that were put back are still to be stored.
        if self.lazy.is_empty() {
            self.failing_since = None;
            for flush in self.flushes.drain(..) {
                let _ = flush.send(Ok(()));
            }
        } else if !self.flushes.is_empty() {
            tokio::time::sleep(self.options.lazy_delay).await;
        }
    }

    fn wake(&self, replies: Vec<Reply>, answers: Vec<Result<(), LedgerError>>) {
        for (reply, answer) in replies.into_iter().zip(answers) {
            // A caller that is gone needs no answer.
            let _ = reply.send(answer);
        }
    }

    async fn commit(&self, urgent: &[Urgent], lazy: &[Lazy]) -> Result<Vec<Result<(), LedgerError>>> {
        let stored = batch::store(self.db(), urgent, lazy).await?;
        add(&self.counters.commits, 1);
        add(&self.counters.jobs, stored.answers.iter().filter(|answer| answer.is_ok()).count() + lazy.len());
        add(&self.counters.rows, usize::try_from(stored.rows).unwrap_or(usize::MAX));
        Ok(stored.answers)
    }

    /// Urgent jobs of a batch that failed: all together again when the database was the reason, else one by one.
    async fn urgent_again(&self, urgent: &[Urgent], error: &StoreError) -> Vec<Result<(), LedgerError>> {
        if urgent.is_empty() {
            return Vec::new();
        }
        if error.is_transient() {
            for _ in 1..TRIES {
                match self.commit(urgent, &[]).await {
                    Ok(answers) => return answers,
                    Err(error) if error.is_transient() => {}
                    Err(_) => break,
                }
            }
        }
        let mut answers = Vec::with_capacity(urgent.len());
        for job in urgent {
            let answer = match self.commit(std::slice::from_ref(job), &[]).await {
                Ok(mut answers) => answers.pop().unwrap_or(Ok(())),
                Err(error) => Err(error.into()),
            };
            // When the database is gone, the others need not find out one after the other.
            let is_gone = matches!(&answer, Err(LedgerError::Store(error)) if error.is_transient());
            answers.push(answer);
            if is_gone {
                break;
            }
        }
        answers.resize_with(urgent.len(), || {
            Err(StoreError::Unavailable("the database did not answer for the jobs before".into()).into())
        });
        answers
    }

    /// Lazy jobs of a batch that failed: kept for a while when the database was the reason, else one by one.
    async fn lazy_again(&mut self, lazy: Vec<Lazy>, since: Option<Instant>, error: &StoreError) {
        if error.is_transient() {
            let failing_since = *self.failing_since.get_or_insert_with(Instant::now);
            if failing_since.elapsed() < self.options.patience {
                self.lazy_since = since.map(|_| Instant::now());
                self.lazy = lazy;
                return;
            }
            self.failing_since = None;
            self.drop_jobs(lazy.len(), error);
            return;
        }
        for job in &lazy {
            if let Err(error) = self.commit(&[], std::slice::from_ref(job)).await {
                self.drop_jobs(1, &error);
            }
        }
    }

    fn drop_jobs(&self, count: usize, error: &StoreError) {
        add(&self.counters.dropped, count);
        tracing::error!(count, error = error as &dyn std::error::Error, "records or events could not be stored");
    }

    fn db(&self) -> &Db {
        self.store.db()
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
