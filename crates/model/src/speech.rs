//! Speech rules of a tool (semantics: Speech rules). One field a row; all default to "no rule".

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// A line said when a call takes longer than `after_ms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayedLine {
    /// How long after the start of the call, in milliseconds.
    pub after_ms: Millis,
    /// What is said.
    pub text: String,
}

/// How the call is spoken around.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechRules {
    /// The agent must have spoken in this turn before the call goes on.
    pub require_speech_before: bool,
    /// The call starts when the agent's speech has finished playing.
    pub wait_for_speech_before: bool,
    /// Said as the call starts; a template over session variables and arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Staged lines while no result has come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delayed: Vec<DelayedLine>,
    /// Nothing is said for the result.
    pub forbid_speech_after: bool,
    /// Whether the reply to the result may call tools.
    pub allow_chaining: bool,
    /// A call right after speech is dropped and the speech kept.
    pub forbid_call_after_speech: bool,
    /// The brain gets "started" at once and the result as an event.
    #[serde(rename = "async")]
    pub is_async: bool,
    /// With `async`: the brain says so, calls nothing else, and tells the result when it lands.
    pub wait_for_response: bool,
    /// The brain is asked to call without speaking first (best effort).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub suppress_speech_before: bool,
    /// User speech does not end the turn while the call runs.
    pub uninterruptible: bool,
    /// Without it a call made while the user speaks is held.
    pub can_run_during_user_speech: bool,
}

impl Default for SpeechRules {
    fn default() -> Self {
        Self {
            require_speech_before: false,
            wait_for_speech_before: false,
            line: None,
            delayed: Vec::new(),
            forbid_speech_after: false,
            allow_chaining: true,
            forbid_call_after_speech: false,
            is_async: false,
            wait_for_response: false,
            suppress_speech_before: false,
            uninterruptible: false,
            can_run_during_user_speech: false,
        }
    }
}
