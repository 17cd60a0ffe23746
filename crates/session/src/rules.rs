//! What the machine must know of a tool, prepared when the tool was saved.

use std::time::Duration;

use hookswitch_model::speech::SpeechRules;
use hookswitch_model::{Effect, Repeats};

/// The rules of a tool's calls. Shared by all calls of the tool in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRules {
    /// The effect class.
    pub effect: Effect,
    /// Whether somebody set the effect; `false` when it is only the default of its kind.
    pub effect_declared: bool,
    /// What a repeat on purpose does.
    pub repeats: Repeats,
    /// How the call is spoken around.
    pub speech: SpeechRules,
    /// How long a done read may be answered again without a request.
    pub cache_for: Option<Duration>,
    /// The total budget of a call: a call that waits this long for a free place is refused as busy.
    pub budget: Duration,
    /// Call control: every call is an act of its own.
    pub is_call_control: bool,
    /// Carried out by the connected app.
    pub is_client: bool,
}

impl CallRules {
    /// Rules without peculiarities: no speech rules, no cache, repeats `ask`, a budget of 5 s.
    pub fn new(effect: Effect) -> Self {
        Self {
            effect,
            effect_declared: false,
            repeats: Repeats::default(),
            speech: SpeechRules::default(),
            cache_for: None,
            budget: Duration::from_secs(5),
            is_call_control: false,
            is_client: false,
        }
    }

    /// Whether calls change nothing.
    pub const fn is_read(&self) -> bool {
        !self.effect.is_ledgered()
    }

    /// Whether every call is an act of its own: call control, and tools with `repeats: free`.
    pub fn acts_alone(&self) -> bool {
        self.is_call_control || self.repeats == Repeats::Free
    }
}
