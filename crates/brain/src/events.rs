//! What whoever asked for a turn hears of it, as it happens.

use serde::Serialize;
use serde_json::Value;

/// Something that happened in a turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type")]
pub enum TurnEvent {
    /// The model says a piece of text.
    #[serde(rename = "text")]
    Text {
        /// The piece.
        text: String,
    },
    /// A line is said for a tool call.
    #[serde(rename = "line")]
    Line {
        /// The line.
        text: String,
    },
    /// The agent's simulated voice starts, or falls silent.
    #[serde(rename = "speech")]
    Speech {
        /// Whether it speaks from now on.
        speaks: bool,
    },
    /// A tool call was made.
    #[serde(rename = "call")]
    Call {
        /// The id of the call.
        tool_call_id: String,
        /// The function name.
        name: String,
        /// The arguments, as JSON where they are JSON.
        arguments: Value,
    },
    /// A tool call was answered.
    #[serde(rename = "result")]
    Result {
        /// The call.
        tool_call_id: String,
        /// Its record.
        execution_id: String,
        /// How it ended; null while an `async` call goes on.
        outcome: Option<String>,
        /// What the model is told.
        result: Value,
        /// The answer of an earlier execution.
        replayed: bool,
        /// The answer of another call that was under way.
        joined: bool,
        /// The soft timeout.
        timed_out: bool,
        /// Code of a refusal.
        code: Option<String>,
        /// Whether anybody may speak for it.
        may_speak: bool,
        /// Whether the reply may call tools.
        may_call_tools: bool,
    },
    /// A result came as an event.
    #[serde(rename = "late")]
    Late {
        /// The call.
        tool_call_id: String,
        /// How it ended.
        outcome: Option<String>,
        /// What the model is told.
        result: Value,
    },
    /// Another agent goes on.
    #[serde(rename = "agent")]
    Agent {
        /// Its name.
        name: String,
    },
    /// The user cut the agent short.
    #[serde(rename = "interrupted")]
    Interrupted {
        /// Whether it took effect: not while an uninterruptible call runs.
        took_effect: bool,
    },
    /// Something that somebody should look at.
    #[serde(rename = "warning")]
    Warning {
        /// Stable code.
        code: String,
        /// One sentence.
        message: String,
    },
    /// The turn is over; the last event.
    #[serde(rename = "end")]
    End {
        /// `done`, `silent`, `interrupted`, `length`, `content_filter`, `too_many_rounds`, `failed`,
        /// `session_ended`.
        reason: String,
        /// What of the agent's words was heard.
        heard: String,
        /// Code of a failure.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// What failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
}

/// An event with its moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimedEvent {
    /// Milliseconds since the turn began.
    pub at_ms: f64,
    /// What happened.
    #[serde(flatten)]
    pub event: TurnEvent,
}
