//! The eight types of tools and which fields each of them has (contract: 2.2).

use hookswitch_model::draft::{CallOperation, Kind, ToolDraft};
use serde_json::{Map, Value, json};

use crate::wire::param_errors::ParamErrors;

/// A type of tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolType {
    /// `custom_context`
    Context,
    /// `custom_webhook`
    Webhook,
    /// `custom_websocket`
    WebSocket,
    /// `built_in_transfer_to_phone_number`
    TransferPhone,
    /// `built_in_transfer_to_agent`
    TransferAgent,
    /// `built_in_natural_conversation_ending`
    Ending,
    /// `built_in_keypad_input`
    Keypad,
    /// `built_in_choose_not_to_respond`
    Silence,
}

/// All types with their words.
pub const TYPES: [(&str, ToolType); 8] = [
    ("custom_context", ToolType::Context),
    ("custom_webhook", ToolType::Webhook),
    ("custom_websocket", ToolType::WebSocket),
    ("built_in_transfer_to_phone_number", ToolType::TransferPhone),
    ("built_in_transfer_to_agent", ToolType::TransferAgent),
    ("built_in_natural_conversation_ending", ToolType::Ending),
    ("built_in_keypad_input", ToolType::Keypad),
    ("built_in_choose_not_to_respond", ToolType::Silence),
];

/// Names of tools that are there without being made, with the type that may take them; none for web search, which
/// nothing here offers.
pub const BUILT_IN_NAMES: [(&str, Option<ToolType>); 4] = [
    ("keypad_input", Some(ToolType::Keypad)),
    ("natural_conversation_ending", Some(ToolType::Ending)),
    ("choose_not_to_respond", Some(ToolType::Silence)),
    ("web_search", None),
];

impl ToolType {
    /// The type's word.
    pub fn as_str(self) -> &'static str {
        TYPES.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// The type of a definition; none where this API has none for it.
    pub fn of(draft: &ToolDraft) -> Option<Self> {
        match draft.kind {
            Kind::Webhook => Some(Self::Webhook),
            Kind::Client => Some(Self::WebSocket),
            Kind::Context => Some(Self::Context),
            Kind::CallControl => match draft.call_control.as_ref()?.operation {
                CallOperation::TransferToPhoneNumber => Some(Self::TransferPhone),
                CallOperation::TransferToAgent => Some(Self::TransferAgent),
                CallOperation::ConversationEnding => Some(Self::Ending),
                CallOperation::KeypadInput => Some(Self::Keypad),
                CallOperation::ChooseNotToRespond => Some(Self::Silence),
                _ => None,
            },
            Kind::Python | Kind::Lambda | Kind::Hosted => None,
        }
    }

    /// What runs it.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Context => Kind::Context,
            Self::Webhook => Kind::Webhook,
            Self::WebSocket => Kind::Client,
            _ => Kind::CallControl,
        }
    }

    /// What a call-control type does on the call.
    pub const fn operation(self) -> Option<CallOperation> {
        match self {
            Self::Context | Self::Webhook | Self::WebSocket => None,
            Self::TransferPhone => Some(CallOperation::TransferToPhoneNumber),
            Self::TransferAgent => Some(CallOperation::TransferToAgent),
            Self::Ending => Some(CallOperation::ConversationEnding),
            Self::Keypad => Some(CallOperation::KeypadInput),
            Self::Silence => Some(CallOperation::ChooseNotToRespond),
        }
    }

    /// Whether it takes parameters.
    pub const fn has_parameters(self) -> bool {
        matches!(self, Self::Webhook | Self::WebSocket)
    }

    const fn letter(self) -> char {
        match self {
            Self::Context => 'C',
            Self::Webhook => 'W',
            Self::WebSocket => 'S',
            Self::TransferPhone => 'P',
            Self::TransferAgent => 'A',
            Self::Ending => 'E',
            Self::Keypad => 'K',
            Self::Silence => 'N',
        }
    }

    /// Whether a field is one of this type's. Unknown names are no field at all.
    pub fn has(self, field: &str) -> bool {
        COMMON.contains(&field)
            || FIELDS.iter().any(|(name, who, _)| *name == field && who.contains(self.letter()))
    }
}

/// Fields of all types.
const COMMON: [&str; 6] =
    ["name", "description", "type", "execution_mode", "parameters", "require_speech_before_tool_call"];

/// Field, its types by their letters in the contract, and its default as JSON where it has one beside null.
const FIELDS: [(&str, &str, Option<&str>); 25] = [
    ("context", "C", None),
    ("parameter_locations", "W", Some("{}")),
    ("endpoint_method", "W", None),
    ("endpoint_url", "W", None),
    ("endpoint_headers", "W", Some("{}")),
    ("endpoint_timeout_ms", "W", Some("5000")),
    ("tool_call_output_timeout_ms", "S", Some("5000")),
    ("phone_number", "P", None),
    ("dtmf", "P", Some("\"\"")),
    ("dynamic_dtmf", "P", Some("false")),
    ("post_transfer_message", "P", None),
    ("use_agent_phone_number", "P", Some("true")),
    ("detect_voicemail", "P", Some("false")),
    ("keep_listening", "P", Some("true")),
    ("on_transfer_no_answer", "P", Some("\"return_to_assistant\"")),
    ("agents_to_transfer_to", "A", Some("[]")),
    ("speech_before_tool_call", "EK", Some("\"optional\"")),
    ("respond_after_sec", "N", None),
    ("wait_for_speech_before_tool_call", "WS", Some("false")),
    ("forbid_speech_after_tool_call", "CWS", Some("false")),
    ("forbid_tool_call_after_speech", "WS", Some("false")),
    ("allow_tool_chaining", "CWS", Some("true")),
    ("wait_for_response", "WS", Some("false")),
    ("uninterruptible", "WSP", Some("false")),
    ("can_run_during_user_speech", "CWS", Some("false")),
];

/// Fields that other types of tools have: left out when null or at their default, else refused.
pub fn refuse_foreign(kind: ToolType, body: &mut Map<String, Value>, errors: &mut ParamErrors) {
    for (field, _, default) in FIELDS.iter().filter(|(field, ..)| !kind.has(field)) {
        let Some(value) = body.shift_remove(*field) else { continue };
        let default = default.and_then(|text| serde_json::from_str::<Value>(text).ok());
        if !value.is_null() && Some(&value) != default.as_ref() {
            errors.note(*field, format!("Not available for {} tools", kind.as_str()));
        }
    }
}

/// Whether the parameters of a tool without any are none indeed.
pub fn is_no_parameters(value: &Value) -> bool {
    value.is_null() || *value == json!([])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn defaults_of_other_types_pass_and_values_do_not() {
        let mut body = json!({"dtmf": null, "allow_tool_chaining": true, "endpoint_timeout_ms": 5000,
            "detect_voicemail": true, "context": "x", "unknown": 1, "speech_before_tool_call": "required"});
        let mut errors = ParamErrors::default();
        refuse_foreign(ToolType::TransferAgent, body.as_object_mut().unwrap(), &mut errors);
        assert_eq!(errors.paths(), ["context", "detect_voicemail", "speech_before_tool_call"]);
        assert_eq!(body, json!({"unknown": 1}));
    }

    #[test]
    fn every_type_has_its_fields() {
        assert!(ToolType::Webhook.has("endpoint_url") && !ToolType::WebSocket.has("endpoint_url"));
        assert!(ToolType::TransferPhone.has("uninterruptible") && !ToolType::Context.has("uninterruptible"));
        for (word, kind) in TYPES {
            assert_eq!(kind.as_str(), word);
            assert!(kind.has("name"));
        }
    }
}
