//! Outbound calls: what a body asks for (contract: 2.9).

use serde_json::{Map, Value, json};

use super::agent::settings;
use super::fields::{Fields, is_e164};
use super::param_errors::{ParamErrors, item, member};

/// A call that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Name of the project.
    pub project: Option<String>,
    /// Name of the agent; none: the project's default one.
    pub agent: Option<String>,
    /// Names of tools that replace the agent's.
    pub tools: Option<Vec<String>>,
    /// Whether it is only checked.
    pub dry_run: bool,
    /// What is wrong.
    pub errors: ParamErrors,
    /// The number can't be called.
    pub has_bad_number: bool,
}

/// Reads a body.
pub fn read(body: &Map<String, Value>) -> Wanted {
    let mut wanted = Wanted::default();
    let mut errors = ParamErrors::default();
    let mut fields = Fields::new(body, "", &mut errors);
    fields.require("to_phone_number");
    let number = fields.text("to_phone_number", 256);
    wanted.has_bad_number = number.is_none_or(|number| !is_e164(number));
    if number.is_some() && wanted.has_bad_number {
        fields.wrong("to_phone_number", "An E.164 number such as +15551234567");
    }
    wanted.dry_run = fields.flag("dry_run").unwrap_or(false);
    if let Some(config) = fields.object("config") {
        read_config(config, &mut wanted, &mut errors);
    }
    wanted.errors = errors;
    wanted
}

fn read_config(config: &Map<String, Value>, wanted: &mut Wanted, errors: &mut ParamErrors) {
    let mut fields = Fields::new(config, "config", errors);
    wanted.project = fields.text("project", 256).map(str::to_owned);
    wanted.agent = fields.text("agent", 256).map(str::to_owned);
    fields.text("system_prompt", settings::MOST_PROMPT);
    fields.text("welcome_message", settings::MOST_PROMPT);
    fields.text("external_id", 1024);
    if let Some(variables) = fields.object("template_variables") {
        for (name, value) in variables {
            if !value.is_string() {
                let at = member("config.template_variables", name);
                fields.errors.note(at, "Expected a string");
            }
        }
    }
    if let Some(list) = fields.list("tools") {
        let mut names = Vec::new();
        for (index, value) in list.iter().enumerate().take(settings::MOST_TOOLS + 1) {
            let at = item("config.tools", index);
            let name = value.as_str().or_else(|| built_in_name(value));
            match name {
                Some(name) if !names.iter().any(|other| other == name) => names.push(name.to_owned()),
                Some(_) => fields.errors.note(at, "This tool is there twice"),
                None => fields.errors.note(at, "Expected the name of a tool or a built-in tool"),
            }
        }
        if list.len() > settings::MOST_TOOLS {
            fields.wrong("tools", format!("At most {} tools", settings::MOST_TOOLS));
        }
        wanted.tools = Some(names);
    }
    for (name, value) in config {
        settings::check_known(name, value, "config", errors);
    }
}

/// `{"type":"built_in","name":"keypad_input",…}`
fn built_in_name(value: &Value) -> Option<&str> {
    (value.get("type")?.as_str()? == "built_in").then(|| value.get("name")?.as_str())?
}

/// The answer to a call that was only checked.
pub fn dry_run_answer() -> Value {
    json!({"conversation_id": null, "dry_run": true})
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn calls_are_read_with_all_their_errors() {
        let body = json!({"to_phone_number": "+15551234567", "dry_run": true, "config": {"agent": "desk",
            "project": "main", "tools": ["book", {"type": "built_in", "name": "keypad_input"}],
            "template_variables": {"a": "b"}, "push_to_talk": false}});
        let wanted = read(body.as_object().unwrap());
        assert!(wanted.errors.is_empty() && wanted.dry_run && !wanted.has_bad_number, "{wanted:?}");
        assert_eq!(wanted.tools.unwrap(), ["book", "keypad_input"]);
        let body = json!({"to_phone_number": "123", "config": {"agent": 1, "tools": ["a", "a", 2],
            "template_variables": {"x-y": 1}, "push_to_talk": "yes"}});
        let wanted = read(body.as_object().unwrap());
        assert!(wanted.has_bad_number);
        let paths = wanted.errors.paths().into_iter().map(str::to_owned).collect::<Vec<_>>();
        let expected = [
            "to_phone_number",
            "config.agent",
            r#"config.template_variables["x-y"]"#,
            "config.tools[1]",
            "config.tools[2]",
            "config.push_to_talk",
        ];
        assert_eq!(paths, expected);
    }
}
