//! Customer settings of a tool on the wire: every key of a field is shown, absent ones as null.

use hookswitch_model::config_schema::{ConfigField, ConfigSchema};
use serde_json::{Map, Value, json};

use crate::wire::trouble::Trouble;

fn refused(rule: &str) -> Trouble {
    Trouble::field("config_schema", rule)
}

/// Reads the settings; keys that it does not know are ignored.
pub(super) fn read(schema: &Value) -> Result<ConfigSchema, Trouble> {
    let Some(members) = schema.as_object() else { return Err(refused("must be an object")) };
    let fields = match members.get("fields") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(field).collect::<Result<_, _>>()?,
        Some(_) => return Err(refused("fields must be a list")),
    };
    Ok(ConfigSchema { fields })
}

fn field(item: &Value) -> Result<ConfigField, Trouble> {
    let Some(members) = item.as_object() else { return Err(refused("fields must be objects")) };
    let Some(key) = text(members, "key")? else { return Err(refused("fields need a key")) };
    let kind = text(members, "type")?.unwrap_or_else(|| "text".to_owned());
    if kind.len() > 64 {
        return Err(refused("a type has at most 64 characters"));
    }
    Ok(ConfigField {
        key,
        label: text(members, "label")?,
        kind,
        required: truth(members, "required")?,
        secret: truth(members, "secret")?,
        help: text(members, "help")?,
        placeholder: text(members, "placeholder")?,
        options: options(members)?,
    })
}

fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, Trouble> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= 4096 => Ok(Some(text.clone())),
        Some(Value::String(_)) => Err(refused(&format!("{name} has at most 4096 bytes"))),
        Some(_) => Err(refused(&format!("{name} must be a string"))),
    }
}

fn truth(members: &Map<String, Value>, name: &str) -> Result<bool, Trouble> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(truth)) => Ok(*truth),
        Some(_) => Err(refused(&format!("{name} must be a boolean"))),
    }
}

fn options(members: &Map<String, Value>) -> Result<Option<Vec<String>>, Trouble> {
    let items = match members.get("options") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(items)) if items.len() <= 256 => items,
        Some(_) => return Err(refused("options must be a list of at most 256 strings")),
    };
    let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
    let texts: Option<Vec<String>> = texts.collect();
    texts.map(Some).ok_or_else(|| refused("options must be a list of at most 256 strings"))
}

/// The settings as they are shown.
pub fn shown(schema: Option<&ConfigSchema>) -> Value {
    let Some(schema) = schema else { return Value::Null };
    let field = |field: &ConfigField| {
        json!({
            "key": field.key,
            "label": field.label,
            "type": field.kind,
            "required": field.required,
            "secret": field.secret,
            "help": field.help,
            "placeholder": field.placeholder,
            "options": field.options,
        })
    };
    json!({"fields": schema.fields.iter().map(field).collect::<Vec<_>>()})
}
