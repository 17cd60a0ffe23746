//! Definitions in the one form in which a file and what the server shows can be compared.

use hookswitch_model::draft::ToolDraft;
use serde_json::{Map, Value};

/// A tool's definition with all defaults as the server writes them. What this program does not know (a newer
/// server's field, or a mistake that the check will find) is compared as it is written.
pub(crate) fn tool_definition(definition: &Value) -> Value {
    let known = serde_json::from_value::<ToolDraft>(definition.clone()).ok();
    known.and_then(|draft| serde_json::to_value(draft).ok()).unwrap_or_else(|| definition.clone())
}

/// What people write of an agent; what is empty or default is left out, as the server shows it anyway.
pub(super) fn agent_definition(agent: &Map<String, Value>) -> Map<String, Value> {
    let shown_only = ["id", "project_id", "created_at", "updated_at"];
    let written = agent.iter().filter(|(field, value)| {
        let is_default = match value {
            Value::Null => true,
            Value::String(text) => text.is_empty() || *field == "timezone" && text == "UTC",
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        };
        !is_default && !shown_only.contains(&field.as_str())
    });
    written.map(|(field, value)| (field.clone(), value.clone())).collect()
}

/// A binding as files write it, with its defaults.
pub(super) fn binding(tool: &str, binding: &Map<String, Value>) -> Value {
    let config = binding.get("config").filter(|config| config.is_object()).cloned();
    serde_json::json!({
        "tool": tool,
        "enabled": binding.get("enabled").and_then(Value::as_bool).unwrap_or(true),
        "config": config.unwrap_or_else(|| Value::Object(Map::new())),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_of_a_tool_are_written_out() {
        let brief = json!({"kind": "webhook", "name": "a", "webhook": {"url": "https://x.example"}});
        let shown = json!({
            "name": "a", "description": "", "kind": "webhook",
            "webhook": {"url": "https://x.example", "redirects": "none", "verify_tls": true, "signature": "standard"},
        });
        assert_eq!(tool_definition(&brief), tool_definition(&shown));
    }

    #[test]
    fn unknown_fields_are_kept() {
        let odd = json!({"name": "a", "kind": "webhook", "news": 1});
        assert_eq!(tool_definition(&odd), odd);
    }

    #[test]
    fn empty_fields_of_an_agent_do_not_count() {
        let shown = json!({"id": "agent_1", "name": "a", "prompt": null, "variables": {}, "timezone": "UTC"});
        let written = json!({"name": "a"});
        assert_eq!(
            agent_definition(shown.as_object().unwrap()),
            agent_definition(written.as_object().unwrap())
        );
    }
}
