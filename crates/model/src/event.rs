//! What a session tells: events in order, each with a number.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::SessionId;
use crate::time::Stamp;

/// What happened. The word is the `type` of the event in every stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// The session started.
    #[serde(rename = "session.started")]
    SessionStarted,
    /// The session ended; the last event.
    #[serde(rename = "session.ended")]
    SessionEnded,
    /// A tool call was accepted.
    #[serde(rename = "call.started")]
    CallStarted,
    /// A line is to be said for a tool call.
    #[serde(rename = "speech.line")]
    SpeechLine,
    /// A tool call was answered.
    #[serde(rename = "call.answered")]
    CallAnswered,
    /// A result came after its call had been answered.
    #[serde(rename = "result.late")]
    ResultLate,
    /// An unknown execution was settled.
    #[serde(rename = "execution.settled")]
    ExecutionSettled,
    /// A user turn ended.
    #[serde(rename = "user.turn")]
    UserTurn,
    /// The agent's speech started or finished, or the user's.
    #[serde(rename = "speech")]
    Speech,
    /// Something that somebody should look at.
    #[serde(rename = "warning")]
    Warning,
    /// A runtime or an app has joined.
    #[serde(rename = "link.opened")]
    LinkOpened,
    /// A runtime or an app has left, or its connection was lost.
    #[serde(rename = "link.closed")]
    LinkClosed,
    /// The tools that the model may be offered are others now.
    #[serde(rename = "tools.changed")]
    ToolsChanged,
    /// A call went to the app.
    #[serde(rename = "client.call")]
    ClientCall,
    /// The app need not answer a call any more.
    #[serde(rename = "client.cancelled")]
    ClientCancelled,
    /// The runtime is to do something with the call: transfer, digits, hang up.
    #[serde(rename = "engine.action")]
    EngineAction,
    /// The runtime has said what came of it.
    #[serde(rename = "engine.action_done")]
    EngineActionDone,
    /// What the user said to the built-in brain, or what of its answer was heard.
    #[serde(rename = "transcript")]
    Transcript,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 18] = [
        Self::SessionStarted,
        Self::SessionEnded,
        Self::CallStarted,
        Self::SpeechLine,
        Self::CallAnswered,
        Self::ResultLate,
        Self::ExecutionSettled,
        Self::UserTurn,
        Self::Speech,
        Self::Warning,
        Self::LinkOpened,
        Self::LinkClosed,
        Self::ToolsChanged,
        Self::ClientCall,
        Self::ClientCancelled,
        Self::EngineAction,
        Self::EngineActionDone,
        Self::Transcript,
    ];

    /// The word in streams and the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionStarted => "session.started",
            Self::SessionEnded => "session.ended",
            Self::CallStarted => "call.started",
            Self::SpeechLine => "speech.line",
            Self::CallAnswered => "call.answered",
            Self::ResultLate => "result.late",
            Self::ExecutionSettled => "execution.settled",
            Self::UserTurn => "user.turn",
            Self::Speech => "speech",
            Self::Warning => "warning",
            Self::LinkOpened => "link.opened",
            Self::LinkClosed => "link.closed",
            Self::ToolsChanged => "tools.changed",
            Self::ClientCall => "client.call",
            Self::ClientCancelled => "client.cancelled",
            Self::EngineAction => "engine.action",
            Self::EngineActionDone => "engine.action_done",
            Self::Transcript => "transcript",
        }
    }

    /// The kind of a word; `None` for any other word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One event of a session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionEvent {
    /// The session.
    pub session: SessionId,
    /// Its place in the order: 1, 2, 3, … without gaps.
    pub seq: u64,
    /// When it happened.
    pub at: Stamp,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// Details by kind; redacted.
    pub data: Value,
}
