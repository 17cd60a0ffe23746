//! What waits to be written.

use hookswitch_model::event::SessionEvent;
use hookswitch_model::execution::{Act, ActState, Execution};
use hookswitch_model::{ActId, Scope, SecretId, SessionId, Stamp};
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use super::LedgerError;

/// How an act ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ActOutcome {
    /// The act.
    pub act: ActId,
    /// Its state from now on; `pending` is none.
    pub state: ActState,
    /// What the model was, or will be, told; `None` leaves what is stored.
    pub told: Option<Value>,
    /// When it ended.
    pub settled_at: Stamp,
}

/// An intent: the act and the execution that carries it out.
#[derive(Debug)]
pub(super) struct IntentJob {
    pub(super) act: Act,
    pub(super) execution: Execution,
}

/// An outcome with all that goes to disk together with it.
#[derive(Debug)]
pub(super) struct OutcomeJob {
    pub(super) outcome: ActOutcome,
    pub(super) execution: Execution,
    pub(super) events: Vec<SessionEvent>,
    pub(super) variables: Option<Map<String, Value>>,
    /// Only an act that is `unknown` may take it.
    pub(super) is_settlement: bool,
}

/// What somebody waits for.
#[derive(Debug)]
pub(super) enum Urgent {
    Intent(Box<IntentJob>),
    Outcome(Box<OutcomeJob>),
}

/// What nobody waits for.
#[derive(Debug)]
pub(super) enum Lazy {
    Record { execution: Box<Execution>, counted: bool },
    Event(SessionEvent),
    Told { act: ActId, at: Stamp },
    SecretUsed { scope: Scope, secret: SecretId, at: Stamp },
    Variables { session: SessionId, epoch: i64, variables: Map<String, Value> },
}

pub(super) type Reply = oneshot::Sender<Result<(), LedgerError>>;

/// A job with somebody to wake.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) job: Urgent,
    pub(super) reply: Reply,
}

/// What comes through the second queue.
#[derive(Debug)]
pub(super) enum Errand {
    Write(Lazy),
    /// Wakes when all errands before it are stored.
    Flush(Reply),
    /// The same, and the task ends.
    Shutdown(Reply),
}
