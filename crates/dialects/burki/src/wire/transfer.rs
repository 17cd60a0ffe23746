//! Export and import of tools as files (burki: 2.5).

use hookswitch_model::Stamp;
use hookswitch_model::tool::StoredTool;
use serde_json::{Map, Value, json};

use super::aliases::kind_of;
use super::change::retries_of;
use super::configuration::{self, Opened};
use super::extras::{Extras, Origin};
use super::fields::{Fields, Purpose};
use super::function;
use super::moment::in_millis;
use super::new_tool::{NewTool, name_rule};
use super::public::placeholder;
use super::redact::{REDACTED, is_redacted};
use super::refusal::Refusal;
use super::timeouts;
use super::tool::{display_name, tool_type};
use super::url;

const REQUIRED: [&str; 6] =
    ["name", "display_name", "description", "tool_type", "configuration", "function_definition"];

/// The file of a tool. It holds no secret.
pub fn export(tool: &StoredTool, opened: &Opened, now: Stamp) -> Value {
    let draft = &tool.draft;
    let extras = Extras::of(draft);
    let timeout = match extras.top_timeout {
        Some(_) => timeouts::top(draft, &extras),
        None => timeouts::effective(draft),
    };
    json!({
        "name": tool.name,
        "display_name": display_name(draft),
        "description": draft.description,
        "tool_type": tool_type(tool),
        "configuration": configuration::show(draft, &extras, opened),
        "function_definition": function::show(draft, &extras),
        "timeout_seconds": timeout,
        "retry_attempts": retries_of(draft),
        "version": "1.0.0",
        "exported_at": in_millis(now),
        "export_version": "1.0",
        "origin": extras.origin.unwrap_or(Origin::V1).as_str(),
    })
}

/// The name of that file.
pub fn file_name(tool: &StoredTool) -> String {
    let plain = tool.name.as_str().chars().filter(|c| c.is_ascii_alphanumeric() || "_.-".contains(*c));
    format!("tool-{}-export.json", plain.collect::<String>())
}

/// A tool out of a file.
#[derive(Debug)]
pub struct Imported {
    /// The tool; its name may be taken.
    pub tool: NewTool,
    /// What the file did not tell.
    pub missing: Vec<String>,
}

/// A file that is no JSON.
pub fn not_json(position: &str) -> Refusal {
    Refusal::bad(format!("Invalid JSON file: {position}"))
}

/// Reads a file.
pub fn import(file: &Value) -> Result<Imported, Refusal> {
    let Some(members) = file.as_object() else { return Err(not_json("not an object")) };
    for name in REQUIRED {
        if members.get(name).is_none_or(Value::is_null) {
            return Err(Refusal::bad(format!("Missing required field: {name}")));
        }
    }
    if members["tool_type"].as_str().is_none_or(|word| kind_of(word, false).is_none()) {
        let word =
            members["tool_type"].as_str().map_or_else(|| members["tool_type"].to_string(), str::to_owned);
        return Err(Refusal::bad(format!("Invalid tool type: {word}")));
    }
    let origin = match members.get("origin").and_then(Value::as_str) {
        Some("v1") => Origin::V1,
        _ => Origin::Server,
    };
    let mut body = members.clone();
    body.insert("is_active".to_owned(), json!(true));
    body.insert("is_public".to_owned(), json!(false));
    for (name, value) in [("timeout_seconds", 30), ("retry_attempts", 3)] {
        if body.get(name).is_none_or(Value::is_null) {
            body.insert(name.to_owned(), json!(value));
        }
    }
    let mut missing = Vec::new();
    if let Some(configuration) = body.get_mut("configuration").and_then(Value::as_object_mut) {
        unset(configuration, &mut missing);
    }
    let fields = Fields::read(&Value::Object(body), origin, Purpose::Create)?;
    Ok(Imported { tool: NewTool::of(fields, origin, origin)?, missing })
}

/// Puts secrets that are not set where a configuration says `[REDACTED]`.
fn unset(configuration: &mut Map<String, Value>, missing: &mut Vec<String>) {
    let credentials = ["access_key", "secret_key", "session_token"];
    configuration.retain(|name, value| {
        let is_gone = credentials.contains(&name.as_str()) && value.as_str().is_some_and(is_redacted);
        if is_gone {
            missing.push(format!("configuration.{name}"));
        }
        !is_gone
    });
    for (name, value) in configuration.iter_mut() {
        let at = format!("configuration.{name}");
        match value {
            Value::String(text) if matches!(name.as_str(), "url" | "endpoint_url") => {
                let whole = url::unset(text, |part| placeholder(&name_rule(), part));
                if whole != *text {
                    *text = whole;
                    missing.push(at);
                }
            }
            Value::String(text) if text.contains(REDACTED) && !is_redacted(text) => {
                // The text of an object.
                if let Ok(mut inner) = serde_json::from_str::<Value>(text) {
                    walk(&mut inner, name, &at, missing);
                    *text = inner.to_string();
                }
            }
            value => walk(value, name, &at, missing),
        }
    }
}

fn walk(value: &mut Value, name: &str, at: &str, missing: &mut Vec<String>) {
    match value {
        Value::String(text) if is_redacted(text) => {
            let scheme = text.strip_suffix(REDACTED).unwrap_or_default();
            *text = format!("{scheme}{}", placeholder(&name_rule(), name));
            missing.push(at.to_owned());
        }
        Value::Object(members) => {
            for (name, member) in members {
                walk(member, name, &format!("{at}.{name}"), missing);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                walk(item, name, &format!("{at}.{index}"), missing);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn file() -> Value {
        json!({"name": "t", "display_name": "T", "description": "d", "tool_type": "endpoint",
            "configuration": {"url": "https://h.example/?api_key=[REDACTED]", "method": "GET",
                "headers": {"Authorization": "Bearer [REDACTED]", "Accept": "x"}},
            "function_definition": {"name": "t"}, "origin": "v1"})
    }

    #[test]
    fn secrets_come_in_unset() {
        let imported = import(&file()).unwrap();
        assert_eq!(imported.missing, ["configuration.url", "configuration.headers.Authorization"]);
        let text = serde_json::to_string(&imported.tool.draft).unwrap();
        assert!(text.contains("Bearer ${env.UNSET_AUTHORIZATION}") && !text.contains("REDACTED"), "{text}");
    }

    #[test]
    fn what_is_missing_is_named() {
        for name in REQUIRED {
            let mut file = file();
            file.as_object_mut().unwrap().shift_remove(name);
            assert_eq!(import(&file).unwrap_err(), Refusal::bad(format!("Missing required field: {name}")));
        }
        let mut wrong = file();
        wrong["tool_type"] = json!("http");
        assert_eq!(import(&wrong).unwrap_err(), Refusal::bad("Invalid tool type: http"));
        assert_eq!(import(&json!([])).unwrap_err(), Refusal::bad("Invalid JSON file: not an object"));
    }
}
