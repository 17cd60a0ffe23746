//! What can be asked of a call.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::capability::{Capabilities, Capability};
use crate::digits::Digits;
use crate::event::LegName;
use crate::number::E164;
use crate::target::Target;

/// Most targets of one transfer.
pub const MAX_TARGETS: usize = 50;

/// An operation on a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
pub enum Command {
    /// Connect the caller with somebody else; targets are tried in order.
    Transfer(Box<Transfer>),
    /// Speak with somebody else while the caller waits.
    Consult(Consult),
    /// Finish a consultation by connecting the two.
    Complete(Complete),
    /// Finish a consultation or a transfer that still rings; the caller comes back.
    Abort,
    /// Press keys.
    SendDtmf(SendDtmf),
    /// Listen for keys.
    Collect(CollectDigits),
    /// Start or stop what the caller hears while waiting.
    PlayHold(PlayHold),
    /// Hang up.
    EndCall(EndCall),
    /// Let time pass.
    Wait(Wait),
    /// Place a call.
    Originate(Box<Originate>),
}

/// How a transfer is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferMode {
    /// Bridge where something is asked that REFER can't do; else REFER, and bridge when it is refused.
    #[default]
    Auto,
    /// Hand the call away.
    Refer,
    /// Call the target and connect.
    Bridge,
}

/// Whose number the target is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerId {
    /// The agent's.
    #[default]
    Agent,
    /// The other party's.
    Caller,
    /// This one.
    Explicit(E164),
}

/// What the caller hears while waiting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldSource {
    /// A tone, as the engine is set up.
    #[default]
    Tone,
    /// Nothing.
    Silence,
    /// A file that the engine's operator put there, by its name.
    File(String),
}

/// What becomes of the caller when a transfer fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// Back to the agent.
    #[default]
    Return,
    /// The call ends.
    End,
}

/// Dialling again when nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialAgain {
    /// Dials in all, 1 to 10.
    pub dials: u8,
    /// Milliseconds between two.
    pub wait_ms: u32,
}

/// Connect the caller with somebody else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// Tried in order: the first that connects wins. 1 to [`MAX_TARGETS`].
    pub targets: Vec<Target>,
    /// How.
    #[serde(default)]
    pub mode: TransferMode,
    /// Whose number is shown.
    #[serde(default)]
    pub caller_id: CallerId,
    /// Keys pressed when the target has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_digits: Option<Digits>,
    /// Guess whether a machine answered; a machine counts as not connected.
    #[serde(default)]
    pub detect_voicemail: bool,
    /// How long one target rings, in milliseconds.
    #[serde(default = "ring_timeout")]
    pub ring_timeout_ms: u32,
    /// What the caller hears meanwhile.
    #[serde(default)]
    pub hold: HoldSource,
    /// What becomes of the caller when it fails.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// The agent stays on the call and gets the caller back when the target hangs up.
    #[serde(default)]
    pub keep_agent: bool,
    /// Dial again when nobody answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<DialAgain>,
}

/// Speak with somebody else while the caller waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consult {
    /// Whom.
    pub target: Target,
    /// Whose number is shown.
    #[serde(default)]
    pub caller_id: CallerId,
    /// How long it rings, in milliseconds.
    #[serde(default = "ring_timeout")]
    pub ring_timeout_ms: u32,
    /// What the caller hears meanwhile.
    #[serde(default)]
    pub hold: HoldSource,
}

/// How a consultation is completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Complete {
    /// The engine connects the two legs and stays in the path.
    Join,
    /// The caller is told to call the target in place of the engine (REFER with Replaces).
    Refer,
}

/// Press keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SendDtmf {
    /// Which.
    pub digits: Digits,
    /// On which leg; absent: the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leg: Option<LegName>,
    /// Length of a key in milliseconds, 40 to 2000.
    #[serde(default = "key_ms")]
    pub duration_ms: u32,
    /// Silence between two keys in milliseconds, 20 to 2000.
    #[serde(default = "key_ms")]
    pub gap_ms: u32,
}

