//! The other side of a conversation, as far as operations on its call go: an app that presses digits, plays hold audio
//! or hangs up.

use hookswitch_model::{ExecutionId, Outcome};
use serde_json::Value;

/// Carries out operations on the call of a conversation.
pub trait CallSide: std::fmt::Debug + Send + Sync {
    /// Takes an operation, `end_call`, `send_dtmf`, …, with its parameters: how it ended and what the model is told.
    /// `None`: it can't do this. Must not wait.
    fn take(&self, id: ExecutionId, action: &str, params: &Value) -> Option<(Outcome, Value)>;
}
