//! Agents in answers.

use serde_json::{Map, Value, json};

use super::{Known, built_ins, endpoint, extras_of, settings, tools};
use crate::wire::ids;

/// Members of our extras.
pub(super) const SETTINGS: &str = "settings";
pub(super) const BOOSTED: &str = "boosted_variables";
pub(super) const PHONE: &str = "phone_number";
pub(super) const NUMBERS: &str = "phone_numbers";

/// An agent as it is shown.
pub fn agent(known: Known<'_>) -> Value {
    let draft = &known.agent.draft;
    let extras = extras_of(draft);
    let mut shown = Map::new();
    let mut set = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    set("id", json!(ids::agent(known.agent.id)));
    set("name", json!(draft.name));
    set("project", json!({"id": ids::project(known.agent.project), "name": known.project}));
    let numbers = extras.get(NUMBERS).cloned().unwrap_or_else(|| json!([]));
    set("phone_number", numbers.get(0).cloned().unwrap_or_default());
    set("phone_numbers", numbers);
    set("timezone", json!(draft.timezone.as_deref().unwrap_or("UTC")));
    set("welcome_message", json!(draft.greeting));
    set("system_prompt", json!(draft.prompt.as_deref().unwrap_or_default()));
    set("template_variables", variables(&draft.variables, &extras));
    set("tools", json!(tools::render(known.tools, &extras)));
    set(built_ins::FIELD, extras.get(built_ins::FIELD).cloned().unwrap_or_else(|| json!({})));
    set(endpoint::FIELD, endpoint::render(&extras, known.opened, known.shows_secrets));
    set("is_disabled", json!(draft.disabled));
    let stored = extras.get(SETTINGS).and_then(Value::as_object).cloned().unwrap_or_default();
    shown.extend(settings::render(&stored));
    Value::Object(shown)
}

fn variables(variables: &Map<String, Value>, extras: &Map<String, Value>) -> Value {
    let boosted = extras.get(BOOSTED).and_then(Value::as_array);
    let shown = variables.iter().map(|(name, value)| {
        let default = match value {
            Value::Null | Value::String(_) => value.clone(),
            other => Value::from(other.to_string()),
        };
        let is_boosted = boosted.is_some_and(|names| names.iter().any(|other| other == name));
        (name.clone(), json!({"default_value": default, "is_boosted_keyword": is_boosted}))
    });
    Value::Object(shown.collect())
}
