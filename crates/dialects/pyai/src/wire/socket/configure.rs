//! `configure`: what of the profile is otherwise in this session, and its tools (contract: 4.4).

use hookswitch_model::draft::{FunctionDraft, SignatureScheme, ToolDraft};
use serde_json::{Map, Value, json};

use super::framing::control;
use crate::wire::tool::{ToolBody, merge};
use crate::wire::trouble::Trouble;

/// Most tools of a session.
const MOST_TOOLS: usize = 128;
/// Longest persona, in characters.
const MOST_PERSONA: usize = 64_000;
/// Longest of the other texts, in characters.
const MOST_TEXT: usize = 4000;

/// A tool that could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolError {
    /// Its name.
    pub name: String,
    /// Stable code.
    pub code: String,
    /// One line.
    pub message: String,
}

impl ToolError {
    /// A tool that could not be had, and why.
    pub fn new(name: &str, code: &str, message: impl Into<String>) -> Self {
        let name = name.chars().take(128).collect();
        Self { name, code: code.to_owned(), message: message.into() }
    }
}

/// An item of `tools`.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A tool of the organisation, or a prebuilt one, by name.
    Named(String),
    /// A tool of this session alone.
    Own {
        /// Its name.
        name: String,
        /// Its definition.
        draft: Box<ToolDraft>,
    },
}

impl Item {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) | Self::Own { name, .. } => name,
        }
    }

    /// Whether a webhook of it is called: with the organisation's signature.
    pub fn is_webhook(&self) -> bool {
        matches!(self, Self::Own { draft, .. } if draft.webhook.is_some())
    }
}

/// A `configure`, read.
#[derive(Debug, Default)]
pub struct Configure {
    /// The voice.
    pub voice_id: Option<String>,
    /// The prompt.
    pub persona: Option<String>,
    /// What is said first.
    pub greeting: Option<String>,
    /// The line that asks for consent.
    pub consent_line: Option<String>,
    /// The tools, where they are given.
    pub tools: Option<Vec<Item>>,
    /// Keys that count.
    pub honored: Vec<String>,
    /// Keys that do not.
    pub ignored: Vec<String>,
    /// Tools that could not be had.
    pub errors: Vec<ToolError>,
}

/// Reads a `configure`. `is_public` judges the URLs of webhooks.
pub fn read(keys: &Map<String, Value>, is_public: impl Fn(&str) -> Result<(), String>) -> Configure {
    let mut read = Configure::default();
    for (key, value) in keys {
        let text = |most: usize| value.as_str().filter(|text| text.chars().nth(most).is_none());
        let is_honored = match (key.as_str(), value) {
            ("voice_id", _) => set(&mut read.voice_id, text(256)),
            ("persona", _) => set(&mut read.persona, text(MOST_PERSONA)),
            ("greeting", _) => set(&mut read.greeting, text(MOST_TEXT)),
            ("consent_line", _) => set(&mut read.consent_line, text(MOST_TEXT)),
            ("tools", Value::Array(list)) => {
                read.tools = Some(tools(list, &is_public, &mut read.errors));
                true
            }
            _ => false,
        };
        let list = if is_honored { &mut read.honored } else { &mut read.ignored };
        list.push(key.chars().take(128).collect());
    }
    read
}

fn set(place: &mut Option<String>, text: Option<&str>) -> bool {
    *place = text.map(str::to_owned);
    text.is_some()
}

fn tools(
    list: &[Value],
    is_public: &impl Fn(&str) -> Result<(), String>,
    errors: &mut Vec<ToolError>,
) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let name = value.as_str().or_else(|| value.get("name").and_then(Value::as_str)).unwrap_or_default();
        if index >= MOST_TOOLS {
            errors.push(ToolError::new(name, "too_many", format!("at most {MOST_TOOLS} tools")));
            break;
        }
        match item(name, value, is_public) {
            Ok(item) => {
                if let Some(at) = items.iter().position(|other| other.name() == name) {
                    items.remove(at);
                    errors.push(ToolError::new(name, "duplicate_name", "the last one of this name wins"));
                }
                items.push(item);
            }
            Err(trouble) => errors.push(ToolError::new(name, trouble.code.word, trouble.detail)),
        }
    }
    items
}

