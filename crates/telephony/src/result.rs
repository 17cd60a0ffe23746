//! How operations end.

use hookswitch_model::Outcome;
use serde::{Deserialize, Serialize};

use crate::command::CallerId;
use crate::digits::Digits;
use crate::target::Target;

/// How the caller and the target were connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The call was handed away.
    Refer,
    /// Through the engine.
    Bridge,
}

/// Who answered, as a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A person.
    Human,
    /// A machine that speaks.
    Machine,
    /// A machine that spoke and beeped.
    MachineEndBeep,
    /// A tone: fax, information tone.
    Tone,
    /// Nothing was heard.
    Silence,
    /// No verdict in time.
    Unknown,
}

/// Why an operation failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The line is busy.
    Busy,
    /// Nobody picked up.
    NoAnswer,
    /// Somebody declined.
    Declined,
    /// Could not be reached.
    Unreachable,
    /// No such number or address.
    NotFound,
    /// The network does not allow it.
    Forbidden,
    /// A machine answered.
    Voicemail,
    /// It was withdrawn.
    Cancelled,
    /// The caller hung up meanwhile.
    CallerGone,
    /// The other side takes no REFER.
    ReferRefused,
    /// The far end takes no digits.
    DtmfNotNegotiated,
    /// The line's credentials were refused.
    NotAuthorised,
    /// Something else.
    Failed,
}

/// Where the caller is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerNow {
    /// With the agent.
    WithAgent,
    /// Hung up.
    Gone,
}

/// Why listening for keys ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectEnd {
    /// As many as asked for.
    MaxDigits,
    /// The finish key.
    FinishKey,
    /// No key in time.
    Timeout,
    /// The caller hung up.
    Hangup,
}

/// Whose number was asked for and whose was sent. What the network shows is its choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCallerId {
    /// As asked.
    pub requested: CallerId,
    /// As sent; absent where the other side decides.
    pub sent: Option<String>,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum OpResult {
    /// The caller is connected with the target.
    Connected {
        /// How.
        mode: Mode,
        /// With whom.
        target: Target,
        /// Whose number was shown.
        caller_id: SentCallerId,
        /// The guess, where one was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verdict: Option<Verdict>,
        /// Keys pressed after the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digits_sent: Option<Digits>,
    },
    /// The agent is connected with the target, the caller waits.
    Consulting {
        /// With whom.
        target: Target,
    },
    /// What was asked for is done; for operations that have no more to say.
    Done,
    /// The last key has left.
    DigitsSent {
        /// How many.
        count: usize,
    },
    /// Keys that were heard.
    Collected {
        /// Which; the finish key is not among them.
        digits: String,
        /// Why it ended.
        reason: CollectEnd,
    },
    /// It did not happen.
    Failed {
        /// Why.
        why: Failure,
        /// SIP code, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u16>,
        /// Where the caller is.
        caller: CallerNow,
        /// Milliseconds that it rang, where it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rang_ms: Option<u32>,
    },
    /// Nobody can tell.
    Unknown {
        /// Where the caller is.
        caller: CallerNow,
    },
}

impl OpResult {
    /// What it means for the act.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Failed { .. } => Outcome::Failed,
            Self::Unknown { .. } => Outcome::Unknown,
            _ => Outcome::Done,
        }
    }

    /// A failure that leaves the caller with the agent.
    pub fn failed(why: Failure, code: Option<u16>) -> Self {
        Self::Failed { why, code, caller: CallerNow::WithAgent, rang_ms: None }
    }
}

impl Failure {
    /// What a final SIP code means.
    pub fn of_code(code: u16) -> Self {
        match code {
            401 | 407 => Self::NotAuthorised,
            403 => Self::Forbidden,
            404 | 410 | 484 | 485 | 604 => Self::NotFound,
            408 | 480 => Self::NoAnswer,
            486 | 600 => Self::Busy,
            487 => Self::Cancelled,
            603 | 607 | 608 => Self::Declined,
            500..=599 => Self::Unreachable,
            _ => Self::Failed,
        }
    }
}
