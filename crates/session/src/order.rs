//! What the machine wants done.

use std::time::Duration;

use hookswitch_model::{ActId, ExecutionId, Outcome};

use hookswitch_model::session::EndReason;

use crate::refusal::Refusal;

/// A timer of the machine. Never used twice in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerId(pub u64);

/// Something to do, in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Let the call go: its budget starts. Ends with [`Event::Finished`](crate::Event::Finished).
    Execute {
        /// The call.
        call: ExecutionId,
        /// The act, for everything but reads; the `Idempotency-Key`.
        act: Option<ActId>,
        /// Whether the intent must be written first. Not for reads, nor when an unknown act is sent again under
        /// its key: its intent is on disk.
        write_intent: bool,
        /// How an irreversible act was confirmed.
        confirmed: Option<Proof>,
    },
    /// Abort a running call: a read at once, anything else only if nothing has been sent. It still ends with
    /// [`Event::Finished`](crate::Event::Finished), `cancelled` or what became of it.
    Cancel {
        /// The running call.
        call: ExecutionId,
    },
    /// Record this outcome of a running client call and report it with
    /// [`Event::Finished`](crate::Event::Finished): its app is gone.
    Conclude {
        /// The running call.
        call: ExecutionId,
        /// `failed` or `unknown`.
        outcome: Outcome,
    },
    /// Answer a call. Exactly once for every accepted call.
    Answer {
        /// The call.
        call: ExecutionId,
        /// With what.
        with: Answer,
        /// What the brain may do with it.
        reply: Reply,
    },
    /// Give the result of an `async` call to the brain, as an event.
    TellAsync {
        /// The call, answered with [`Answer::Started`] before.
        call: ExecutionId,
        /// What the brain may do with it.
        reply: Reply,
    },
    /// Give a result to the session that came after its call had been answered (`result.late`).
    TellLate {
        /// The call.
        call: ExecutionId,
        /// `done` or `failed`.
        outcome: Outcome,
    },
    /// Send [`Event::Timer`](crate::Event::Timer) after this time.
    SetTimer {
        /// The timer.
        timer: TimerId,
        /// How long from now.
        after: Duration,
    },
    /// Forget a timer. One that fires all the same is ignored.
    ClearTimer {
        /// The timer.
        timer: TimerId,
    },
    /// Say a line for a call.
    Say {
        /// The call.
        call: ExecutionId,
        /// Which line.
        line: SpeechLine,
    },
    /// Brain: say something before this call can go on. If it can't:
    /// [`Event::CannotSpeak`](crate::Event::CannotSpeak).
    SpeakFirst {
        /// The held call.
        call: ExecutionId,
    },
    /// Brain: whether tools may be called from now on.
    MayCallTools(bool),
    /// Runtime: whether user speech may end the agent's turn from now on.
    MayInterrupt(bool),
    /// Something that somebody should look at.
    Warn(Warning),
    /// The session has ended; the last order but [`Order::TellLate`] and refusals of calls that come after it.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// What the model is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// This call's own result, whatever its outcome.
    Result,
    /// The soft timeout of this call.
    TimedOut,
    /// What another call was or would be told: joined, replayed, or the same call again.
    SameAs {
        /// The execution whose text it is.
        execution: ExecutionId,
        /// Whether the text carries `"already_done":true`.
        already_done: bool,
        /// Whether it is a replay of a finished execution; `false` when it joined a running one.
        replayed: bool,
    },
    /// Not tried.
    Refused(Refusal),
    /// Not sent: an act may have happened already
    /// (`{"error":"the outcome of the same call before is unknown; not sent again","done":"unknown"}`).
    HeldUnknown {
        /// The unknown act.
        act: ActId,
        /// Whether it is the same act; else another one of the same tool, with other arguments.
        same: bool,
    },
    /// Not tried yet: read it back to the user and ask again after their yes.
    ReadBack {
        /// What the caller's code gives back with the same call after
        /// [`Settings::confirmation_delay`](crate::Settings::confirmation_delay); only where no user turns are shown.
        token: Option<ActId>,
    },
    /// An `async` call goes on; its result comes as [`Order::TellAsync`].
    Started,
    /// Withdrawn; a read, or nothing was sent.
    Cancelled,
    /// The session ended while the act was under way.
    Unknown,
}

/// What the brain may do with a result. Neither: it is not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// Its text is spoken; else dropped.
    pub may_speak: bool,
    /// It may call tools.
    pub may_call_tools: bool,
}

impl Reply {
    /// Speak and call tools.
    pub const FREE: Self = Self { may_speak: true, may_call_tools: true };
    /// The brain is not run; it learns the result at its next turn.
    pub const NONE: Self = Self { may_speak: false, may_call_tools: false };
}

/// Which line is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpeechLine {
    /// The line that came with the call (`input.speech`).
    Model,
    /// The tool's own line.
    Tool,
    /// The server's (`One moment, please.`).
    Server,
    /// The staged line at this place in the tool's list.
    Delayed(usize),
}

/// How an irreversible act was confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Asked again after a user turn.
    UserTurn,
    /// The caller's code gave the token back: weak proof, to be recorded as such.
    Token,
}

/// What somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// A tool call id came again with another tool or other arguments: taken as a new call.
    ToolCallIdReused {
        /// The new call.
        call: ExecutionId,
        /// The call that had the id before.
        earlier: ExecutionId,
    },
    /// A report about a call that the session does not have, or no longer.
    UnknownCall {
        /// Its execution, where the report named one.
        call: Option<ExecutionId>,
    },
    /// An act was to be settled that the session does not have, or that is not unknown.
    NotUnknown {
        /// The act.
        act: ActId,
    },
}
