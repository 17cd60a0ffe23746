//! What the machine is told.

use std::sync::Arc;

pub use hookswitch_model::session::EndReason;

use hookswitch_model::execution::{ActKey, ActState};
use hookswitch_model::{ActId, ExecutionId, Outcome, Stamp, ToolId};

use crate::order::TimerId;
use crate::refusal::Refusal;
use crate::rules::CallRules;

/// Something that happened to the session.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The brain asks for a tool.
    Call(Call),
    /// The first byte of a running call may leave, or its frame may go to the app. Must be given before it does.
    Sent {
        /// The running call.
        call: ExecutionId,
    },
    /// A running call ended. When its effect is ledgered the outcome is durable already.
    Finished {
        /// The running call.
        call: ExecutionId,
        /// How it ended.
        outcome: Outcome,
        /// Whether its budget ended first: the model gets the soft timeout.
        timed_out: bool,
    },
    /// A result came after the soft timeout, or after the session's end.
    Late {
        /// The call that had been answered.
        call: ExecutionId,
        /// `done` or `failed`; anything else settles nothing.
        outcome: Outcome,
    },
    /// A person or a call engine settled an unknown act.
    Settled {
        /// The act.
        act: ActId,
        /// `done` or `failed`; anything else settles nothing.
        outcome: Outcome,
    },
    /// The user began to speak.
    UserSpeechStarted,
    /// The user stopped.
    UserSpeechFinished,
    /// The agent's speech began to play.
    AgentSpeechStarted,
    /// The agent's speech has finished playing.
    AgentSpeechFinished,
    /// A user turn ended, by voice or text: the agent's turn begins.
    UserTurn,
    /// The user cut the agent's turn short.
    Interrupted,
    /// The brain was told to speak before a call and can't.
    CannotSpeak {
        /// The held call of [`Order::SpeakFirst`](crate::Order::SpeakFirst).
        call: ExecutionId,
    },
    /// The brain no longer wants a call.
    BrainDropped {
        /// The brain's id of the call.
        tool_call_id: String,
    },
    /// A runtime joined that reports these things, or left and reports nothing any more.
    Reports {
        /// Speech of user and agent: speech rules hold. Without it nobody speaks.
        speech: bool,
        /// User turns; implied by speech. Once shown they are taken as shown for good.
        turns: bool,
    },
    /// A timer ran out.
    Timer(TimerId),
    /// The app that carries out client tools is gone for good.
    AppGone,
    /// The session ends.
    End(EndReason),
    /// The session was loaded from the store: its acts, oldest first. Comes before any call.
    Restore(Vec<RestoredAct>),
}

/// A tool call as it reaches the machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// A fresh id: every call has its own record.
    pub call: ExecutionId,
    /// The brain's id of the call, or ours where it sends none. Bounded in length by the shell.
    pub tool_call_id: String,
    /// A fresh id, used if the call becomes an act.
    pub act: ActId,
    /// What the engine found.
    pub request: CallRequest,
}

/// A call, checked or with what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub enum CallRequest {
    /// The engine found it impossible: unknown tool, invalid arguments, disabled, not configured.
    Refused(Refusal),
    /// It may run.
    Checked(Checked),
}

/// A call whose tool is known and whose arguments fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The tool.
    pub tool: ToolId,
    /// What makes it the same act: tool, act arguments, session variables that its templates read. For reads:
    /// what makes it the same request.
    pub fingerprint: ActKey,
    /// The tool's rules.
    pub rules: Arc<CallRules>,
    /// The caller's own idempotency key of this call.
    pub caller_key: Option<String>,
    /// The token of an [`Answer::ReadBack`](crate::Answer::ReadBack), given back.
    pub confirmation: Option<ActId>,
    /// Whether the model sent a line to say (`input.speech`).
    pub has_line: bool,
}

/// An act as the store knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RestoredAct {
    /// Its id.
    pub act: ActId,
    /// Its tool.
    pub tool: ToolId,
    /// What makes it the same act.
    pub fingerprint: ActKey,
    /// Whether the tool's effect was declared when it was meant.
    pub effect_declared: bool,
    /// Whether it stands alone: call control, or `repeats: free`.
    pub alone: bool,
    /// Where it stands; `pending` becomes `unknown`.
    pub state: ActState,
    /// The execution that carried it out.
    pub execution: ExecutionId,
    /// The brain's id of that call, as far as known.
    pub tool_call_id: Option<String>,
    /// The caller's own idempotency key of that call.
    pub caller_key: Option<String>,
    /// When the model was told.
    pub told_at: Option<Stamp>,
}
