//! Lossless coercion towards the types that a schema enforces.

use serde_json::{Number, Value};

use super::MAX_TEXT_DEPTH;
use crate::decode::decode_value;

/// Changes `value` in place where `schema` names its type. Follows `properties` and `items`, whose nesting the schema
/// bounds; references and alternatives are left alone.
pub(super) fn coerce(schema: &Value, value: &mut Value) {
    if let Some(coerced) = converted(schema, value) {
        *value = coerced;
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(property) = schema.get("properties").and_then(|properties| properties.get(name)) {
                    coerce(property, member);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items").filter(|schema| schema.is_object()) {
                for item in items {
                    coerce(schema, item);
                }
            }
        }
        _ => {}
    }
}

/// The value in one of the schema's types, when it has none of them and nothing is lost.
fn converted(schema: &Value, value: &Value) -> Option<Value> {
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        // A schema that names no type still says which one it describes.
        None if schema.get("properties").is_some() => vec!["object"],
        None if schema.get("items").is_some() => vec!["array"],
        _ => return None,
    };
    if types.iter().any(|name| has_type(name, value)) {
        return None;
    }
    match value {
        Value::String(text) => types.iter().find_map(|name| from_text(name, text)),
        Value::Number(number) if types.contains(&"string") => Some(number.to_string().into()),
        _ => None,
    }
}

fn has_type(name: &str, value: &Value) -> bool {
    match name {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|float| float.fract() == 0.0)
        }
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    }
}

fn from_text(name: &str, text: &str) -> Option<Value> {
    match name {
        "boolean" => text.parse().ok().map(Value::Bool),
        "number" | "integer" => {
            let number: Number = text.parse().ok()?;
            // Lossless: leading zeros, blanks and digits beyond a double's would not come back.
            let same = number.to_string() == text;
            Some(Value::Number(number)).filter(|number| same && has_type(name, number))
        }
        "array" | "object" => {
            let first = text.trim_start().chars().next()?;
            let decoded = matches!(first, '[' | '{').then(|| decode_value(text, MAX_TEXT_DEPTH).ok())??;
            Some(decoded).filter(|decoded| has_type(name, decoded))
        }
        _ => None,
    }
}
