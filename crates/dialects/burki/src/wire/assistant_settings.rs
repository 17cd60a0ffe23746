//! `tools_settings` and other nested settings of assistants: checked, completed, merged. Calls do not use them yet.

use serde_json::{Map, Value, json};

use super::read::{Members, Reader};
use super::style::{Problem, Step};

/// Tools of the call itself, with what each of them may have.
const TOOLS: [(&str, &[(&str, Form)]); 4] = [
    ("end_call", &[("custom_message", Form::Text)]),
    (
        "transfer_call",
        &[
            ("transfer_numbers", Form::Texts),
            ("custom_message", Form::Text),
            ("transfer_type", Form::Transfer),
            ("agent_confirmation", Form::Switch),
            ("unavailable_message", Form::Text),
        ],
    ),
    ("dtmf_solver", &[]),
    ("send_sms", &[("default_message", Form::Text)]),
];
const TRANSFERS: &[&str] = &["cold", "warm"];

/// What a setting is.
#[derive(Debug, Clone, Copy)]
enum Form {
    Text,
    Texts,
    Switch,
    Transfer,
}

/// Notes what is wrong in the settings of a body.
pub fn check(reader: &mut Reader, members: &Members<'_>) {
    for name in ["llm_settings", "tts_settings", "stt_settings", "rag_settings", "custom_settings"] {
        reader.object(members, name);
    }
    let Some(settings) = reader.object(members, "tools_settings") else { return };
    let settings = Members::new(settings, members.place("tools_settings"));
    for (tool, forms) in TOOLS {
        let Some(own) = reader.object(&settings, tool) else { continue };
        let own = Members::new(own, settings.place(tool));
        reader.boolean(&own, "enabled");
        check_form(reader, &own, "scenarios", Form::Texts);
        for (name, form) in forms {
            check_form(reader, &own, name, *form);
        }
    }
    if let Some(value) = settings.get("custom_tools") {
        let Some(list) = value.as_array() else {
            return reader.note(settings.place("custom_tools"), Problem::NotList, value);
        };
        for (index, item) in list.iter().enumerate() {
            if !item.is_object() {
                let mut at = settings.place("custom_tools");
                at.push(index.into());
                reader.note(at, Problem::NotObject, item);
            }
        }
    }
}

fn check_form(reader: &mut Reader, members: &Members<'_>, name: &str, form: Form) {
    let Some(value) = members.get(name) else { return };
    let at: Vec<Step> = members.place(name);
    match form {
        Form::Text => drop(reader.text(members, name, 0, 8192)),
        Form::Switch => drop(reader.boolean(members, name)),
        Form::Transfer => {
            if !value.as_str().is_some_and(|word| TRANSFERS.contains(&word)) {
                reader.note(at, Problem::NotOneOf(TRANSFERS), value);
            }
        }
        Form::Texts => match value.as_array() {
            None => reader.note(at, Problem::NotList, value),
            Some(items) => {
                for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_string()) {
                    let mut at = at.clone();
                    at.push(index.into());
                    reader.note(at, Problem::NotText, item);
                }
            }
        },
    }
}

/// Fills in what given tool settings leave out, and derives `enabled_tools`.
pub fn complete(settings: &mut Map<String, Value>) {
    let Some(tools) = settings.get_mut("tools_settings").and_then(Value::as_object_mut) else { return };
    let mut enabled = Vec::new();
    for (tool, forms) in TOOLS {
        let Some(own) = tools.get_mut(tool).and_then(Value::as_object_mut) else { continue };
        let mut set = |name: &str, value: Value| {
            own.entry(name).or_insert(value);
        };
        set("enabled", json!(false));
        set("scenarios", json!([]));
        for (name, form) in forms {
            let value = match form {
                Form::Text => Value::Null,
                Form::Texts => json!([]),
                Form::Switch => json!(false),
                Form::Transfer => json!("cold"),
            };
            set(name, value);
        }
        if own.get("enabled") == Some(&json!(true)) {
            enabled.push(json!(tool));
        }
    }
    tools.insert("enabled_tools".to_owned(), Value::Array(enabled));
}

/// Lays a value over another one: objects member by member, everything else replaced.
pub fn merge(stored: &mut Value, given: Value) {
    match (stored, given) {
        (Value::Object(stored), Value::Object(given)) => {
            for (name, value) in given {
                match stored.get_mut(&name) {
                    Some(own) => merge(own, value),
                    None => drop(stored.insert(name, value)),
                }
            }
        }
        (stored, given) => *stored = given,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tool_settings_are_completed() {
        let mut settings = Map::new();
        settings.insert(
            "tools_settings".to_owned(),
            json!({"end_call": {"enabled": true}, "transfer_call": {"transfer_numbers": ["+15550100"]}}),
        );
        complete(&mut settings);
        assert_eq!(
            settings["tools_settings"],
            json!({"end_call": {"enabled": true, "scenarios": [], "custom_message": null},
                "transfer_call": {"transfer_numbers": ["+15550100"], "enabled": false, "scenarios": [],
                    "custom_message": null, "transfer_type": "cold", "agent_confirmation": false,
                    "unavailable_message": null},
                "enabled_tools": ["end_call"]})
        );
    }

    #[test]
    fn wrong_settings_are_noted() {
        let body = json!({"llm_settings": [], "tools_settings": {"end_call": {"enabled": "maybe", "scenarios": [7]},
            "transfer_call": {"transfer_type": "hot"}, "custom_tools": [1]}});
        let mut reader = Reader::default();
        check(&mut reader, &Members::new(body.as_object().unwrap(), vec!["body".into()]));
        let refusal = reader.finish().unwrap_err();
        let (_, body) = refusal.render(crate::wire::style::Style::V1);
        assert_eq!(body["detail"].as_array().unwrap().len(), 5, "{body}");
    }

    #[test]
    fn objects_merge_and_lists_do_not() {
        let mut stored = json!({"a": {"b": 1, "c": [1]}, "d": 1});
        merge(&mut stored, json!({"a": {"c": [2], "e": null}}));
        assert_eq!(stored, json!({"a": {"b": 1, "c": [2], "e": null}, "d": 1}));
    }
}
