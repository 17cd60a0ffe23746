//! Settings of call-control tools as written.

use serde::{Deserialize, Serialize};

/// What to do when nobody answers a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoAnswer {
    /// The caller comes back to the agent.
    #[default]
    ReturnToAssistant,
    /// Try again.
    KeepRetrying,
}

/// An operation on the call. One tool does one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallOperation {
    /// Transfer to a phone number.
    TransferToPhoneNumber,
    /// Hand over to another agent.
    TransferToAgent,
    /// Transfer to a configured human destination.
    TransferToHuman,
    /// Press digits.
    SendDtmf,
    /// Play hold audio.
    PlayHold,
    /// Collect speech or digits.
    Collect,
    /// End the call.
    EndCall,
    /// Digits chosen by the model as it goes.
    KeypadInput,
    /// End when the conversation is over.
    ConversationEnding,
    /// Stay silent.
    ChooseNotToRespond,
}

/// A call-control tool. Fields that the operation does not use must be absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallControlDraft {
    /// What it does.
    pub operation: CallOperation,
    /// Transfer: E.164 number; absent: the model names it within the allow-list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Transfer to a human: E.164 numbers or SIP URIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<String>,
    /// Transfer: digits after connect, `0-9 * # A-D w W`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtmf: Option<String>,
    /// Transfer: the model gives the digits.
    #[serde(default)]
    pub dynamic_dtmf: bool,
    /// Transfer: said to the person who answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_transfer_message: Option<String>,
    /// Transfer: caller id of the new leg is the agent's number, else the other party's.
    #[serde(default = "yes")]
    pub use_agent_phone_number: bool,
    /// Transfer: tell the user when voicemail answers.
    #[serde(default)]
    pub detect_voicemail: bool,
    /// Transfer: stay on the call; absent: as `use_agent_phone_number`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_listening: Option<bool>,
    /// Transfer: nobody answers.
    #[serde(default)]
    pub on_no_answer: NoAnswer,
    /// Hand-over: names of agents that the model can choose from, or ids (`agent_…`), which outlast a renaming.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<String>,
    /// Silence: speak again after so many seconds; absent: stay silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_after_sec: Option<f64>,
}

fn yes() -> bool {
    true
}
