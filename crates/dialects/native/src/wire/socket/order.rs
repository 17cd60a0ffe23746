//! What a runtime or an app is sent.

use std::sync::Arc;

use hookswitch_engine::{LinkOrder, Numbered};
use hookswitch_model::session::EndReason;
use hookswitch_model::{ActId, ExecutionId, Outcome, SessionId, Stamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::greeting::functions;
use super::report::{PositionField, Role};
use crate::wire::session::SessionFunction;
use crate::wire::{ids, words};

/// What a position was worth.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResumedWord {
    /// None was given: orders from now on.
    Fresh,
    /// Everything after it follows.
    Complete,
    /// The server was killed: numbers after `resumed_from` are given anew, everything after it follows.
    Cut,
}

/// A frame from the server. Orders have a `seq`: their number in the session's history. It rises, with holes where an
/// event was not for this side.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OrderFrame {
    /// The answer to `hello`.
    Welcome {
        /// The version of the frames.
        version: u32,
        /// The session.
        #[schema(value_type = ids::SessionId)]
        session_id: SessionId,
        /// What the other side is taken for.
        role: Role,
        /// Where the session stands: go on from here if nothing is seen after it.
        position: PositionField,
        /// What the given position was worth.
        resumed: ResumedWord,
        /// Orders after this number follow.
        resumed_from: u64,
        /// The highest `n` that was heard, as far as known; null: send again what may be sent twice (calls).
        received: Option<u64>,
        /// The tools that the model may be offered.
        #[schema(value_type = Vec<SessionFunction>)]
        tools: Vec<SessionFunction>,
        /// Whether tools may be called now.
        may_call_tools: bool,
        /// Whether user speech may end the agent's turn now.
        may_interrupt: bool,
    },
    /// Runtime: say a line for a call. Interruptible; the result does not wait for it.
    Say {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// The call.
        #[schema(value_type = ids::ExecutionId)]
        execution_id: ExecutionId,
        /// What is said.
        text: String,
    },
    /// Runtime: speak before this call can go on; if that can't be, answer `cannot_speak`.
    SpeakFirst {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// The held call.
        #[schema(value_type = ids::ExecutionId)]
        execution_id: ExecutionId,
        /// The brain's id of it.
        tool_call_id: String,
    },
    /// Runtime: whether tools may be called from now on.
    MayCallTools {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// Whether.
        value: bool,
    },
    /// Runtime: whether user speech may end the agent's turn from now on.
    MayInterrupt {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// Whether.
        value: bool,
    },
    /// Runtime: a call was let go.
    CallStarted {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// The call.
        #[schema(value_type = ids::ExecutionId)]
        execution_id: ExecutionId,
        /// The brain's id of it.
        tool_call_id: String,
        /// The function name.
        name: String,
    },
    /// Runtime: the answer to a call.
    Result {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// The execution of this call, or the one whose result it got.
        #[schema(value_type = ids::ExecutionId)]
        execution_id: ExecutionId,
        /// The brain's id of the call.
        tool_call_id: String,
        /// How it ended; null while an `async` call goes on.
        #[schema(value_type = Option<words::Outcome>)]
        outcome: Option<Outcome>,
        /// What the model is told: any JSON.
        #[schema(value_type = Value)]
        result: Arc<Value>,
        /// Whether it is the answer of a finished execution; nothing was sent.
        replayed: bool,
        /// Whether it joined a running execution; nothing more was sent.
        joined: bool,
        /// Whether it is the soft timeout.
        timed_out: bool,
        /// Why it was refused.
        code: Option<&'static str>,
        /// What is given back to confirm an irreversible act, where no user turns are shown.
        #[schema(value_type = Option<ids::ActId>)]
        confirmation: Option<ActId>,
        /// Whether anybody may speak for it.
        may_speak: bool,
        /// Whether the reply may call tools.
        may_call_tools: bool,
    },
    /// Runtime: the result of an `async` call.
    AsyncResult {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// The call.
        #[schema(value_type = ids::ExecutionId)]
        execution_id: ExecutionId,
        /// The brain's id of it.
        tool_call_id: String,
        /// How it ended.
        #[schema(value_type = words::Outcome)]
        outcome: Outcome,
        /// What the model is told.
        #[schema(value_type = Value)]
        result: Arc<Value>,
        /// Whether anybody may speak for it.
        may_speak: bool,
        /// Whether the reply may call tools.
        may_call_tools: bool,
    },
    /// Runtime: a result that came after its call had been answered. The model may be told at its next turn.
    LateResult {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// The call.
        #[schema(value_type = ids::ExecutionId)]
        execution_id: ExecutionId,
        /// The brain's id of it; empty where it is not known any more.
        tool_call_id: String,
        /// How it ended; null where only the text is known.
        #[schema(value_type = Option<words::Outcome>)]
        outcome: Option<Outcome>,
        /// What the model is told.
        #[schema(value_type = Value)]
        result: Arc<Value>,
    },
    /// Runtime: the tools that the model may be offered from now on.
    ToolsChanged {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// All of them.
        #[schema(value_type = Vec<SessionFunction>)]
        tools: Vec<SessionFunction>,
    },
    /// Runtime: do something with the call; answer with `engine_action_done`.
    EngineAction {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// Its id.
        #[schema(value_type = ids::ExecutionId)]
        id: ExecutionId,
        /// The same when it is asked again: it is to be done once.
        #[schema(value_type = ids::ActId)]
        idempotency_key: ActId,
        /// What is to be done.
        action: String,
        /// Its parameters.
        #[schema(value_type = Value)]
        params: Value,
        /// How long the answer is waited for.
        timeout_ms: u64,
    },
    /// App: carry out a call; answer with `tool_output`.
    ToolCall {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// Its id.
        #[schema(value_type = ids::ExecutionId)]
        id: ExecutionId,
        /// The same when it is asked again: it is to be done once.
        #[schema(value_type = ids::ActId)]
        idempotency_key: ActId,
        /// The brain's id of the call.
        tool_call_id: String,
        /// The function name.
        name: String,
        /// The arguments, with their fixed values.
        #[schema(value_type = Object)]
        arguments: Value,
        /// How long the output is waited for.
        timeout_ms: u64,
    },
    /// App: the output of a call is not needed any more.
    ToolCancelled {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// The id of the order.
        #[schema(value_type = ids::ExecutionId)]
        id: ExecutionId,
    },
    /// Something that somebody should look at.
    Warning {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// Stable code.
        code: String,
        /// Details.
        #[schema(value_type = Object)]
        detail: Value,
    },
    /// The session has ended; the last order. The socket is closed after it.
    Ended {
        /// Its number.
        seq: u64,
        /// When it was given.
        #[schema(value_type = ids::Moment)]
        at: Stamp,
        /// Why.
        #[schema(value_type = words::EndReason)]
        reason: EndReason,
    },
    /// A frame was not taken. The socket stays open.
    Error {
        /// Stable code.
        code: String,
        /// One sentence.
        message: String,
        /// The `n` of the frame.
        n: Option<u64>,
    },
    /// The answer to `ping`.
    Pong {},
}

