//! Bodies of success: `data` is never set and `errors` is null, since clients unwrap the one and look for errors in
//! the other (bland: 1.1).

use serde_json::{Map, Value};

/// `status`, the members, then `data` and `errors` as null.
pub fn success(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut body = Map::new();
    body.insert("status".to_owned(), Value::from("success"));
    for (name, value) in members {
        body.insert(name.to_owned(), value);
    }
    body.insert("data".to_owned(), Value::Null);
    body.insert("errors".to_owned(), Value::Null);
    Value::Object(body)
}
