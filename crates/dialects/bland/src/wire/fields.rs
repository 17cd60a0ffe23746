//! The fields of a tool as JSON: what a body gives, and what is shown (bland: 2.2, 2.4).

use serde_json::{Map, Value};

use super::problem::{INVALID_PARAMETER, Problem};

/// Every field of a tool, in the order in which it is shown.
pub const FIELDS: [&str; 14] = [
    "name",
    "description",
    "label",
    "speech",
    "method",
    "timeout",
    "url",
    "headers",
    "body",
    "query",
    "input_schema",
    "response",
    "response_data",
    "public",
];

/// Fields by name. A null means that the field is to be cleared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// The fields of a body. A nested `tool` gives what the top level does not; other keys are ignored.
    pub fn of_body(body: Value) -> Result<Self, Problem> {
        let Value::Object(mut top) = body else {
            return Err(Problem::new(INVALID_PARAMETER, "The body must be a JSON object."));
        };
        let mut nested = match top.shift_remove("tool") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(nested)) => nested,
            Some(_) => return Err(Problem::at(INVALID_PARAMETER, "tool", "tool must be an object.")),
        };
        let mut fields = Map::new();
        for name in FIELDS {
            if let Some(value) = top.shift_remove(name).or_else(|| nested.shift_remove(name)) {
                fields.insert(name.to_owned(), value);
            }
        }
        Ok(Self(fields))
    }

    /// A field; also one that is null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A field that is there and not null.
    pub fn some(&self, name: &str) -> Option<&Value> {
        self.get(name).filter(|value| !value.is_null())
    }

    /// Sets a field.
    pub fn set(&mut self, name: &'static str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Sets a field where there is a value for it.
    pub fn set_some(&mut self, name: &'static str, value: Option<Value>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// What these fields change of what is shown: a field that is given as it is shown changes nothing.
    pub fn changed<'a>(&'a self, shown: &Self, name: &str) -> Option<&'a Value> {
        let given = self.get(name)?;
        let same = match shown.get(name) {
            Some(value) => value == given,
            None => given.is_null(),
        };
        (!same).then_some(given)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_nested_tool_gives_what_the_top_level_does_not() {
        for (body, speech) in [
            (json!({"tool": {"speech": "t"}}), Some(json!("t"))),
            (json!({"speech": "a", "tool": {"speech": "b"}}), Some(json!("a"))),
            (json!({"speech": null, "tool": {"speech": "b"}}), Some(Value::Null)),
            (json!({"tool": null, "tool_id": "TL-x", "unknown": 1}), None),
        ] {
            assert_eq!(Fields::of_body(body.clone()).unwrap().get("speech").cloned(), speech, "{body}");
        }
        for body in [json!([]), json!("x"), json!(null), json!({"tool": 3})] {
            assert!(Fields::of_body(body.clone()).is_err(), "{body}");
        }
    }

    #[test]
    fn what_is_given_as_shown_changes_nothing() {
        let fields = |value| Fields::of_body(value).unwrap();
        let shown = fields(json!({"name": "A", "label": null}));
        let given = fields(json!({"name": "A", "label": "x", "speech": null, "url": "u"}));
        let changed: Vec<_> = FIELDS.iter().filter(|name| given.changed(&shown, name).is_some()).collect();
        assert_eq!(changed, [&"label", &"url"]);
    }
}
