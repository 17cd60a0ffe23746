//! Tools of a conversation: by name, built in, or defined on the spot.

use std::collections::HashMap;

use hookswitch_model::draft::{FunctionDraft, NullRule, ToolDraft};
use serde_json::{Map, Value, json};

use crate::wire::agent::settings::MOST_TOOLS;
use crate::wire::fields::Fields;
use crate::wire::param_errors::{ParamErrors, item, member};
use crate::wire::tool::Known;
use crate::wire::tool::create::create;
use crate::wire::tool::kind::{BUILT_IN_NAMES, ToolType};

/// What inline tools are called in messages, before their name.
const INLINE: &str = "inline_";

/// An entry of a list of tools.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A tool of the project, or a built-in one, by name.
    Named(String),
    /// A built-in one with its settings.
    BuiltIn {
        /// Its name.
        name: String,
        /// Its settings.
        config: Map<String, Value>,
    },
    /// A tool of this conversation alone.
    Inline {
        /// Its name.
        name: String,
        /// Its definition.
        draft: Box<ToolDraft>,
    },
}

impl Entry {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) | Self::BuiltIn { name, .. } | Self::Inline { name, .. } => name,
        }
    }
}

/// The id of an inline tool in messages.
pub fn inline_id(name: &str) -> String {
    format!("{INLINE}{name}")
}

/// Reads a list; its problems are noted at `at[i]`.
pub fn read(list: &[Value], at: &str, errors: &mut ParamErrors) -> Vec<Entry> {
    if list.len() > MOST_TOOLS {
        errors.note(at, format!("At most {MOST_TOOLS} tools"));
    }
    let mut entries: Vec<Entry> = Vec::new();
    for (index, value) in list.iter().enumerate().take(MOST_TOOLS) {
        let at = item(at, index);
        let entry = match value {
            Value::String(name) => Some(Entry::Named(name.clone())),
            Value::Object(members) => of_object(members, &at, errors),
            _ => {
                errors.note(at.clone(), "Expected the name of a tool, a built-in or a custom_websocket tool");
                None
            }
        };
        let Some(entry) = entry else { continue };
        if entries.iter().any(|other| other.name() == entry.name()) {
            errors.note(at, "This tool is there twice");
        } else {
            entries.push(entry);
        }
    }
    entries
}

fn of_object(members: &Map<String, Value>, at: &str, errors: &mut ParamErrors) -> Option<Entry> {
    let mut fields = Fields::new(members, at, errors);
    fields.require("type");
    if !fields.word("type", &[("built_in", true), ("custom_websocket", false)])? {
        return inline(members, at, errors);
    }
    fields.require("name");
    let name = fields.text("name", 64)?.to_owned();
    if kind_of(&name).is_none() {
        fields.wrong("name", "There is no such built-in tool");
        return None;
    }
    let config = fields.object("tool_config").cloned().unwrap_or_default();
    merge(built_in(&name, &config), &member(at, "tool_config"), errors)?;
    Some(Entry::BuiltIn { name, config })
}

/// The type of a built-in tool that is there without being made.
fn kind_of(name: &str) -> Option<ToolType> {
    BUILT_IN_NAMES.iter().find(|(other, _)| *other == name).and_then(|(_, kind)| *kind)
}

/// A built-in tool with its settings.
pub fn built_in(name: &str, config: &Map<String, Value>) -> Result<ToolDraft, ParamErrors> {
    let Some(kind) = kind_of(name) else {
        return Err(ParamErrors::one("name", "This server has no search tool"));
    };
    let description = match kind {
        ToolType::Keypad => "Presses keys on the call.",
        ToolType::Ending => "Ends the conversation when everything has been said.",
        _ => "Says nothing and waits for the user.",
    };
    let mut body = Map::new();
    let own =
        json!({"name": name, "description": description, "type": kind.as_str(), "execution_mode": "sync"});
    body.extend(config.iter().map(|(name, value)| (name.clone(), value.clone())));
    body.extend(own.as_object().cloned().unwrap_or_default());
    let mut draft = made(&body)?;
    if kind != ToolType::Keypad {
        // Nobody speaks after these.
        draft.speech.forbid_speech_after = true;
        draft.speech.allow_chaining = false;
    }
    Ok(draft)
}

