use hookswitch_schema::canonical;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::any_json;

#[test]
fn has_one_form() {
    for (text, expected) in [
        (r#"{"b": 1, "a": {"d": [3, 1], "c": null}}"#, r#"{"a":{"c":null,"d":[3,1]},"b":1}"#),
        ("[1.0, 1, -0.0, 0, 1e2, -3.0]", "[1,1,0,0,100,-3]"),
        ("[1e16, 10000000000000000]", "[10000000000000000,10000000000000000]"),
        ("[18446744073709551615, 9007199254740993]", "[18446744073709551615,9007199254740993]"),
        ("[0.1, 1.5e300, 1e-7]", "[0.1,1.5e+300,1e-7]"),
        (r#"{"é": "\u00e9\n\"", "e": true}"#, "{\"e\":true,\"é\":\"é\\n\\\"\"}"),
        (r#"["1", 1]"#, r#"["1",1]"#),
    ] {
        assert_eq!(canonical(&serde_json::from_str(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn different_arguments_differ() {
    let values = [
        json!({"a": 1}),
        json!({"a": "1"}),
        json!({"a": 1.5}),
        json!({"a": null}),
        json!({}),
        json!({"a": [1]}),
    ];
    for (n, a) in values.iter().enumerate() {
        for b in &values[n + 1..] {
            assert_ne!(canonical(a), canonical(b));
        }
    }
}

/// The same value with all members in reverse.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(reversed).collect(),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .rev()
                .map(|(name, member)| (name.clone(), reversed(member)))
                .collect::<Map<_, _>>(),
        ),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn does_not_depend_on_order(value in any_json()) {
        prop_assert_eq!(canonical(&value), canonical(&reversed(&value)));
    }

    #[test]
    fn is_stable_over_writing_and_reading(value in any_json()) {
        let text = canonical(&value);
        let read: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(canonical(&read), text);
    }
}
