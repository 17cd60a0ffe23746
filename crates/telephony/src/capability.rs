//! What a driver can do. Checked when a tool is bound, and again before a command is sent.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that a driver can do or promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Hands the call away (REFER): the other side carries the transfer out.
    Refer,
    /// Calls the target itself and connects the two; stays in the path.
    Bridge,
    /// Speaks with the target first.
    Consult,
    /// Completes a consultation by replacing one of the calls.
    Replaces,
    /// Sends digits after the target has answered.
    PostDigits,
    /// Sends digits.
    DtmfOut,
    /// Hears digits.
    DtmfIn,
    /// Plays something while the caller waits.
    Hold,
    /// Plays files.
    Play,
    /// Guesses whether a machine answered.
    VoicemailVerdict,
    /// Finds the beep after a greeting.
    VoicemailBeep,
    /// Can show the agent's number.
    CallerIdAgent,
    /// Can show the caller's number.
    CallerIdCaller,
    /// Can show a number that is given.
    CallerIdExplicit,
    /// Brings the caller back to the agent when a transfer fails.
    ReturnToAgent,
    /// Says how an operation ended.
    OutcomeReported,
    /// The same operation key again does nothing new.
    IdempotentCommands,
    /// Ends the call.
    EndCall,
    /// Moves the session to another agent without telephony.
    SwitchAgent,
}

impl fmt::Display for Capability {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Refer => "refer",
            Self::Bridge => "bridge",
            Self::Consult => "consult",
            Self::Replaces => "replaces",
            Self::PostDigits => "post_digits",
            Self::DtmfOut => "dtmf_out",
            Self::DtmfIn => "dtmf_in",
            Self::Hold => "hold",
            Self::Play => "play",
            Self::VoicemailVerdict => "voicemail_verdict",
            Self::VoicemailBeep => "voicemail_beep",
            Self::CallerIdAgent => "caller_id_agent",
            Self::CallerIdCaller => "caller_id_caller",
            Self::CallerIdExplicit => "caller_id_explicit",
            Self::ReturnToAgent => "return_to_agent",
            Self::OutcomeReported => "outcome_reported",
            Self::IdempotentCommands => "idempotent_commands",
            Self::EndCall => "end_call",
            Self::SwitchAgent => "switch_agent",
        })
    }
}

/// What a driver can do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Capabilities(BTreeSet<Capability>);

impl Capabilities {
    /// Whether it can.
    pub fn has(&self, capability: Capability) -> bool {
        self.0.contains(&capability)
    }

    /// What of `wanted` is missing, in a stable order.
    pub fn missing(&self, wanted: &Self) -> Vec<Capability> {
        wanted.0.difference(&self.0).copied().collect()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Capability> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Capability>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}