fn item(name: &str, value: &Value, is_public: &impl Fn(&str) -> Result<(), String>) -> Result<Item, Trouble> {
    if name.is_empty() {
        return Err(Trouble::field("name", "is required"));
    }
    let given = |key: &str| value.get(key).filter(|value| !value.is_null()).cloned();
    let (endpoint, description) = (given("endpoint"), given("description"));
    let schema = given("parameters").or_else(|| given("input_schema"));
    if endpoint.is_none() && description.is_none() && schema.is_none() {
        return Ok(Item::Named(name.to_owned()));
    }
    let members = [
        ("name", Some(json!(name))),
        ("description", description),
        ("input_schema", schema),
        ("webhook_url", endpoint),
        ("timeout_ms", given("timeout_ms")),
        ("side_effect", given("side_effect")),
    ];
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let body = ToolBody::parse(&members.collect())?;
    let mut draft = merge(None, &body, is_public)?;
    if let Some(webhook) = &mut draft.webhook {
        // It has no secret of its own.
        webhook.signature = SignatureScheme::Project;
    }
    draft.function = Some(FunctionDraft { name: Some(name.to_owned()), ..FunctionDraft::default() });
    Ok(Item::Own { name: name.to_owned(), draft: Box::new(draft) })
}

/// The acknowledgement. `tools`: how many the session has now.
pub fn configured(read: &Configure, voice_id: Option<&str>, tools: usize) -> Vec<u8> {
    let error = |error: &ToolError| json!({"name": error.name, "code": error.code, "message": error.message});
    let members = json!({
        "voice_id": voice_id,
        "honored": read.honored,
        "ignored": read.ignored,
        "tools": tools,
        "kb": false,
        "tool_errors": read.errors.iter().map(error).collect::<Vec<_>>(),
    });
    control("configured", members)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use hookswitch_model::draft::Kind;

    use super::*;

    fn of(keys: &Value) -> Configure {
        let is_public = |url: &str| if url.contains("10.0") { Err("private".to_owned()) } else { Ok(()) };
        read(keys.as_object().unwrap(), is_public)
    }

    #[test]
    fn keys_are_honored_or_ignored() {
        let read = of(&json!({"persona": "P", "voice_id": 1, "kb_token": "t", "tools": [], "x": 1}));
        assert_eq!(read.honored, ["persona", "tools"]);
        assert_eq!(read.ignored, ["voice_id", "kb_token", "x"]);
        assert_eq!((read.persona.as_deref(), read.tools), (Some("P"), Some(Vec::new())));
    }

    #[test]
    fn items_become_webhooks_client_tools_and_names() {
        let read = of(&json!({"tools": [
            {"name": "hook", "endpoint": "https://api.example/x", "parameters": {"type": "object"}},
            {"name": "note", "description": "d", "side_effect": "read", "timeout_ms": 700},
            {"name": "datetime"}, {"name": "bad", "endpoint": "https://10.0.0.1/"}, {"name": "note"}, {}]}));
        let items = read.tools.unwrap();
        let names: Vec<&str> = items.iter().map(Item::name).collect();
        assert_eq!(names, ["hook", "datetime", "note"]);
        let Item::Own { draft, .. } = &items[0] else { panic!("{items:?}") };
        assert_eq!((draft.kind, items[0].is_webhook()), (Kind::Webhook, true));
        assert!(matches!(items[2], Item::Named(_)), "the last one wins");
        let codes: Vec<&str> = read.errors.iter().map(|error| error.code.as_str()).collect();
        assert_eq!(codes, ["invalid_webhook_url", "duplicate_name", "invalid_request"]);
    }
}
