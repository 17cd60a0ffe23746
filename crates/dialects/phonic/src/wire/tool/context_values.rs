//! The call's own values in a request (contract: 3.2): in the query of a GET, as `call_info` in the body of a POST.

use hookswitch_model::parameter::{ParameterDraft, ParameterSource, Place};
use hookswitch_model::session::Channel;
use serde_json::{Value, json};

/// The conversation's id, as this API writes it.
const CONVERSATION: &str = "conv_{{system.session_uuid}}";

/// The fixed parameters of a request, after those of the model.
pub(super) fn context_values(is_bodyless: bool) -> Vec<ParameterDraft> {
    let fixed = |name: &str, value: Value, only_on, place| ParameterDraft {
        name: name.to_owned(),
        schema: None,
        description: None,
        required: false,
        source: ParameterSource::Template { value, only_on },
        place: Some(place),
        send_as: None,
    };
    if is_bodyless {
        let phone = |name: &str, value: &str| fixed(name, json!(value), Some(Channel::Phone), Place::Query);
        return vec![
            fixed("conversation_id", json!(CONVERSATION), None, Place::Query),
            phone("from_phone_number", "{{system.from}}"),
            phone("to_phone_number", "{{system.to}}"),
            phone("twilio_call_sid", "{{system.twilio_call_sid}}"),
        ];
    }
    let info = json!({
        "conversation_id": CONVERSATION,
        "from_phone_number": "{{system.from}}",
        "to_phone_number": "{{system.to}}",
        "twilio_call_sid": "{{system.twilio_call_sid}}",
    });
    vec![fixed("call_info", info, Some(Channel::Phone), Place::Body)]
}