/// A tool that the client carries out, defined on the spot.
fn inline(members: &Map<String, Value>, at: &str, errors: &mut ParamErrors) -> Option<Entry> {
    let mut fields = Fields::new(members, at, errors);
    fields.require("tool_schema");
    let schema = fields.object("tool_schema")?;
    let place = member(at, "tool_schema");
    let mut fields = Fields::new(schema, &place, errors);
    fields.require("function");
    let function = fields.object("function")?;
    let place = member(&place, "function");
    let mut fields = Fields::new(function, &place, errors);
    fields.require("name");
    let name = fields.text("name", 64)?.to_owned();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(fits) {
        fields.wrong("name", "1 to 64 of A-Z a-z 0-9 _ -");
    }
    if fields.flag("strict") == Some(false) {
        fields.wrong("strict", "Must be true");
    }
    let description = fields.text("description", 8192).unwrap_or_default().to_owned();
    let nothing = json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false});
    let parameters = fields.given("parameters").cloned().unwrap_or(nothing);
    check_strict(&parameters, &mut fields);
    let mut body: Map<String, Value> = members
        .iter()
        .filter(|(name, _)| *name != "tool_schema")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    body.entry("execution_mode").or_insert_with(|| json!("sync"));
    body.insert("name".to_owned(), json!("inline"));
    body.insert("description".to_owned(), json!(description));
    body.insert("parameters".to_owned(), parameters);
    let mut draft = merge(made(&body), at, errors)?;
    draft.name.clone_from(&name);
    draft.function = Some(FunctionDraft { name: Some(name.clone()), ..FunctionDraft::default() });
    // What the model sends as null reaches the client as null.
    draft.nulls = NullRule::Refuse;
    Some(Entry::Inline { name, draft: Box::new(draft) })
}

/// Every parameter is required, and there are no others.
fn check_strict(parameters: &Value, fields: &mut Fields<'_, '_>) {
    let properties = parameters.get("properties").and_then(Value::as_object);
    let required = parameters.get("required").and_then(Value::as_array);
    let is_required = |name: &String| required.is_some_and(|names| names.iter().any(|other| other == name));
    if properties.is_some_and(|properties| !properties.keys().all(is_required)) {
        fields.wrong("parameters", "Every property must be in required");
    }
    let is_closed = parameters.get("additionalProperties") == Some(&Value::Bool(false));
    if properties.is_some_and(|properties| !properties.is_empty()) && !is_closed {
        fields.wrong("parameters", "additionalProperties must be false");
    }
}

fn made(body: &Map<String, Value>) -> Result<ToolDraft, ParamErrors> {
    let opened = HashMap::new();
    let change = create(body, Known { agents: &[], opened: &opened, shows_secrets: false });
    match change.draft {
        Some(draft) if change.errors.is_empty() => Ok(draft),
        _ => Err(change.errors),
    }
}

/// A definition, or its problems noted below a place.
fn merge(made: Result<ToolDraft, ParamErrors>, at: &str, errors: &mut ParamErrors) -> Option<ToolDraft> {
    match made {
        Ok(draft) => Some(draft),
        Err(found) => {
            for (path, message) in found.into_map() {
                errors.note(format!("{at}.{path}"), message.as_str().unwrap_or_default());
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use hookswitch_model::draft::Kind;

    use super::*;

    fn weather(change: &Value) -> Value {
        let mut tool = json!({"type": "custom_websocket", "tool_schema": {"type": "function", "function": {
            "name": "get-Weather", "description": "d", "strict": true, "parameters": {"type": "object",
            "properties": {"city": {"type": "string"}}, "required": ["city"],
            "additionalProperties": false}}}});
        tool.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        tool
    }

    #[test]
    fn tools_come_by_name_built_in_and_inline() {
        let mut errors = ParamErrors::default();
        let list = [
            json!("book"),
            json!({"type": "built_in", "name": "choose_not_to_respond",
                "tool_config": {"respond_after_sec": 5}}),
            weather(&json!({"tool_call_output_timeout_ms": 7000, "uninterruptible": true})),
        ];
        let entries = read(&list, "tools", &mut errors);
        assert!(errors.is_empty(), "{errors:?}");
        let names: Vec<&str> = entries.iter().map(Entry::name).collect();
        assert_eq!(names, ["book", "choose_not_to_respond", "get-Weather"]);
        let Entry::Inline { draft, .. } = &entries[2] else { panic!("{entries:?}") };
        assert_eq!((draft.kind, draft.timeout_ms.unwrap().0), (Kind::Client, 7000));
        assert!(draft.speech.uninterruptible && draft.function.is_some());
        let (definition, findings) = draft.parse();
        assert_eq!(definition.unwrap().function, "get-Weather", "{findings:?}");
    }

    #[test]
    fn wrong_entries_are_named_where_they_stand() {
        let mut errors = ParamErrors::default();
        let list = [
            json!(1),
            json!("a"),
            json!("a"),
            json!({"type": "built_in", "name": "nothing"}),
            json!({"type": "built_in", "name": "keypad_input", "tool_config": {"speech_before_tool_call": "x"}}),
            weather(&json!({"tool_call_output_timeout_ms": 1})),
            json!({"type": "custom_websocket"}),
        ];
        read(&list, "tools", &mut errors);
        let expected = [
            "tools[0]",
            "tools[2]",
            "tools[3].name",
            "tools[4].tool_config.speech_before_tool_call",
            "tools[5].tool_call_output_timeout_ms",
            "tools[6].tool_schema",
        ];
        assert_eq!(errors.paths(), expected);
    }
}
