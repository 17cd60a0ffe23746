//! The session as the brain takes part in it.

use std::sync::Arc;

use hookswitch_engine::{CallAnswer, CallInput, EngineError, SpeechReport, ToolView};
use hookswitch_model::{ExecutionId, Outcome};
use serde_json::Value;

use crate::stage::Entrance;

/// What the brain tells the session.
#[derive(Debug, Clone)]
pub enum Report {
    /// What happens on the air.
    Speech(SpeechReport),
    /// It was told to speak before a call and can't.
    CannotSpeak(ExecutionId),
    /// A tool call; its answer comes as [`Order::Result`].
    Call(CallInput),
    /// What became of an [`Order::Action`].
    ActionDone {
        /// The execution.
        id: ExecutionId,
        /// How it ended.
        outcome: Outcome,
        /// What the model is told.
        detail: Value,
    },
}

/// What the session tells the brain.
#[derive(Debug, Clone)]
pub enum Order {
    /// Say a line for a call.
    Say(String),
    /// Say something before this call can go on.
    SpeakFirst(ExecutionId),
    /// Whether tools may be called.
    MayCallTools(bool),
    /// Whether the user may cut the turn short.
    MayInterrupt(bool),
    /// A call was answered.
    Result(Box<CallAnswer>),
    /// A result came as an event.
    Late {
        /// The brain's id of the call.
        tool_call_id: String,
        /// How it ended.
        outcome: Option<Outcome>,
        /// What the model is told.
        told: Arc<Value>,
        /// Whether it may speak for it.
        may_speak: bool,
        /// Whether it may call tools then.
        may_call_tools: bool,
    },
    /// The session's tools are others from now on.
    ToolsChanged(Vec<ToolView>),
    /// Carry out an operation on the call.
    Action {
        /// The execution.
        id: ExecutionId,
        /// `transfer_to_agent`, `end_call`, …
        action: String,
        /// Its settings and arguments.
        params: Value,
    },
    /// Something that somebody should look at.
    Warning {
        /// Stable code.
        code: String,
        /// Details.
        detail: Value,
    },
    /// The session has ended.
    Ended,
}

/// What became of an operation.
#[derive(Debug)]
pub struct Acted {
    /// How it ended.
    pub outcome: Outcome,
    /// What the model is told.
    pub detail: Value,
}

/// A session that the brain takes part in.
pub trait Conversation: Send {
    /// Tells the session something.
    fn send(&mut self, report: Report) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Carries out an operation on the call.
    fn act(&mut self, id: ExecutionId, action: &str, params: &Value) -> impl Future<Output = Acted> + Send;

    /// The agent that has taken over, where that is another one than before.
    fn entrance(&mut self) -> impl Future<Output = Option<Entrance>> + Send;

    /// Waits for what the session tells; `None` when it will tell nothing more. Safe to drop while it waits.
    fn next(&mut self) -> impl Future<Output = Option<Order>> + Send;
}
