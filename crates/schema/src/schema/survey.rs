//! Measures a JSON value without recursion.

use serde_json::Value;

/// Whether arrays and objects nest more than `limit` levels.
pub(super) fn deeper_than(value: &Value, limit: usize) -> bool {
    let mut open = vec![(value, 0_usize)];
    while let Some((value, above)) = open.pop() {
        let below = above + 1;
        match value {
            Value::Array(_) | Value::Object(_) if below > limit => return true,
            Value::Array(items) => {
                open.extend(items.iter().filter(|value| nests(value)).map(|item| (item, below)));
            }
            Value::Object(members) => {
                open.extend(members.values().filter(|value| nests(value)).map(|member| (member, below)));
            }
            _ => {}
        }
    }
    false
}

/// Whether there are more than `limit` values, nested ones counted.
pub(super) fn larger_than(value: &Value, limit: usize) -> bool {
    let mut open = vec![value];
    let mut seen = 0;
    while let Some(value) = open.pop() {
        seen += 1;
        if seen + open.len() > limit {
            return true;
        }
        match value {
            Value::Array(items) if items.len() > limit => return true,
            Value::Array(items) => open.extend(items),
            Value::Object(members) if members.len() > limit => return true,
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    false
}

fn nests(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}
