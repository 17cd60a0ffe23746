//! `config`: which agent speaks, and what of it is otherwise in this conversation.

use serde_json::{Map, Value};

use super::tools::{self, Entry};
use crate::wire::agent::settings;
use crate::wire::fields::Fields;
use crate::wire::param_errors::{ParamErrors, member};

/// Keys of the vendor that stand for settings of agents under other names.
const SKIPPED: [&str; 2] = ["type", "tools"];

/// What a conversation is started or reset with. What is not given is the agent's.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// Name or id of the agent.
    pub agent: Option<String>,
    /// Name or id of the project.
    pub project: Option<String>,
    /// Its tools.
    pub tools: Option<Vec<Entry>>,
    /// Values of template variables.
    pub variables: Map<String, Value>,
    /// The prompt.
    pub prompt: Option<String>,
    /// What is said first; an empty text: nothing.
    pub welcome: Option<String>,
    /// Whether the model thinks of what is said first.
    pub generates_welcome: Option<bool>,
    /// The client's own id of the conversation.
    pub external_id: Option<String>,
    /// Seconds of silence on the socket after which it is closed.
    pub timeout_sec: Option<u64>,
    /// Format of the client's audio.
    pub input_format: Option<String>,
}

/// Reads a config. `at` is where it stands in its message.
pub fn read(members: &Map<String, Value>, at: &str) -> Result<Config, ParamErrors> {
    let mut errors = ParamErrors::default();
    let mut fields = Fields::new(members, at, &mut errors);
    let mut text = |name: &str, most: usize| fields.text(name, most).map(str::to_owned);
    let mut config = Config {
        agent: text("agent", 256),
        project: text("project", 256),
        prompt: text("system_prompt", settings::MOST_PROMPT),
        welcome: text("welcome_message", settings::MOST_PROMPT),
        external_id: text("external_id", 1024).map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()),
        input_format: text("input_format", 64).or_else(|| text("audio_format", 64)),
        ..Config::default()
    };
    config.generates_welcome = fields.flag("generate_welcome_message");
    config.timeout_sec = fields.integer("websocket_timeout_sec", 1..=86_400);
    if let Some(variables) = fields.object("template_variables") {
        for (name, value) in variables {
            if value.is_string() {
                config.variables.insert(name.clone(), value.clone());
            } else {
                let at = member(&member(at, "template_variables"), name);
                fields.errors.note(at, "Expected a string");
            }
        }
    }
    if let Some(list) = fields.list("tools") {
        let at = member(at, "tools");
        config.tools = Some(tools::read(list, &at, fields.errors));
    }
    for (name, value) in members.iter().filter(|(name, _)| !SKIPPED.contains(&name.as_str())) {
        settings::check_known(name, value, at, &mut errors);
    }
    if errors.is_empty() { Ok(config) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_config_overrides_what_it_names() {
        let body = json!({"agent": "desk", "system_prompt": "Hi {{a}}", "template_variables": {"a": "b"},
            "websocket_timeout_sec": 5, "external_id": " x ", "tools": ["book"], "type": "config"});
        let config = read(body.as_object().unwrap(), "").unwrap();
        assert_eq!((config.agent.as_deref(), config.timeout_sec), (Some("desk"), Some(5)));
        assert_eq!((config.external_id.as_deref(), config.welcome), (Some("x"), None));
        assert_eq!(config.tools.unwrap(), [Entry::Named("book".to_owned())]);
    }

    #[test]
    fn wrong_fields_are_named_where_they_stand() {
        let body = json!({"agent": 1, "template_variables": {"x": 1}, "tools": [7], "push_to_talk": "yes"});
        let errors = read(body.as_object().unwrap(), "config").unwrap_err();
        let expected =
            ["config.agent", "config.template_variables.x", "config.tools[0]", "config.push_to_talk"];
        assert_eq!(errors.paths(), expected);
    }
}
