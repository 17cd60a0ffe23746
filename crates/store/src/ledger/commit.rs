//! What the task does with what it took: one commit, and what follows when that fails.

use tokio::time::Instant;

use super::LedgerError;
use super::batch;
use super::job::{Lazy, Reply, Urgent};
use super::stats::add;
use super::task::Task;
use crate::db::{Db, Result};
use crate::error::StoreError;

/// How often a batch of urgent jobs is tried while the database is not available.
const TRIES: usize = 3;

impl Task {
    pub(super) async fn write(&mut self) {
        let most_lazy = self.most_lazy().min(self.lazy.len());
        let lazy: Vec<Lazy> = self.lazy.drain(..most_lazy).collect();
        let since = self.lazy_since;
        if self.lazy.is_empty() {
            self.lazy_since = None;
        }
        let waiting = std::mem::take(&mut self.urgent);
        let (urgent, replies): (Vec<Urgent>, Vec<Reply>) =
            waiting.into_iter().map(|waiting| (waiting.job, waiting.reply)).unzip();
        if !urgent.is_empty() || !lazy.is_empty() {
            match self.commit(&urgent, &lazy).await {
                Ok(answers) => Self::wake(replies, answers),
                Err(error) => {
                    add(&self.counters.split_batches, 1);
                    tracing::warn!(error = &error as &dyn std::error::Error, "a batch of the ledger failed");
                    let answers = self.urgent_again(&urgent, &error).await;
                    Self::wake(replies, answers);
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
        } else if self.failing_since.is_some() && (self.is_closing || !self.flushes.is_empty()) {
            tokio::time::sleep(self.options.lazy_delay).await;
        }
    }

    fn wake(replies: Vec<Reply>, answers: Vec<Result<(), LedgerError>>) {
        for (reply, answer) in replies.into_iter().zip(answers) {
            // A caller that is gone needs no answer.
            let _ = reply.send(answer);
        }
    }

    async fn commit(&self, urgent: &[Urgent], lazy: &[Lazy]) -> Result<Vec<Result<(), LedgerError>>> {
        let stored = batch::store(self.db(), urgent, lazy).await?;
        if stored.on_their_way > 0 {
            self.store.outbox().notify_one();
        }
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
                self.lazy.splice(..0, lazy);
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
        tracing::error!(
            count,
            error = error as &dyn std::error::Error,
            "records or events could not be stored"
        );
    }

    fn db(&self) -> &Db {
        self.store.db()
    }
}
