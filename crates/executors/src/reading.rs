//! What one attempt came to, whatever kind of tool made it.

use hookswitch_model::{ActId, ExecutionId, Outcome, Stamp};
use serde_json::Value;

/// How an attempt ended, read for the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it means for the act if no attempt follows.
    pub outcome: Outcome,
    /// The parsed answer of a success.
    pub result: Value,
    /// The whole answer, parsed, for the record.
    pub response: Value,
    /// Status, when an answer came.
    pub status: Option<u16>,
    /// One line on what went wrong, fit for model and tenant.
    pub error: Option<String>,
    /// Stable code of what went wrong.
    pub code: Option<&'static str>,
    /// Whether another attempt may be made.
    pub may_retry: bool,
    /// Whether the call's own time was up.
    pub timed_out: bool,
    /// Whether this counts against the receiver's health: timeouts, 5xx, connect errors.
    pub is_unhealthy: bool,
    /// Seconds that the receiver asks us to wait.
    pub retry_after: Option<u64>,
}

/// What the attempts of a call say about themselves.
#[derive(Debug, Clone)]
pub struct Stamps {
    /// Equal over all attempts.
    pub execution: ExecutionId,
    /// Equal over all attempts: the key under which the receiver does it once.
    pub act: ActId,
    /// The moment of this attempt.
    pub now: Stamp,
    /// W3C trace context, when there is one.
    pub traceparent: Option<String>,
}
