//! The other side of a conversation: what it adds to it, and what it does with the call.

use hookswitch_model::{ExecutionId, Outcome};
use serde_json::Value;

use crate::turn::Happened;

/// Carries out operations on the call of a conversation: presses keys, plays hold audio, hangs up.
pub trait CallSide: std::fmt::Debug + Send + Sync {
    /// Takes an operation, `end_call`, `send_dtmf`, …, with its parameters: how it ended and what the model is told.
    /// `None`: it can't do this. Must not wait.
    fn take(&self, id: ExecutionId, action: &str, params: &Value) -> Option<(Outcome, Value)>;
}

/// Something that the conversation goes on with, without a word of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Context {
    /// What the model is to know.
    System(String),
    /// A fixed text that the agent has said: its greeting.
    Said(String),
}

impl From<Context> for Happened {
    fn from(context: Context) -> Self {
        match context {
            Context::System(text) => Self::Context(text),
            Context::Said(text) => Self::Said(text),
        }
    }
}
