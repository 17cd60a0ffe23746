//! What a runtime or an app sends.

use hookswitch_engine::{CallInput, LinkEvent, LinkKind, Position, Reports};
use hookswitch_model::{ActId, ExecutionId, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::wire::call::{ArgumentsField, ReportWord, arguments_schema};
use crate::wire::ids;

/// What the other side is: the brain of the conversation, or the executor of client tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The brain: reports the conversation, calls tools, obeys orders.
    Runtime,
    /// The app: carries out client tools.
    App,
}

impl Role {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::App => "app",
        }
    }
}

/// What a runtime reports.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReportsField {
    /// Speech of user and agent, and user turns: speech rules hold.
    #[schema(required = false)]
    pub speech: bool,
    /// User turns only.
    #[schema(required = false)]
    pub turns: bool,
}

/// How far it has seen the session.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionField {
    /// The epoch of the last `welcome`.
    pub epoch: i64,
    /// The last `seq` that was seen.
    #[schema(minimum = 0)]
    pub seq: u64,
}

/// The first frame, taken apart.
#[derive(Debug, Clone, Copy)]
pub struct Hello {
    /// The version of the frames.
    pub version: Option<u32>,
    /// What it is.
    pub role: Option<Role>,
    /// What it reports.
    pub reports: ReportsField,
    /// Where to go on.
    pub resume: Option<PositionField>,
}

impl Hello {
    /// What the engine is told, for a role.
    pub const fn kind(&self, role: Role) -> LinkKind {
        match role {
            Role::Runtime => {
                LinkKind::Runtime(Reports { speech: self.reports.speech, turns: self.reports.turns })
            }
            Role::App => LinkKind::App,
        }
    }

    /// Where to go on.
    pub fn position(&self) -> Option<Position> {
        self.resume.map(|position| Position { epoch: position.epoch, seq: position.seq })
    }
}

/// What came of an engine action.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionOutcome {
    /// It happened.
    Done,
    /// It is known not to have happened.
    Failed,
    /// It may have happened.
    Unknown,
}

impl From<ActionOutcome> for Outcome {
    fn from(word: ActionOutcome) -> Self {
        match word {
            ActionOutcome::Done => Self::Done,
            ActionOutcome::Failed => Self::Failed,
            ActionOutcome::Unknown => Self::Unknown,
        }
    }
}

