//! Lists.

use serde_json::{Value, json};

/// A list as it is answered; `next_cursor` is there when more follows.
pub fn list(data: &[Value], next: Option<String>) -> Value {
    let mut list = json!({"object": "list", "data": data, "has_more": next.is_some()});
    if let (Some(next), Some(members)) = (next, list.as_object_mut()) {
        members.insert("next_cursor".to_owned(), Value::from(next));
    }
    list
}
