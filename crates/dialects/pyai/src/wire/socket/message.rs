//! The app's control frames (contract: 4.3).

use serde_json::{Map, Value};

/// Longest text of a user turn, in characters.
const MOST_TEXT: usize = 4000;

/// A frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// `configure`, with its keys.
    Configure(Map<String, Value>),
    /// `tool_result`
    ToolResult {
        /// Which call.
        call_id: String,
        /// What came of it; an error says that it did not happen.
        result: Result<Value, String>,
    },
    /// `dtmf`: a key that the caller pressed.
    Dtmf(char),
    /// `input_text`: a user turn.
    InputText(String),
    /// `session_ending`
    Ending,
    /// Nothing that has an effect: code and message of the warning.
    Nothing(&'static str, String),
}

/// Reads a frame.
pub fn read(members: Map<String, Value>) -> Message {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let Some(kind) = text("type") else {
        if members.contains_key("event") {
            let message = "frames of the app are keyed type; event is the server's";
            return Message::Nothing("client_used_event_key", message.to_owned());
        }
        return Message::Nothing("unknown_type", "the frame has no type".to_owned());
    };
    let invalid = |message: &str| Message::Nothing("invalid_frame", format!("{kind}: {message}"));
    match kind {
        "configure" => {
            let mut keys = members;
            keys.shift_remove("type");
            Message::Configure(keys)
        }
        "tool_result" => {
            let Some(call_id) = text("call_id") else { return invalid("call_id is required") };
            let error = members.get("error").filter(|error| !error.is_null());
            let result = members.get("result").or_else(|| members.get("output"));
            let result = match (error, result) {
                (Some(Value::String(error)), _) => Err(error.chars().take(500).collect()),
                (Some(other), _) => Err(other.to_string().chars().take(500).collect()),
                (None, result) => Ok(result.cloned().unwrap_or_default()),
            };
            Message::ToolResult { call_id: call_id.to_owned(), result }
        }
        "dtmf" => {
            let digit = text("digit").and_then(|digit| {
                let mut digits = digit.chars();
                digits.next().filter(|_| digits.next().is_none())
            });
            match digit.map(|digit| digit.to_ascii_uppercase()) {
                Some(digit @ ('0'..='9' | '*' | '#' | 'A'..='D')) => Message::Dtmf(digit),
                _ => invalid("digit is one of 0-9 * # A-D"),
            }
        }
        "input_text" => match text("text") {
            Some(text) if text.trim().is_empty() => invalid("text is empty"),
            Some(text) if text.chars().nth(MOST_TEXT).is_some() => {
                invalid("text has at most 4000 characters")
            }
            Some(text) => Message::InputText(text.to_owned()),
            None => invalid("text is required"),
        },
        "session_ending" => Message::Ending,
        other => {
            let kind: String = other.chars().take(64).collect();
            Message::Nothing("unknown_type", format!("there is no frame type {kind:?}"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn of(value: &Value) -> Message {
        read(value.as_object().unwrap().clone())
    }

    #[test]
    fn frames_are_told_apart_by_their_type() {
        let result = of(&json!({"type": "tool_result", "call_id": "tc_1", "output": [1]}));
        assert_eq!(result, Message::ToolResult { call_id: "tc_1".to_owned(), result: Ok(json!([1])) });
        let failed = of(&json!({"type": "tool_result", "call_id": "tc_1", "error": "no"}));
        assert_eq!(failed, Message::ToolResult { call_id: "tc_1".to_owned(), result: Err("no".to_owned()) });
        assert_eq!(of(&json!({"type": "dtmf", "digit": "#"})), Message::Dtmf('#'));
        assert_eq!(of(&json!({"type": "input_text", "text": "hi"})), Message::InputText("hi".to_owned()));
        assert_eq!(of(&json!({"type": "session_ending"})), Message::Ending);
    }

    #[test]
    fn nothing_is_dropped_silently() {
        for (frame, code) in [
            (json!({"event": "configure"}), "client_used_event_key"),
            (json!({}), "unknown_type"),
            (json!({"type": "dance"}), "unknown_type"),
            (json!({"type": "dtmf", "digit": "x"}), "invalid_frame"),
            (json!({"type": "input_text", "text": " "}), "invalid_frame"),
            (json!({"type": "input_text", "text": "a".repeat(4001)}), "invalid_frame"),
            (json!({"type": "tool_result"}), "invalid_frame"),
        ] {
            assert!(matches!(of(&frame), Message::Nothing(found, _) if found == code), "{frame}");
        }
    }
}
