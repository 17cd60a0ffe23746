//! What can be asked of a call.

mod rules;

use serde::{Deserialize, Serialize};

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
    /// Tell the caller's phone, too, by a re-INVITE.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signalled: bool,
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
