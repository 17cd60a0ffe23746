//! The server's control frames (contract: 4.3).

use hookswitch_model::{AgentId, ExecutionId, SessionId};
use serde_json::{Map, Value, json};

use super::framing::control;
use crate::wire::call::call_id;

/// What a tool call is called on a socket, before its id.
const PREFIX: &str = "tc_";

/// A tool call's id on a socket.
pub fn tool_call_id(id: ExecutionId) -> String {
    format!("{PREFIX}{}", id.uuid().simple())
}

/// The execution of such an id.
pub fn execution_of(text: &str) -> Option<ExecutionId> {
    text.strip_prefix(PREFIX)?.parse().ok().map(ExecutionId::from_uuid)
}

/// `hello` and `session_started`.
pub fn greeting(session: SessionId, agent: Option<AgentId>, rate: u32) -> [Vec<u8>; 2] {
    let (heard, spoken) = (format!("pcm16@{rate}"), "pcm16@24000");
    let id = call_id(session);
    let hello = json!({"protocol": 2, "audio_in": heard, "audio_out": spoken, "session_id": id});
    let started = json!({"agent_id": agent.map(AgentId::long), "audio_in": heard, "audio_out": spoken,
        "session_id": id});
    [control("hello", hello), control("session_started", started)]
}

/// A turn begins.
pub fn turn(role: &str) -> Vec<u8> {
    control("turn", json!({ "role": role }))
}

/// The app is to run a tool.
pub fn tool_call(id: ExecutionId, name: &str, arguments: &Value, timeout_ms: u64) -> Vec<u8> {
    let members = json!({"call_id": tool_call_id(id), "name": name, "arguments": arguments,
        "timeout_ms": timeout_ms});
    control("tool_call", members)
}

/// The app is to do something with its call. `arguments` are the model's; what was planned wins over them.
pub fn verb(id: ExecutionId, action: &str, arguments: &Value, params: &Value) -> Vec<u8> {
    let mut members = arguments.as_object().cloned().unwrap_or_default();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            members.insert(name.to_owned(), value);
        }
    };
    match action {
        "transfer_to_human" => {
            set("destination", params.get("targets").and_then(|targets| targets.get(0)).cloned());
        }
        "send_dtmf" => set("digits", params.get("digits").cloned()),
        "play_hold" => {
            let millis = params.get("for_ms").and_then(Value::as_u64);
            set("seconds", millis.map(|millis| json!(millis / 1000)));
        }
        _ => {}
    }
    members.insert("call_id".to_owned(), json!(tool_call_id(id)));
    control(action, Value::Object(members))
}

/// Something that the app should look at.
pub fn warning(code: &str, message: &str) -> Vec<u8> {
    control("warning", json!({"code": code, "message": message}))
}

/// Something that went wrong.
pub fn error(code: &str, message: &str) -> Vec<u8> {
    control("error", json!({"code": code, "message": message, "fatal": false}))
}

/// The session is over.
pub fn session_end(reason: &str) -> Vec<u8> {
    control("session_end", json!({ "reason": reason }))
}

/// An event without members.
pub fn plain(event: &str) -> Vec<u8> {
    control(event, Value::Object(Map::new()))
}

/// A digit of the caller's.
pub fn dtmf(digit: char) -> Vec<u8> {
    control("dtmf", json!({"digit": digit.to_string()}))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn body(frame: &[u8]) -> Value {
        serde_json::from_slice(&frame[1..]).unwrap()
    }

    #[test]
    fn ids_of_tool_calls_come_back() {
        let id = ExecutionId::generate();
        assert_eq!(execution_of(&tool_call_id(id)), Some(id));
        assert_eq!(execution_of("tc_4"), None);
    }

    #[test]
    fn what_was_planned_wins_over_the_model() {
        let id = ExecutionId::generate();
        let arguments = json!({"destination": "+1", "reason": "r", "call_id": "mine", "event": "x"});
        let frame = body(&verb(id, "transfer_to_human", &arguments, &json!({"targets": ["+15551234567"]})));
        assert_eq!((&frame["destination"], &frame["reason"]), (&json!("+15551234567"), &json!("r")));
        assert_eq!(
            (&frame["event"], &frame["call_id"]),
            (&json!("transfer_to_human"), &json!(tool_call_id(id)))
        );
        let frame = body(&verb(id, "play_hold", &json!({}), &json!({"for_ms": 3000})));
        assert_eq!(frame["seconds"], 3);
    }

    #[test]
    fn sessions_begin_with_two_frames() {
        let [hello, started] = greeting(SessionId::generate(), None, 16_000);
        assert_eq!(body(&hello)["protocol"], 2);
        assert_eq!(body(&hello)["audio_in"], "pcm16@16000");
        assert_eq!(body(&started)["agent_id"], Value::Null);
        assert_eq!(body(&started)["session_id"], body(&hello)["session_id"]);
    }
}
