//! Colours: few, and none unless a terminal shows them.

use std::fmt::Display;

/// Paints texts, or leaves them alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paint {
    /// Whether to.
    pub(crate) on: bool,
}

impl Paint {
    /// Never colours.
    pub(crate) const PLAIN: Self = Self { on: false };

    fn with(self, code: &str, text: impl Display) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    /// Done, added.
    pub(crate) fn green(self, text: impl Display) -> String {
        self.with("32", text)
    }

    /// Failed, removed.
    pub(crate) fn red(self, text: impl Display) -> String {
        self.with("31", text)
    }

    /// Doubtful.
    pub(crate) fn yellow(self, text: impl Display) -> String {
        self.with("33", text)
    }

    /// Places.
    pub(crate) fn cyan(self, text: impl Display) -> String {
        self.with("36", text)
    }

    /// Heads.
    pub(crate) fn bold(self, text: impl Display) -> String {
        self.with("1", text)
    }

    /// Of less weight.
    pub(crate) fn dim(self, text: impl Display) -> String {
        self.with("2", text)
    }

    /// An outcome of a tool call in its colour.
    pub(crate) fn outcome(self, outcome: &str) -> String {
        match outcome {
            "done" => self.green(outcome),
            "failed" => self.red(outcome),
            "unknown" | "refused" | "cancelled" => self.yellow(outcome),
            _ => self.dim(outcome),
        }
    }
}