/// Listen for keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectDigits {
    /// Fewest keys that the finish key may end; 1 to `max`.
    #[serde(default = "one")]
    pub min: u8,
    /// Most keys: the last one ends it. 1 to 64.
    pub max: u8,
    /// A key that ends it and is not part of the digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_key: Option<char>,
    /// How long the first key is waited for, in milliseconds.
    #[serde(default = "first_timeout")]
    pub first_timeout_ms: u32,
    /// How long each next key is waited for, in milliseconds.
    #[serde(default = "digit_timeout")]
    pub digit_timeout_ms: u32,
    /// The keys are in no log and no event but the result.
    #[serde(default)]
    pub mask: bool,
}

/// Start or stop what the caller hears while waiting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayHold {
    /// Absent: stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<HoldSource>,
    /// Stop by itself after so many milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_ms: Option<u32>,
}

/// Hang up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EndCall {
    /// For the record; shown to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// After what the agent is saying.
    #[serde(default)]
    pub after_speech: bool,
}

/// Let time pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Milliseconds, at most 600,000.
    pub ms: u32,
}

/// Place a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Originate {
    /// Whom.
    pub target: Target,
    /// The number shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<E164>,
    /// How long it rings, in milliseconds.
    #[serde(default = "ring_timeout")]
    pub ring_timeout_ms: u32,
}

impl Command {
    /// What a driver needs to carry it out.
    pub fn needs(&self) -> Capabilities {
        let mut needs: Vec<Capability> = Vec::new();
        match self {
            Self::Transfer(transfer) => transfer.needs(&mut needs),
            Self::Consult(_) | Self::Complete(Complete::Join) => needs.push(Capability::Consult),
            Self::Complete(Complete::Refer) => needs.push(Capability::Replaces),
            Self::SendDtmf(_) => needs.push(Capability::DtmfOut),
            Self::Collect(_) => needs.push(Capability::DtmfIn),
            Self::PlayHold(play) => {
                needs.push(Capability::Hold);
                if matches!(play.source, Some(HoldSource::File(_))) {
                    needs.push(Capability::Play);
                }
            }
            Self::EndCall(_) => needs.push(Capability::EndCall),
            Self::Abort | Self::Wait(_) | Self::Originate(_) => {}
        }
        needs.into_iter().collect()
    }

    /// Whether it changes who is connected with whom: one of these at a time.
    pub fn is_exclusive(&self) -> bool {
        matches!(self, Self::Transfer(_) | Self::Consult(_) | Self::Complete(_) | Self::Originate(_))
    }

    /// Whether it goes before an exclusive operation that runs.
    pub fn pre_empts(&self) -> bool {
        matches!(self, Self::Abort | Self::EndCall(_))
    }

    /// Everywhere that it would send the call.
    pub fn targets(&self) -> &[Target] {
        match self {
            Self::Transfer(transfer) => &transfer.targets,
            Self::Consult(consult) => std::slice::from_ref(&consult.target),
            Self::Originate(originate) => std::slice::from_ref(&originate.target),
            _ => &[],
        }
    }

    /// The longest time that it may take until it has an outcome, as asked for.
    pub fn longest(&self) -> Duration {
        let ms = match self {
            Self::Transfer(transfer) => transfer.longest_ms(),
            Self::Consult(consult) => u64::from(consult.ring_timeout_ms) + 40_000,
            Self::Collect(collect) => {
                u64::from(collect.first_timeout_ms)
                    + u64::from(collect.max) * u64::from(collect.digit_timeout_ms)
            }
            Self::SendDtmf(send) => 64 * (u64::from(send.duration_ms) + u64::from(send.gap_ms)).max(1000),
            Self::Wait(wait) => u64::from(wait.ms),
            Self::Originate(originate) => u64::from(originate.ring_timeout_ms) + 40_000,
            Self::Complete(_) | Self::Abort | Self::PlayHold(_) | Self::EndCall(_) => 40_000,
        };
        Duration::from_millis(ms + 5_000)
    }

