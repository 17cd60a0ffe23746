//! Who speaks, and whose turn it is. Not stored: a loaded session starts from silence.

/// The state of the conversation as far as it was reported.
#[derive(Debug, Default)]
pub(crate) struct Floor {
    /// The agent's speech is playing.
    pub(crate) agent_speaks: bool,
    /// The user speaks.
    pub(crate) user_speaks: bool,
    /// The agent has begun to speak in this turn.
    pub(crate) agent_spoke_in_turn: bool,
    /// The agent's speech was the last thing that happened in this turn.
    pub(crate) speech_came_last: bool,
    /// The agent's turn, counted.
    pub(crate) turn: u64,
    /// Calls that came in this turn.
    pub(crate) calls_in_turn: usize,
    /// User turns that ended, counted: the proof that the user could answer.
    pub(crate) user_turns: u64,
    /// A user turn ended while an uninterruptible call ran: the agent's turn changes when that ends.
    pub(crate) turn_is_due: bool,
    /// The reply to a result may not call tools.
    pub(crate) no_chaining: bool,
}

impl Floor {
    /// Whether anybody speaks.
    pub(crate) const fn is_loud(&self) -> bool {
        self.agent_speaks || self.user_speaks
    }

    /// The agent's next turn begins.
    pub(crate) fn begin_turn(&mut self) {
        self.turn += 1;
        self.calls_in_turn = 0;
        self.agent_spoke_in_turn = self.agent_speaks;
        self.speech_came_last = false;
        self.turn_is_due = false;
        self.no_chaining = false;
    }

    /// The agent's speech begins to play.
    pub(crate) fn agent_starts(&mut self) {
        self.agent_speaks = true;
        self.agent_spoke_in_turn = true;
        self.speech_came_last = true;
    }
}
