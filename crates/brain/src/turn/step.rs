//! What happens in a conversation, and what is to be done about it.

use hookswitch_model::brain::ToolChoice;
use serde_json::Value;

use crate::client::Finish;
use crate::error::ModelError;
use crate::message::ToolCall;

/// What the brain may do with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// Its text is spoken; else dropped.
    pub may_speak: bool,
    /// It may call tools.
    pub may_call_tools: bool,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// A user turn.
    User(String),
    /// The agent has said a fixed text: its greeting, or what it said before the server was started.
    Said(String),
    /// The model is to know this from now on.
    Context(String),
    /// The user said something that has been answered: before the server was started.
    Heard(String),
    /// The model says something.
    Text(String),
    /// The model's answer is complete.
    Ended {
        /// Why.
        finish: Finish,
        /// Its calls, each with an id of its own.
        calls: Vec<ToolCall>,
    },
    /// The model did not answer, or its answer broke off.
    Failed(ModelError),
    /// A tool call was answered.
    Answered {
        /// The call.
        id: String,
        /// What the model is told.
        told: Value,
        /// What it may do with it.
        reply: Reply,
    },
    /// A result came as an event: of an `async` call, or after the soft timeout.
    Late {
        /// The call.
        id: String,
        /// The tool's function name.
        name: String,
        /// The result.
        told: Value,
        /// What may be done with it.
        reply: Reply,
    },
    /// Whether tools may be called from now on: not while the result of a call is waited for.
    MayCallTools(bool),
    /// The user cut the agent short, while it worked or while its last words were played.
    Interrupted {
        /// How much of what was said last was not heard, in characters.
        unheard: usize,
    },
}

/// What is to be done, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Ask the model.
    Ask {
        /// Whether it may, must or must not call tools.
        choice: ToolChoice,
    },
    /// Say this piece of text.
    Say(String),
    /// No more text comes before the next question.
    EndOfText,
    /// Make a tool call.
    Call(ToolCall),
    /// Drop the model's running answer.
    Stop,
    /// The turn is over when everything that is to be said has been played.
    End(TurnEnd),
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnEnd {
    /// The agent has said what it wanted.
    Done,
    /// Nothing is to be said for the last result.
    Silent,
    /// The user cut it short.
    Interrupted,
    /// The limit of tokens cut the answer off.
    Length,
    /// The endpoint held the answer back.
    Filtered,
    /// The model went on calling tools beyond the limit of a turn.
    TooManyRounds,
    /// The session has ended.
    SessionEnded,
    /// The model did not answer.
    Failed(ModelError),
}

impl TurnEnd {
    /// The word in events.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Silent => "silent",
            Self::Interrupted => "interrupted",
            Self::Length => "length",
            Self::Filtered => "content_filter",
            Self::TooManyRounds => "too_many_rounds",
            Self::SessionEnded => "session_ended",
            Self::Failed(_) => "failed",
        }
    }
}
