//! What a link reports.

use hookswitch_model::{ExecutionId, Outcome};
use serde_json::Value;

use super::SeatKind;
use crate::input::{CallInput, SpeechReport};

/// Something that happened on the other side.
#[derive(Debug, Clone)]
pub enum LinkEvent {
    /// Runtime: how the conversation goes.
    Speech(SpeechReport),
    /// Runtime: it was told to speak first and can't.
    CannotSpeak {
        /// The held call.
        execution: ExecutionId,
    },
    /// Runtime: the brain asks for a tool. The answer comes as [`LinkOrder::Result`](crate::LinkOrder::Result).
    Call(CallInput),
    /// Runtime: the brain begins to ask for a tool; its arguments follow in pieces.
    CallBegan {
        /// The brain's id of the call.
        tool_call_id: String,
        /// The function name.
        name: String,
    },
    /// Runtime: a piece of the arguments, as JSON text.
    CallArguments {
        /// The call that began.
        tool_call_id: String,
        /// The piece.
        delta: String,
    },
    /// Runtime: the arguments are complete; only now the call counts.
    CallComplete {
        /// The call that began.
        tool_call_id: String,
    },
    /// Runtime: the brain no longer wants a call.
    CallDropped {
        /// The brain's id of the call.
        tool_call_id: String,
    },
    /// Runtime: what came of [`LinkOrder::EngineAction`](crate::LinkOrder::EngineAction).
    EngineActionDone {
        /// The id of the order.
        id: ExecutionId,
        /// `done`, `failed` or `unknown`.
        outcome: Outcome,
        /// What the model is told, or why it failed.
        detail: Value,
    },
    /// App: what came of [`LinkOrder::ToolCall`](crate::LinkOrder::ToolCall).
    ToolOutput {
        /// The id of the order.
        id: ExecutionId,
        /// The output, or what went wrong.
        output: Value,
        /// Whether it did not happen.
        is_error: bool,
    },
}

impl LinkEvent {
    /// Who may report it.
    pub(crate) const fn seat(&self) -> SeatKind {
        match self {
            Self::ToolOutput { .. } => SeatKind::App,
            _ => SeatKind::Runtime,
        }
    }
}
