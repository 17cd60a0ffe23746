//! Schema of the settings of call-control tools.

use utoipa::ToSchema;

/// An operation on the call. Fields that the operation does not use must be absent.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallControl {
    /// What it does.
    operation: CallOperation,
    /// Transfer: E.164 number; absent: the model names it within the allow-list.
    #[schema(example = "+4930123456")]
    phone_number: Option<String>,
    /// Transfer to a human: E.164 numbers or SIP URIs.
    #[schema(required = false)]
    destinations: Vec<String>,
    /// Transfer: digits after connect, `0-9 * # A-D w W`.
    dtmf: Option<String>,
    /// Transfer: the model gives the digits.
    #[schema(required = false)]
    dynamic_dtmf: bool,
    /// Transfer: said to the person who answers.
    post_transfer_message: Option<String>,
    /// Transfer: caller id of the new leg is the agent's number, else the other party's. Default: true.
    #[schema(required = false)]
    use_agent_phone_number: bool,
    /// Transfer: tell the user when voicemail answers.
    #[schema(required = false)]
    detect_voicemail: bool,
    /// Transfer: stay on the call; absent: as `use_agent_phone_number`.
    keep_listening: Option<bool>,
    /// Transfer: nobody answers. Default: return_to_assistant.
    #[schema(required = false)]
    on_no_answer: NoAnswer,
    /// Hand-over: names of agents that the model can choose from.
    #[schema(required = false)]
    agents: Vec<String>,
    /// Silence: speak again after so many seconds; absent: stay silent.
    respond_after_sec: Option<f64>,
}

/// One operation on the call.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum CallOperation {
    TransferToPhoneNumber,
    TransferToAgent,
    TransferToHuman,
    SendDtmf,
    PlayHold,
    Collect,
    EndCall,
    KeypadInput,
    ConversationEnding,
    ChooseNotToRespond,
}

/// What to do when nobody answers a transfer.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum NoAnswer {
    ReturnToAssistant,
    KeepRetrying,
}