/// A frame to the server. `n`, where it is there, is a number of the sender's own, rising: what the server has heard
/// already is left out, so that everything not known to be heard may be sent again after a lost connection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReportFrame {
    /// The first frame, once.
    Hello {
        /// The version of the frames. Default: 1.
        #[schema(minimum = 1)]
        version: Option<u32>,
        /// What it is. Default: what the token is for, else a runtime.
        role: Option<Role>,
        /// What it reports, if it is a runtime. Default: nothing but calls.
        #[serde(default)]
        #[schema(required = false)]
        reports: ReportsField,
        /// Where to go on. Default: from now.
        resume: Option<PositionField>,
    },
    /// Runtime: how the conversation goes.
    Report {
        /// A number of the sender's own.
        n: Option<u64>,
        /// What happened.
        report: ReportWord,
    },
    /// Runtime: the brain asks for a tool. The answer is a `result` with the same `tool_call_id`.
    Call {
        /// A number of the sender's own.
        n: Option<u64>,
        /// The brain's id of the call.
        #[schema(min_length = 1, max_length = 200)]
        tool_call_id: String,
        /// The function name that the model used.
        #[schema(min_length = 1, max_length = 512, example = "book_appointment")]
        name: String,
        /// The arguments: an object, or its JSON text as models send it. Default: none.
        #[serde(default)]
        #[schema(schema_with = arguments_schema, required = false)]
        arguments: ArgumentsField,
        /// The caller's own key of the act: another key means it on purpose.
        #[schema(min_length = 1, max_length = 256)]
        idempotency_key: Option<String>,
        /// The token of a read-back, given back after the caller's yes.
        #[schema(value_type = Option<ids::ActId>)]
        confirmation: Option<ActId>,
        /// W3C trace context.
        traceparent: Option<String>,
    },
    /// Runtime: the brain begins to ask for a tool; the arguments follow in pieces.
    CallBegin {
        /// A number of the sender's own.
        n: Option<u64>,
        /// The brain's id of the call.
        #[schema(min_length = 1, max_length = 200)]
        tool_call_id: String,
        /// The function name.
        #[schema(min_length = 1, max_length = 512)]
        name: String,
    },
    /// Runtime: a piece of the arguments, as JSON text.
    CallArguments {
        /// A number of the sender's own.
        n: Option<u64>,
        /// The call that began.
        tool_call_id: String,
        /// The piece.
        delta: String,
    },
    /// Runtime: the arguments are complete; only now the call counts.
    CallComplete {
        /// A number of the sender's own.
        n: Option<u64>,
        /// The call that began.
        tool_call_id: String,
    },
    /// Runtime: the brain no longer wants a call.
    CallDropped {
        /// A number of the sender's own.
        n: Option<u64>,
        /// The brain's id of the call.
        tool_call_id: String,
    },
    /// Runtime: it was told to speak first and can't; the server's line is said in its place.
    CannotSpeak {
        /// A number of the sender's own.
        n: Option<u64>,
        /// The held call.
        #[schema(value_type = ids::ExecutionId)]
        execution_id: ExecutionId,
    },
    /// Runtime: what came of an `engine_action`.
    EngineActionDone {
        /// A number of the sender's own.
        n: Option<u64>,
        /// The id of the order.
        #[schema(value_type = ids::ExecutionId)]
        id: ExecutionId,
        /// How it ended.
        outcome: ActionOutcome,
        /// What the model is told, or why it failed.
        #[serde(default)]
        #[schema(value_type = Value, required = false)]
        detail: Value,
    },
    /// App: what came of a `tool_call`.
    ToolOutput {
        /// A number of the sender's own.
        n: Option<u64>,
        /// The id of the order.
        #[schema(value_type = ids::ExecutionId)]
        id: ExecutionId,
        /// The output: any JSON; with `is_error` what went wrong.
        #[serde(default)]
        #[schema(value_type = Value, required = false)]
        output: Value,
        /// Whether it is known not to have happened.
        #[serde(default)]
        #[schema(required = false)]
        is_error: bool,
    },
    /// Asks for a `pong`: web pages can't ping.
    Ping {},
    /// Leaves for good; the server does not wait for it to come back.
    Bye {},
}

/// What a frame asks for.
#[derive(Debug)]
pub enum Wanted {
    /// It introduces itself.
    Hello(Hello),
    /// Something happened.
    Event(Option<u64>, LinkEvent),
    /// A pong.
    Pong,
    /// To leave.
    Bye,
}

impl From<ReportFrame> for Wanted {
    fn from(frame: ReportFrame) -> Self {
        match frame {
            ReportFrame::Hello { version, role, reports, resume } => {
                Self::Hello(Hello { version, role, reports, resume })
            }
            ReportFrame::Ping {} => Self::Pong,
            ReportFrame::Bye {} => Self::Bye,
            ReportFrame::Report { n, report } => Self::Event(n, LinkEvent::Speech(report.into())),
            ReportFrame::Call {
                n,
                tool_call_id,
                name,
                arguments,
                idempotency_key,
                confirmation,
                traceparent,
            } => {
                let tool_call_id = Some(tool_call_id);
                let arguments = arguments.0;
                let input =
                    CallInput { tool_call_id, name, arguments, idempotency_key, confirmation, traceparent };
                Self::Event(n, LinkEvent::Call(input))
            }
            ReportFrame::CallBegin { n, tool_call_id, name } => {
                Self::Event(n, LinkEvent::CallBegan { tool_call_id, name })
            }
            ReportFrame::CallArguments { n, tool_call_id, delta } => {
                Self::Event(n, LinkEvent::CallArguments { tool_call_id, delta })
            }
            ReportFrame::CallComplete { n, tool_call_id } => {
                Self::Event(n, LinkEvent::CallComplete { tool_call_id })
            }
            ReportFrame::CallDropped { n, tool_call_id } => {
                Self::Event(n, LinkEvent::CallDropped { tool_call_id })
            }
            ReportFrame::CannotSpeak { n, execution_id } => {
                Self::Event(n, LinkEvent::CannotSpeak { execution: execution_id })
            }
            ReportFrame::EngineActionDone { n, id, outcome, detail } => {
                Self::Event(n, LinkEvent::EngineActionDone { id, outcome: outcome.into(), detail })
            }
            ReportFrame::ToolOutput { n, id, output, is_error } => {
                Self::Event(n, LinkEvent::ToolOutput { id, output, is_error })
            }
        }
    }
}