    /// What is wrong with its figures, in words.
    pub fn check(&self) -> Result<(), &'static str> {
        match self {
            Self::Transfer(transfer) => transfer.check(),
            Self::Collect(collect) => {
                let is_key = |key: char| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D');
                if collect.max == 0 || collect.max > 64 || collect.min == 0 || collect.min > collect.max {
                    return Err("1 to 64 keys, and not more at least than at most");
                }
                if collect.finish_key.is_some_and(|key| !is_key(key)) {
                    return Err("the finish key is one of 0-9 * # A-D");
                }
                Ok(())
            }
            Self::SendDtmf(send)
                if !(40..=2000).contains(&send.duration_ms) || !(20..=2000).contains(&send.gap_ms) =>
            {
                Err("keys last 40 to 2000 ms, gaps 20 to 2000 ms")
            }
            Self::Wait(wait) if wait.ms > 600_000 => Err("at most 600 seconds"),
            _ => Ok(()),
        }
    }
}

impl Transfer {
    /// A transfer to one target with the defaults.
    pub fn to(target: Target) -> Self {
        Self {
            targets: vec![target],
            mode: TransferMode::default(),
            caller_id: CallerId::default(),
            post_digits: None,
            detect_voicemail: false,
            ring_timeout_ms: ring_timeout(),
            hold: HoldSource::default(),
            on_failure: OnFailure::default(),
            keep_agent: false,
            again: None,
        }
    }

    /// Whether only a bridge can do what is asked. (The number shown is the other side's choice after a REFER.)
    pub fn wants_bridge(&self) -> bool {
        self.post_digits.is_some()
            || self.detect_voicemail
            || self.keep_agent
            || self.targets.len() > 1
            || self.again.is_some()
            || self.caller_id != CallerId::Caller
    }

    fn needs(&self, needs: &mut Vec<Capability>) {
        match self.mode {
            TransferMode::Refer => needs.push(Capability::Refer),
            TransferMode::Bridge => needs.push(Capability::Bridge),
            TransferMode::Auto if self.wants_bridge() => needs.push(Capability::Bridge),
            TransferMode::Auto => {}
        }
        if self.post_digits.is_some() {
            needs.push(Capability::PostDigits);
        }
        if self.detect_voicemail {
            needs.push(Capability::VoicemailVerdict);
        }
        if self.keep_agent {
            needs.push(Capability::ReturnToAgent);
        }
        match self.caller_id {
            CallerId::Explicit(_) => needs.push(Capability::CallerIdExplicit),
            CallerId::Agent if self.mode != TransferMode::Refer => needs.push(Capability::CallerIdAgent),
            CallerId::Agent | CallerId::Caller => {}
        }
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.targets.is_empty() || self.targets.len() > MAX_TARGETS {
            return Err("1 to 50 targets");
        }
        if !(1_000..=300_000).contains(&self.ring_timeout_ms) {
            return Err("a target rings for 1 to 300 seconds");
        }
        if self.again.is_some_and(|again| !(1..=10).contains(&again.dials) || again.wait_ms > 60_000) {
            return Err("1 to 10 dials, at most 60 seconds apart");
        }
        if self.mode == TransferMode::Refer && (self.post_digits.is_some() || self.detect_voicemail) {
            return Err("a call that is handed away gets neither digits nor a voicemail verdict");
        }
        Ok(())
    }

    fn longest_ms(&self) -> u64 {
        let dials = self.again.map_or(1, |again| u64::from(again.dials));
        let wait = self.again.map_or(0, |again| u64::from(again.wait_ms));
        let one = u64::from(self.ring_timeout_ms) + wait + 40_000;
        one * dials * self.targets.len() as u64
    }
}

fn ring_timeout() -> u32 {
    30_000
}

fn key_ms() -> u32 {
    100
}

fn one() -> u8 {
    1
}

fn first_timeout() -> u32 {
    10_000
}

fn digit_timeout() -> u32 {
    4_000
}
