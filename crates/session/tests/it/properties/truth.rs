//! The watcher's own ledger: what the world knows of an act.

use std::time::Duration;

use hookswitch_model::Outcome;

/// What the world knows of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Pending { is_resent: bool, is_proven: bool },
    Done { at: Duration },
    Failed,
    Unknown,
    NeverLeft,
}

impl Truth {
    /// Its call ended.
    pub(super) fn finish(&mut self, outcome: Outcome, at: Duration) {
        let Self::Pending { is_resent, is_proven } = *self else { return };
        *self = match outcome {
            _ if is_proven => Self::Done { at },
            Outcome::Done => Self::Done { at },
            Outcome::Failed => Self::Failed,
            Outcome::Unknown => Self::Unknown,
            Outcome::Refused | Outcome::Cancelled if is_resent => Self::Unknown,
            Outcome::Refused | Outcome::Cancelled => Self::NeverLeft,
        };
    }

    /// A result came late: it settles what is unknown, or proves what is being sent again.
    pub(super) fn learn_late(&mut self, outcome: Outcome, at: Duration) {
        match self {
            Self::Pending { is_resent: true, is_proven } if outcome == Outcome::Done => *is_proven = true,
            _ => self.settle(outcome, at),
        }
    }

    /// It is settled, once.
    pub(super) fn settle(&mut self, outcome: Outcome, at: Duration) {
        match (*self, outcome) {
            (Self::Unknown, Outcome::Done) => *self = Self::Done { at },
            (Self::Unknown, Outcome::Failed) => *self = Self::Failed,
            _ => {}
        }
    }
}

/// A promise that holds, or its name.
pub(super) fn check(holds: bool, promise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(promise.to_owned()) }
}
