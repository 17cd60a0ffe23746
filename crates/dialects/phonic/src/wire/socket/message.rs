//! What a client says, one JSON object a message.

use serde_json::{Map, Value};

use crate::wire::fields::Fields;
use crate::wire::param_errors::ParamErrors;
use crate::wire::problem::Problem;

/// Longest text of a message, in characters.
const MOST_TEXT: usize = 32_000;

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// `config`, with its fields.
    Config(Map<String, Value>),
    /// `update_tools_subset`: the new list.
    UpdateTools(Vec<Value>),
    /// `tool_call_output`
    ToolCallOutput {
        /// Which call.
        id: String,
        /// What came of it, as it is.
        output: Value,
    },
    /// `reset`, with its config.
    Reset(Map<String, Value>),
    /// `add_system_message`
    AddSystemMessage(String),
    /// `update_system_prompt`
    UpdateSystemPrompt(String),
    /// `set_external_id`, trimmed.
    SetExternalId(String),
    /// `generate_reply`
    GenerateReply {
        /// What the model is to know first.
        system: Option<String>,
        /// What the user says.
        user: Option<String>,
    },
    /// `say`: spoken as given.
    Say(String),
    /// `mute` and `unmute`: of push to talk only.
    Switch,
    /// `audio_chunk` with its length in bytes.
    Audio(usize),
    /// Anything else.
    Unknown(String),
}

/// Reads a message. An error is what the client can't ignore.
pub fn read(members: &Map<String, Value>) -> Result<Message, Problem> {
    let mut errors = ParamErrors::default();
    let mut fields = Fields::new(members, "", &mut errors);
    let mut required = |name: &str| {
        fields.require(name);
        fields.text(name, MOST_TEXT).map(str::to_owned).unwrap_or_default()
    };
    let kind = required("type");
    let message = match kind.as_str() {
        "config" => Some(Message::Config(members.clone())),
        "update_tools_subset" => {
            fields.require("tools");
            fields.list("tools").cloned().map(Message::UpdateTools)
        }
        "tool_call_output" => {
            let id = required("tool_call_id");
            let output = members.get("output").cloned();
            if output.is_none() {
                fields.wrong("output", "Required");
            }
            output.map(|output| Message::ToolCallOutput { id, output })
        }
        "reset" => {
            fields.require("config");
            fields.object("config").cloned().map(Message::Reset)
        }
        "add_system_message" => Some(Message::AddSystemMessage(required("system_message"))),
        "update_system_prompt" => {
            let prompt = required("system_prompt");
            if prompt.contains("{{") {
                fields.wrong("system_prompt", "Template variables are not available here");
            }
            Some(Message::UpdateSystemPrompt(prompt))
        }
        "set_external_id" => {
            let id = required("external_id").trim().to_owned();
            if id.is_empty() {
                fields.wrong("external_id", "Must not be empty");
            }
            Some(Message::SetExternalId(id))
        }
        "generate_reply" => {
            let mut optional = |name: &str| fields.text(name, MOST_TEXT).map(str::to_owned);
            let (system, user) = (optional("system_message"), optional("user_message"));
            Some(Message::GenerateReply { system, user })
        }
        "say" => {
            let text = required("text");
            fields.flag("interruptible");
            Some(Message::Say(text))
        }
        "mute" | "unmute" => Some(Message::Switch),
        "audio_chunk" => {
            fields.require("audio");
            let text = members.get("audio").and_then(Value::as_str).unwrap_or_default();
            Some(Message::Audio(decoded_length(text)))
        }
        other => Some(Message::Unknown(other.to_owned())),
    };
    match message {
        Some(message) if errors.is_empty() => Ok(message),
        _ => Err(Problem::invalid(errors)),
    }
}

/// How many bytes a base64 text stands for.
fn decoded_length(text: &str) -> usize {
    let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count().min(2);
    (text.len() / 4 * 3).saturating_sub(padding)
}

/// Most bytes of an audio chunk of a format: 40 ms.
pub fn most_audio(format: &str) -> usize {
    match format {
        "pcm_8000" => 640,
        "pcm_16000" => 1280,
        "pcm_24000" => 1920,
        "mulaw_8000" => 320,
        _ => 3528,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn of(value: &Value) -> Result<Message, Problem> {
        read(value.as_object().unwrap())
    }

    #[test]
    fn messages_are_told_apart_by_their_type() {
        let output = of(&json!({"tool_call_id": "a", "output": null, "type": "tool_call_output"})).unwrap();
        assert_eq!(output, Message::ToolCallOutput { id: "a".to_owned(), output: Value::Null });
        let reply = of(&json!({"type": "generate_reply", "user_message": "hi"})).unwrap();
        assert_eq!(reply, Message::GenerateReply { system: None, user: Some("hi".to_owned()) });
        let id = of(&json!({"type": "set_external_id", "external_id": " x "})).unwrap();
        assert_eq!(id, Message::SetExternalId("x".to_owned()));
        assert_eq!(of(&json!({"type": "audio_chunk", "audio": "AAAA"})).unwrap(), Message::Audio(3));
        assert_eq!(of(&json!({"type": "dance"})).unwrap(), Message::Unknown("dance".to_owned()));
    }

    #[test]
    fn what_can_not_be_taken_is_an_error_with_its_field() {
        for (message, field) in [
            (json!({}), "type"),
            (json!({"type": "tool_call_output", "tool_call_id": "a"}), "output"),
            (json!({"type": "update_tools_subset"}), "tools"),
            (json!({"type": "reset", "config": 1}), "config"),
            (json!({"type": "update_system_prompt", "system_prompt": "{{a}}"}), "system_prompt"),
            (json!({"type": "set_external_id", "external_id": " "}), "external_id"),
            (json!({"type": "say"}), "text"),
        ] {
            let problem = of(&message).unwrap_err();
            assert!(problem.body()["param_errors"].get(field).is_some(), "{message}: {:?}", problem.body());
        }
    }

    #[test]
    fn forty_milliseconds_of_each_format() {
        assert_eq!((most_audio("pcm_44100"), most_audio("mulaw_8000")), (3528, 320));
        assert_eq!((decoded_length("AA=="), decoded_length("")), (1, 0));
    }
}
