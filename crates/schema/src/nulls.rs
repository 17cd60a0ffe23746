//! Nulls that models send for arguments which they do not mean to give.

use serde_json::{Map, Value};

/// Takes out explicit nulls of optional members whose schema admits none, at the top and in nested objects and arrays
/// as `properties` and `items` declare them. A null of a required member stays, for the check to refuse.
pub fn drop_refused_nulls(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(members) => {
            let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
            let refused = |name: &str| {
                !is_required(schema, name) && properties.get(name).is_some_and(|one| !admits_null(one))
            };
            let kept: Map<String, Value> = std::mem::take(members)
                .into_iter()
                .filter(|(name, member)| !(member.is_null() && refused(name)))
                .collect();
            *members = kept;
            for (name, member) in members {
                if let Some(property) = properties.get(name) {
                    drop_refused_nulls(property, member);
                }
            }
        }
        Value::Array(items) => {
            let Some(schema) = schema.get("items") else { return };
            for item in items {
                drop_refused_nulls(schema, item);
            }
        }
        _ => {}
    }
}

pub(crate) fn is_required(schema: &Value, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|other| other.as_str() == Some(name)))
}

/// Whether null fits a schema, by the keywords that speak of it. What is referred to elsewhere is taken to admit it.
pub(crate) fn admits_null(schema: &Value) -> bool {
    let Value::Object(keywords) = schema else { return *schema != Value::Bool(false) };
    let list = |keyword: &str| keywords.get(keyword).and_then(Value::as_array);
    let by_type = match keywords.get("type") {
        Some(Value::String(one)) => one == "null",
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some("null")),
        _ => true,
    };
    by_type
        && list("enum").is_none_or(|values| values.contains(&Value::Null))
        && keywords.get("const").is_none_or(Value::is_null)
        && ["anyOf", "oneOf"].iter().all(|word| list(word).is_none_or(|all| all.iter().any(admits_null)))
        && list("allOf").is_none_or(|all| all.iter().all(admits_null))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn optional_members_lose_nulls_that_do_not_fit() {
        let text = json!({"type": "string"});
        let schema = json!({
            "properties": {
                "a": text, "b": {"type": ["string", "null"]}, "c": text, "d": {"anyOf": [text, {"type": "null"}]},
                "e": {"enum": ["x"]}, "f": {"enum": ["x", null]}, "g": {"const": 1}, "h": {},
                "i": {"properties": {"a": text}}, "j": {"items": {"properties": {"a": text}}}, "k": false,
            },
            "required": ["c"],
        });
        let mut value = json!({"a": null, "b": null, "c": null, "d": null, "e": null, "f": null, "g": null,
            "h": null, "i": {"a": null}, "j": [{"a": null, "z": null}], "k": null, "unknown": null});
        drop_refused_nulls(&schema, &mut value);
        let left = json!({"b": null, "c": null, "d": null, "f": null, "h": null, "i": {}, "j": [{"z": null}],
            "unknown": null});
        assert_eq!(value, left);
    }

    #[test]
    fn values_that_are_no_containers_stay() {
        for value in [json!(null), json!(1), json!("x"), json!([null])] {
            let mut same = value.clone();
            drop_refused_nulls(&json!({"items": {"type": "string"}}), &mut same);
            assert_eq!(same, value);
        }
    }
}
