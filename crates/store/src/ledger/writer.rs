//! The handle that sessions hold.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_model::event::SessionEvent;
use hookswitch_model::execution::{Act, ActState, Execution};
use hookswitch_model::{ActId, Scope, SecretId, SessionId, Stamp};
use serde_json::{Map, Value};
use tokio::sync::{Notify, mpsc, oneshot};

use super::LedgerError;
use super::job::{ActOutcome, Errand, IntentJob, Lazy, OutcomeJob, Urgent, Waiting};
use super::room::Room;
use super::stats::{Counters, WriterStats};
use super::task::{Task, start};
use crate::open::Store;

/// Bounds of the writer.
#[derive(Debug, Clone)]
pub struct WriterOptions {
    /// Callers of [`Writer::intent`] and [`Writer::outcome`] in the queue; more wait for a place in it.
    pub urgent_queue: usize,
    /// Records, events and the like in the queue; beyond it their callers wait for a place.
    pub lazy_queue: usize,
    /// Most jobs of each queue in a commit that somebody waits for.
    pub most_at_once: usize,
    /// Most records, events and the like in a commit that nobody waits for. The more, the fewer pages are written
    /// again and again.
    pub most_unawaited: usize,
    /// How long a record or an event may wait for a commit to ride along with.
    pub lazy_delay: Duration,
    /// How long records and events are kept while the database is not available.
    pub patience: Duration,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            urgent_queue: 1024,
            lazy_queue: 32_768,
            most_at_once: 256,
            most_unawaited: 16_384,
            lazy_delay: Duration::from_millis(700),
            patience: Duration::from_secs(5),
        }
    }
}

/// The ledger's writer. Clones feed the same task. A call that is dropped while it waits may still be written.
#[derive(Debug, Clone)]
pub struct Writer {
    urgent: mpsc::Sender<Waiting>,
    errands: mpsc::Sender<Errand>,
    nudge: Arc<Notify>,
    /// So many errands in the queue are enough for a commit.
    enough: usize,
    counters: Arc<Counters>,
}

impl Writer {
    /// Starts the writer of a store, one a process, on the current runtime. Ends with [`Writer::shutdown`], or
    /// when all handles are gone.
    pub fn start(store: Store, options: WriterOptions) -> Self {
        let (urgent, urgent_jobs) = mpsc::channel(options.urgent_queue.max(1));
        let (errands, errand_jobs) = mpsc::channel(options.lazy_queue.max(1));
        let counters = Arc::new(Counters::default());
        let nudge = Arc::new(Notify::new());
        let enough = options.most_unawaited.min(errands.max_capacity() / 2);
        let nudged = Arc::clone(&nudge);
        let task = Task::new(store, options, urgent_jobs, errand_jobs, nudged, Arc::clone(&counters));
        start(task);
        Self { urgent, errands, nudge, enough, counters }
    }

    /// Writes an intent: act and execution are on disk when this returns `Ok`, and only then may the first byte
    /// leave. Fails with [`LedgerError::LostSession`] when the session's epoch is higher than the act's. An
    /// `unknown` act of effect `idempotent` goes back to `pending` with the new execution: the same key is sent
    /// again.
    pub async fn intent(&self, act: Act, execution: Execution) -> Result<(), LedgerError> {
        self.wait(Urgent::Intent(Box::new(IntentJob { act, execution }))).await
    }

    /// Writes the outcome of an act with the final record, events and variables: on disk when this returns `Ok`.
    /// An outcome that comes after the act was given up as `unknown` (another node took the session) settles it;
    /// variables are then left alone. The same outcome again is `Ok`, another one
    /// [`LedgerError::AlreadySettled`].
    pub async fn outcome(
        &self,
        outcome: ActOutcome,
        execution: Execution,
        events: Vec<SessionEvent>,
        variables: Option<Map<String, Value>>,
    ) -> Result<(), LedgerError> {
        self.end(OutcomeJob { outcome, execution, events, variables, is_settlement: false }).await
    }

