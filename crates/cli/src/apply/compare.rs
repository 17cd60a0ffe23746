//! Two values as YAML, side by side.

use serde_json::{Map, Value};

use crate::yaml;

/// Both as YAML, the second in the order of the first, so that a diff shows changes only.
pub(super) fn as_yaml(before: Option<&Value>, after: &Value) -> (Option<String>, String) {
    match before {
        None => (None, yaml::write(after)),
        Some(before) => (Some(yaml::write(before)), yaml::write(&in_order_of(before, after))),
    }
}

fn in_order_of(model: &Value, value: &Value) -> Value {
    match (model, value) {
        (Value::Object(model), Value::Object(members)) => {
            let known = model.iter().filter_map(|(key, model)| {
                members.get(key).map(|value| (key.clone(), in_order_of(model, value)))
            });
            let new = members.iter().filter(|(key, _)| !model.contains_key(*key));
            let new = new.map(|(key, value)| (key.clone(), value.clone()));
            Value::Object(known.chain(new).collect::<Map<_, _>>())
        }
        (Value::Array(model), Value::Array(items)) => {
            let paired = items.iter().enumerate().map(|(n, item)| match model.get(n) {
                Some(model) => in_order_of(model, item),
                None => item.clone(),
            });
            Value::Array(paired.collect())
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn another_order_is_no_change() {
        let (before, after) =
            as_yaml(Some(&json!({"a": 1, "b": {"c": 2, "d": 3}})), &json!({"b": {"d": 3, "c": 2}, "a": 1}));
        assert_eq!(before.as_deref(), Some(after.as_str()));
    }
}
