//! Null as absence.

use serde_json::{Map, Value};

/// `value` without the null members of objects whose shape is known, for the check; nothing when there is none. Kept
/// are nulls that a property's own schema could mean: only `type` lists that name it do.
pub(super) fn without_nulls(schema: &Value, value: &Value) -> Option<Value> {
    let properties = schema.get("properties")?.as_object()?;
    let members = value.as_object()?;
    let mut kept = Map::new();
    let mut changed = false;
    for (name, member) in members {
        let property = properties.get(name);
        let required = is_required(schema, name);
        if member.is_null() && (required || property.is_some_and(|property| !admits_null(property))) {
            changed = true;
            continue;
        }
        let nested = property.and_then(|property| without_nulls(property, member));
        changed |= nested.is_some();
        kept.insert(name.clone(), nested.unwrap_or_else(|| member.clone()));
    }
    changed.then_some(Value::Object(kept))
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|names| names.iter().any(|listed| listed == name))
}

fn admits_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| {
        kind == "null" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
    })
}
