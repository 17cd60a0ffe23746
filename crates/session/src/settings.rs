//! Limits and windows of a session (semantics: Limits). All can be set by the operator.

use std::time::Duration;

/// What a session may do and how long things last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whether somebody reports speech when the session begins; [`Event::Reports`](crate::Event::Reports) changes it.
    /// Without it nothing is held for speech.
    pub voice: bool,
    /// Whether the runtime is known to report user turns. The first reported turn says so too; `voice` implies it.
    pub shows_user_turns: bool,
    /// How long a hold lasts in which nobody speaks.
    pub hold: Duration,
    /// How long a done act is replayed after its answer was told, where its effect is only the default one.
    pub undeclared_repeat_window: Duration,
    /// How many failures in a row of one act make the next call refused.
    pub failures_in_a_row: u32,
    /// The least time between a read-back and its token coming back, where no user turns are shown.
    pub confirmation_delay: Duration,
    /// Calls that run at once; more wait inside their budget.
    pub calls_in_flight: usize,
    /// Calls in one turn, where turns are shown; more are refused.
    pub calls_in_turn: usize,
    /// Calls that are waiting or running; more are refused.
    pub calls_open: usize,
    /// Ended calls and cached reads that are remembered, each. The oldest are forgotten, reads first.
    pub calls_remembered: usize,
    /// Acts that are remembered. Beyond it new acts are refused.
    pub acts_remembered: usize,
    /// Staged lines of one call; further ones of its tool are not said.
    pub delayed_lines: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            voice: false,
            shows_user_turns: false,
            hold: Duration::from_secs(10),
            undeclared_repeat_window: Duration::from_mins(1),
            failures_in_a_row: 3,
            confirmation_delay: Duration::from_secs(2),
            calls_in_flight: 32,
            calls_in_turn: 24,
            calls_open: 256,
            calls_remembered: 4096,
            acts_remembered: 4096,
            delayed_lines: 16,
        }
    }
}
