//! Projects (contract: 2.7).

use hookswitch_model::ProjectId;
use serde_json::{Map, Value, json};

use super::fields::{Fields, is_slug};
use super::ids;
use super::param_errors::ParamErrors;

/// A project with what is known of it.
#[derive(Debug, Clone)]
pub struct Shown<'p> {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: &'p str,
    /// Id as shown and name of its default agent.
    pub default_agent: Option<(String, String)>,
    /// Sessions that have not ended.
    pub active: u64,
    /// Most of them.
    pub most: Option<u32>,
}

/// A project as it is shown.
pub fn project(shown: &Shown<'_>) -> Value {
    let agent = shown.default_agent.as_ref().map(|(id, name)| json!({"id": id, "name": name}));
    json!({
        "id": ids::project(shown.id),
        "name": shown.name,
        "default_agent": agent,
        "active_conversations": shown.active,
        "max_active_conversations": shown.most,
    })
}

/// What a body changes. An outer `Some` was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// `name`
    pub name: Option<String>,
    /// `default_agent`, by name; null takes it away.
    pub default_agent: Option<Option<String>>,
    /// `max_active_conversations`; null lifts it.
    pub most: Option<Option<u32>>,
}

/// Reads the name of a new project.
pub fn read_new(body: &Map<String, Value>) -> Result<String, ParamErrors> {
    let mut errors = ParamErrors::default();
    let mut fields = Fields::new(body, "", &mut errors);
    fields.require("name");
    let name = read_name(&mut fields);
    match name {
        Some(name) if errors.is_empty() => Ok(name),
        _ => Err(errors),
    }
}

fn read_name(fields: &mut Fields<'_, '_>) -> Option<String> {
    let name = fields.text("name", 4096)?;
    if !is_slug(name, '-') {
        fields.wrong("name", "1 to 64 of a-z 0-9 -");
        return None;
    }
    Some(name.to_owned())
}

/// Reads a change. `current` is the name as it is, which may be given back whatever it looks like.
pub fn read_change(body: &Map<String, Value>, current: &str) -> Result<Change, ParamErrors> {
    let mut errors = ParamErrors::default();
    let mut fields = Fields::new(body, "", &mut errors);
    let mut change = Change::default();
    match fields.raw("name") {
        Some(Value::Null) => fields.wrong("name", "Must not be null"),
        Some(value) if value.as_str() == Some(current) => {}
        _ => change.name = read_name(&mut fields),
    }
    match fields.raw("default_agent") {
        None => {}
        Some(Value::Null) => change.default_agent = Some(None),
        Some(Value::String(name)) => change.default_agent = Some(Some(name.clone())),
        Some(_) => fields.wrong("default_agent", "Expected the name of an agent, or null"),
    }
    match fields.raw("max_active_conversations") {
        None => {}
        Some(Value::Null) => change.most = Some(None),
        Some(_) => {
            let most = fields.integer("max_active_conversations", 1..=u64::from(i32::MAX as u32));
            change.most = most.map(|most| u32::try_from(most).ok());
        }
    }
    if errors.is_empty() { Ok(change) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn change(body: &Value) -> Result<Change, Vec<String>> {
        read_change(body.as_object().unwrap(), "Old")
            .map_err(|errors| errors.paths().into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn changes_are_read() {
        let all = change(&json!({"name": "sales", "default_agent": "a", "max_active_conversations": 3}));
        let wanted =
            Change { name: Some("sales".into()), default_agent: Some(Some("a".into())), most: Some(Some(3)) };
        assert_eq!(all, Ok(wanted));
        let cleared =
            change(&json!({"name": "Old", "default_agent": null, "max_active_conversations": null}));
        assert_eq!(cleared, Ok(Change { name: None, default_agent: Some(None), most: Some(None) }));
        assert_eq!(change(&json!({})), Ok(Change::default()));
        let wrong = change(&json!({"name": "A B", "default_agent": 1, "max_active_conversations": 0}));
        assert_eq!(wrong.unwrap_err(), ["name", "default_agent", "max_active_conversations"]);
    }

    #[test]
    fn names_are_slugs() {
        let name = |body: Value| read_new(body.as_object().unwrap());
        assert_eq!(name(json!({"name": "customer-support"})).unwrap(), "customer-support");
        for bad in [json!({}), json!({"name": null}), json!({"name": "A"}), json!({"name": "a".repeat(65)})] {
            assert_eq!(name(bad).unwrap_err().paths(), ["name"]);
        }
    }
}
