//! What a link is told.

use std::sync::Arc;

use hookswitch_model::{ActId, ExecutionId, Outcome, Stamp};
use hookswitch_session::EndReason;
use serde_json::Value;

use super::SeatKind;
use crate::{CallAnswer, ToolView};

/// An order with its number in the session's history. Numbers rise; where one is left out, its event was not for this
/// link.
#[derive(Debug, Clone)]
pub struct Numbered {
    /// The number.
    pub seq: u64,
    /// When it was given.
    pub at: Stamp,
    /// The order.
    pub order: LinkOrder,
}

/// Something to do, or to know.
#[derive(Debug, Clone)]
pub enum LinkOrder {
    /// Runtime: say a line for a call. Interruptible; the result does not wait for it.
    Say {
        /// The call.
        execution: ExecutionId,
        /// What is said.
        text: String,
    },
    /// Runtime: speak before this call can go on; if that can't be, say so with
    /// [`LinkEvent::CannotSpeak`](crate::LinkEvent::CannotSpeak).
    SpeakFirst {
        /// The held call.
        execution: ExecutionId,
        /// The brain's id of it.
        tool_call_id: String,
    },
    /// Runtime: whether tools may be called from now on.
    MayCallTools(bool),
    /// Runtime: whether user speech may end the agent's turn from now on.
    MayInterrupt(bool),
    /// Runtime: a call was let go.
    CallStarted {
        /// The call.
        execution: ExecutionId,
        /// The brain's id of it.
        tool_call_id: String,
        /// The function name.
        tool: String,
    },
    /// Runtime: the answer to a call. Without an outcome it goes on (`async`).
    Result(Box<CallAnswer>),
    /// Runtime: the result of an `async` call.
    AsyncResult {
        /// The call.
        execution: ExecutionId,
        /// The brain's id of it.
        tool_call_id: String,
        /// How it ended.
        outcome: Outcome,
        /// What the model is told.
        told: Arc<Value>,
        /// Whether anybody may speak for it.
        may_speak: bool,
        /// Whether the reply may call tools.
        may_call_tools: bool,
    },
    /// Runtime: a result that came after its call had been answered. The model may be told at its next turn.
    LateResult {
        /// The call.
        execution: ExecutionId,
        /// The brain's id of it; empty where it is not known any more.
        tool_call_id: String,
        /// How it ended; none where only the text is known.
        outcome: Option<Outcome>,
        /// What the model is told.
        told: Arc<Value>,
    },
    /// Runtime: the tools that the model may be offered from now on.
    ToolsChanged {
        /// All of them.
        tools: Vec<ToolView>,
    },
    /// Runtime: do something with the call; answer with
    /// [`LinkEvent::EngineActionDone`](crate::LinkEvent::EngineActionDone).
    EngineAction {
        /// The execution that waits for it.
        id: ExecutionId,
        /// The act: the same when it is asked again, so that it is done once.
        idempotency_key: ActId,
        /// What is to be done: `transfer`, `send_dtmf`, `end_call`, …
        action: String,
        /// Its parameters.
        params: Value,
        /// How long the answer is waited for, in milliseconds.
        timeout_ms: u64,
    },
    /// App: carry out a call; answer with [`LinkEvent::ToolOutput`](crate::LinkEvent::ToolOutput).
    ToolCall {
        /// The execution that waits for it.
        id: ExecutionId,
        /// The act: the same when it is asked again, so that it is done once.
        idempotency_key: ActId,
        /// The brain's id of the call.
        tool_call_id: String,
        /// The function name.
        tool: String,
        /// The arguments, with their fixed values.
        arguments: Value,
        /// How long the output is waited for, in milliseconds.
        timeout_ms: u64,
    },
    /// App: the output of a call is not needed any more.
    ToolCancelled {
        /// The execution.
        id: ExecutionId,
    },
    /// Something that somebody should look at.
    Warning {
        /// Stable code.
        code: String,
        /// Details.
        detail: Value,
    },
    /// The session has ended; the last order.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

impl LinkOrder {
    /// Whom it is for; none: both.
    pub(crate) const fn seat(&self) -> Option<SeatKind> {
        match self {
            Self::ToolCall { .. } | Self::ToolCancelled { .. } => Some(SeatKind::App),
            Self::Warning { .. } | Self::Ended { .. } => None,
            _ => Some(SeatKind::Runtime),
        }
    }
}