impl From<Numbered> for OrderFrame {
    fn from(Numbered { seq, at, order }: Numbered) -> Self {
        match order {
            LinkOrder::Say { execution, text } => Self::Say { seq, at, execution_id: execution, text },
            LinkOrder::SpeakFirst { execution, tool_call_id } => {
                Self::SpeakFirst { seq, at, execution_id: execution, tool_call_id }
            }
            LinkOrder::MayCallTools(value) => Self::MayCallTools { seq, at, value },
            LinkOrder::MayInterrupt(value) => Self::MayInterrupt { seq, at, value },
            LinkOrder::CallStarted { execution, tool_call_id, tool } => {
                Self::CallStarted { seq, at, execution_id: execution, tool_call_id, name: tool }
            }
            LinkOrder::Result(answer) => Self::Result {
                seq,
                at,
                execution_id: answer.execution,
                tool_call_id: answer.tool_call_id,
                outcome: answer.outcome,
                result: answer.told,
                replayed: answer.replayed,
                joined: answer.joined,
                timed_out: answer.timed_out,
                code: answer.refusal,
                confirmation: answer.confirmation,
                may_speak: answer.may_speak,
                may_call_tools: answer.may_call_tools,
            },
            LinkOrder::AsyncResult { execution, tool_call_id, outcome, told, may_speak, may_call_tools } => {
                Self::AsyncResult {
                    seq,
                    at,
                    execution_id: execution,
                    tool_call_id,
                    outcome,
                    result: told,
                    may_speak,
                    may_call_tools,
                }
            }
            LinkOrder::LateResult { execution, tool_call_id, outcome, told } => {
                Self::LateResult { seq, at, execution_id: execution, tool_call_id, outcome, result: told }
            }
            LinkOrder::ToolsChanged { tools } => Self::ToolsChanged { seq, at, tools: functions(tools) },
            LinkOrder::EngineAction { id, idempotency_key, action, params, timeout_ms } => {
                Self::EngineAction { seq, at, id, idempotency_key, action, params, timeout_ms }
            }
            LinkOrder::ToolCall { id, idempotency_key, tool_call_id, tool, arguments, timeout_ms } => {
                Self::ToolCall {
                    seq,
                    at,
                    id,
                    idempotency_key,
                    tool_call_id,
                    name: tool,
                    arguments,
                    timeout_ms,
                }
            }
            LinkOrder::ToolCancelled { id } => Self::ToolCancelled { seq, at, id },
            LinkOrder::Warning { code, detail } => Self::Warning { seq, at, code, detail },
            LinkOrder::Ended { reason } => Self::Ended { seq, at, reason },
        }
    }
}
