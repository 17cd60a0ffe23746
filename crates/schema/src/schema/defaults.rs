//! Defaults of members that were not given.

use serde_json::Value;

/// `properties` nest no deeper than a schema may, so this recursion is bounded by the schema.
pub(super) fn apply(schema: &Value, value: &mut Value) {
    let (Some(properties), Value::Object(members)) =
        (schema.get("properties").and_then(Value::as_object), value)
    else {
        return;
    };
    for (name, property) in properties {
        match members.get_mut(name) {
            Some(member) => apply(property, member),
            None => {
                if let Some(default) = property.get("default") {
                    members.insert(name.clone(), default.clone());
                }
            }
        }
    }
}