    /// Settles an `unknown` act, once, to `done` or `failed`; counters move with the record. An act in any other
    /// state is [`LedgerError::AlreadySettled`], and nothing is written.
    pub async fn settle(
        &self,
        outcome: ActOutcome,
        execution: Execution,
        events: Vec<SessionEvent>,
    ) -> Result<(), LedgerError> {
        if outcome.state == ActState::Unknown {
            return Err(LedgerError::NotAnOutcome);
        }
        self.end(OutcomeJob { outcome, execution, events, variables: None, is_settlement: true }).await
    }

    async fn end(&self, job: OutcomeJob) -> Result<(), LedgerError> {
        if job.outcome.state == ActState::Pending {
            return Err(LedgerError::NotAnOutcome);
        }
        self.wait(Urgent::Outcome(Box::new(job))).await
    }

    /// Notes when the model was told the answer of an act.
    pub async fn told(&self, act: ActId, at: Stamp) -> Result<(), LedgerError> {
        self.send(Lazy::Told { act, at }).await
    }

    /// Records an execution without an act: a read, a refused or a cancelled call. Written again, the later state
    /// stands and nothing counts twice. Executions with an act of their own end through [`Writer::outcome`].
    pub async fn record(&self, execution: Execution) -> Result<(), LedgerError> {
        self.send(Lazy::Record { execution: Box::new(execution), counted: true }).await
    }

    /// Records an execution that was answered with another one's result (replayed or joined): it does not count.
    pub async fn record_uncounted(&self, execution: Execution) -> Result<(), LedgerError> {
        self.send(Lazy::Record { execution: Box::new(execution), counted: false }).await
    }

    /// Stores an event.
    pub async fn event(&self, event: SessionEvent) -> Result<(), LedgerError> {
        self.send(Lazy::Event(event)).await
    }

    /// Waits for a place in the queue of events and the like. Whoever holds one can put something into it without
    /// waiting, so under a lock: places are stored in the order in which they are filled.
    pub async fn room(&self) -> Result<Room<'_>, LedgerError> {
        let place = self.errands.reserve().await.map_err(|_| LedgerError::Closed)?;
        Ok(Room { place, writer: self })
    }

    /// Stores the variables of a session, if it is still owned under `epoch`.
    pub async fn variables(
        &self,
        session: SessionId,
        epoch: i64,
        variables: Map<String, Value>,
    ) -> Result<(), LedgerError> {
        self.send(Lazy::Variables { session, epoch, variables }).await
    }

    /// Notes that a call opened a secret.
    pub async fn touch_secret_used(
        &self,
        scope: Scope,
        secret: SecretId,
        at: Stamp,
    ) -> Result<(), LedgerError> {
        self.send(Lazy::SecretUsed { scope, secret, at }).await
    }

    /// Waits until everything that was handed over before is stored.
    pub async fn flush(&self) -> Result<(), LedgerError> {
        self.ask(Errand::Flush).await
    }

    /// Stores everything that was handed over and ends the task; later calls are [`LedgerError::Closed`].
    pub async fn shutdown(&self) -> Result<(), LedgerError> {
        self.ask(Errand::Shutdown).await
    }

    /// What the writer has done so far.
    pub fn stats(&self) -> WriterStats {
        self.counters.read()
    }

    async fn wait(&self, job: Urgent) -> Result<(), LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.urgent.send(Waiting { job, reply }).await.map_err(|_| LedgerError::Closed)?;
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }

    async fn ask(&self, errand: fn(super::job::Reply) -> Errand) -> Result<(), LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.errands.send(errand(reply)).await.map_err(|_| LedgerError::Closed)?;
        self.nudge.notify_one();
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }

    async fn send(&self, job: Lazy) -> Result<(), LedgerError> {
        self.errands.send(Errand::Write(job)).await.map_err(|_| LedgerError::Closed)?;
        self.nudge_when_enough();
        Ok(())
    }

    /// The task looks into the queue by the clock. When much has come before, it is told.
    pub(super) fn nudge_when_enough(&self) {
        if self.errands.max_capacity() - self.errands.capacity() >= self.enough {
            self.nudge.notify_one();
        }
    }
}
