//! What a call does to the world, and how it ended (semantics: Words).

use serde::{Deserialize, Serialize};

/// The effect class of a tool: what may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Safe to repeat.
    Read,
    /// Safe to repeat with the same key.
    Idempotent,
    /// Must not happen twice.
    Action,
    /// An action that also wants the caller's yes.
    Irreversible,
}

impl Effect {
    /// The word in the API and the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Idempotent => "idempotent",
            Self::Action => "action",
            Self::Irreversible => "irreversible",
        }
    }

    /// Whether an intent must be on disk before the first byte leaves: all but reads.
    pub const fn is_ledgered(self) -> bool {
        !matches!(self, Self::Read)
    }

    /// Whether a lost or failed attempt may be sent again (reads, and idempotent acts under the same key).
    pub const fn may_resend(self) -> bool {
        matches!(self, Self::Read | Self::Idempotent)
    }
}

/// What happens when the same act is asked for again on purpose (semantics: The ledger).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeats {
    /// Once more after an `already_done` and a user turn.
    #[default]
    Ask,
    /// Never within a session.
    Never,
    /// Every tool call is an act of its own.
    Free,
}

/// How a tool call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It happened.
    Done,
    /// It is known not to have happened.
    Failed,
    /// It may have happened.
    Unknown,
    /// It was never tried.
    Refused,
    /// It was withdrawn before it was sent (a read also later).
    Cancelled,
}

impl Outcome {
    /// All outcomes, in the order of their severity.
    pub const ALL: [Self; 5] = [Self::Done, Self::Failed, Self::Unknown, Self::Refused, Self::Cancelled];

    /// The word in the API and the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    /// The outcome of a word; `None` for any other word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}
