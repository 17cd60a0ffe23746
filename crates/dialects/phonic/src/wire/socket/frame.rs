//! What the server says, one JSON object a message. No other types are ever sent: clients take unknown ones for others.

use hookswitch_model::{ExecutionId, SessionId};
use serde_json::{Value, json};

use crate::wire::ids;
use crate::wire::problem::Problem;

/// A message that is no more than its type.
pub fn plain(kind: &str) -> Value {
    json!({ "type": kind })
}

/// `conversation_created`, `conversation_reconnected`
pub fn conversation(kind: &str, id: SessionId) -> Value {
    json!({"type": kind, "conversation_id": ids::conversation(id)})
}

/// What the user said.
pub fn input_text(text: &str, language: &str) -> Value {
    json!({"type": "input_text", "text": text, "language": language})
}

/// What the agent says. There is no speech engine: the audio is empty.
pub fn said(text: &str) -> Value {
    json!({"type": "audio_chunk", "audio": "", "text": text})
}

/// The agent was cut short; `text` was heard.
pub fn interrupted(text: &str) -> Value {
    json!({"type": "interrupted_response", "text": text})
}

/// The client is to carry out a call.
pub fn tool_call(id: ExecutionId, name: &str, parameters: &Value) -> Value {
    json!({"type": "tool_call", "tool_call_id": ids::tool_call(id), "tool_name": name,
        "parameters": parameters})
}

/// The output of a call is not wanted any more.
pub fn tool_call_interrupted(id: ExecutionId, name: &str) -> Value {
    json!({"type": "tool_call_interrupted", "tool_call_id": ids::tool_call(id), "tool_name": name})
}

/// Digits that the agent presses.
pub fn dtmf(digits: &str) -> Value {
    json!({"type": "dtmf", "digits": digits})
}

/// Something that the client may ignore.
pub fn warning(code: &str, message: &str) -> Value {
    json!({"type": "warning", "warning": {"message": message, "code": code}})
}

/// Something that it can't.
pub fn error(problem: &Problem) -> Value {
    let mut body = problem.body();
    body["type"] = json!("error");
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_the_form_of_rest_with_a_type() {
        let error = error(&Problem::at("agent", "There is no such agent"));
        assert_eq!(error["type"], "error");
        assert_eq!(error["param_errors"]["agent"], "There is no such agent");
        let warning = warning("unknown_message_type", "no");
        assert_eq!(warning["warning"]["code"], "unknown_message_type");
    }
}
