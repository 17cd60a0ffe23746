//! The checks of a conversation: every tool call is followed by its answer, every answer follows its call.

use serde_json::Value;

use super::Refused;
use super::check::is_name;

pub(super) fn check(messages: &Value) -> Result<(), Refused> {
    let messages = messages.as_array().filter(|messages| !messages.is_empty());
    let messages =
        messages.ok_or_else(|| Refused::request("messages", "expected an array of at least 1 message"))?;
    let mut open: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let at = |rest: &str| format!("messages[{index}].{rest}");
        let role = message["role"].as_str().unwrap_or_default();
        if role == "tool" {
            let id = message["tool_call_id"].as_str();
            let place = open.iter().position(|open| Some(*open) == id);
            let place = place.ok_or_else(|| {
                let message = "Invalid parameter: messages with role 'tool' must be a response to a preceding \
                    message with 'tool_calls'.";
                Refused::request(at("role"), message)
            })?;
            open.remove(place);
        } else if !open.is_empty() {
            let message = format!(
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
                 'tool_call_id'. The following tool_call_ids did not have response messages: {}",
                open.join(", ")
            );
            return Err(Refused::request(at("role"), message));
        }
        match role {
            "developer" | "system" | "user" | "tool" => text(&message["content"], &at("content"))?,
            "assistant" => open = assistant(message, &at)?,
            _ => return Err(Refused::request(at("role"), "Invalid value of 'role'")),
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    let message = format!("tool_call_ids without response messages: {}", open.join(", "));
    Err(Refused::request("messages", message))
}

fn text(content: &Value, at: &str) -> Result<(), Refused> {
    let is_part = |part: &Value| part["type"].is_string();
    let fits = match content {
        Value::String(_) => true,
        Value::Array(parts) => !parts.is_empty() && parts.iter().all(is_part),
        _ => false,
    };
    if fits { Ok(()) } else { Err(Refused::request(at, "expected a string or an array of content parts")) }
}

fn assistant<'m>(message: &'m Value, at: &dyn Fn(&str) -> String) -> Result<Vec<&'m str>, Refused> {
    let Some(calls) = message.get("tool_calls") else {
        text(&message["content"], &at("content"))?;
        return Ok(Vec::new());
    };
    if !message["content"].is_null() {
        text(&message["content"], &at("content"))?;
    }
    let calls = calls.as_array().filter(|calls| !calls.is_empty());
    let calls = calls.ok_or_else(|| Refused::request(at("tool_calls"), "expected a non-empty array"))?;
    let mut ids: Vec<&str> = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        let at = |rest: &str| at(&format!("tool_calls[{index}].{rest}"));
        let id = call["id"].as_str().filter(|id| !id.is_empty() && id.len() <= 64 && !ids.contains(id));
        ids.push(id.ok_or_else(|| Refused::request(at("id"), "expected an id of its own, at most 64 long"))?);
        if call["type"] != "function" {
            return Err(Refused::request(at("type"), "expected 'function'"));
        }
        if !call["function"]["name"].as_str().is_some_and(is_name) {
            return Err(Refused::request(at("function.name"), "expected '^[a-zA-Z0-9_-]{1,64}$'"));
        }
        if !call["function"]["arguments"].is_string() {
            return Err(Refused::request(at("function.arguments"), "expected a string"));
        }
    }
    Ok(ids)
}
