use hookswitch_schema::{DecodeError, DecodeLimits, decode_arguments};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::any_object;

fn decode(text: &str) -> Result<Value, DecodeError> {
    decode_arguments(text, DecodeLimits::default())
}

#[test]
fn reads_objects_only() {
    assert_eq!(
        decode(r#" {"a": [1, 2.5, "x", null, true, {"b": {}}]} "#).unwrap(),
        json!({"a": [1, 2.5, "x", null, true, {"b": {}}]})
    );
    for text in ["[]", "1", "null", "\"{}\"", "true"] {
        assert_eq!(decode(text), Err(DecodeError::NotAnObject), "{text}");
    }
}

#[test]
fn keeps_the_order_of_members() {
    let value = decode(r#"{"b": 1, "a": 2}"#).unwrap();
    assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["b", "a"]);
}

#[test]
fn repairs_nothing() {
    for text in ["", " ", "{", "{\"a\"", "{\"a\":", "{\"a\": 1", "{\"a\": \"x", "{\"a\": tr", "{\"a\": [1,"] {
        assert_eq!(decode(text), Err(DecodeError::Truncated), "{text}");
    }
    for text in [
        "{a: 1}",
        "{'a': 1}",
        "{\"a\": 1,}",
        "{\"a\": 1} x",
        "{} {}",
        "{\"a\": NaN}",
        "{\"a\": 01}",
        "{\"a\": 1e999}",
        "{\"a\": \"\u{1}\"}",
        "{\"a\": \"\\ud800\"}",
        "{\"a\" 1}",
        "```json\n{}\n```",
        "{\"a\": True}",
        "\u{feff}{}",
        "{1: 2}",
    ] {
        assert!(matches!(decode(text), Err(DecodeError::Invalid { .. })), "{text}: {:?}", decode(text));
    }
    assert_eq!(decode("{\n  \"a\": x}"), Err(DecodeError::Invalid { line: 2, column: 8 }));
}

#[test]
fn refuses_repeated_names_at_every_level() {
    for text in
        [r#"{"a": 1, "a": 1}"#, r#"{"x": [{"b": {"a": 1, "c": 2, "a": 3}}]}"#, r#"{"a": 1, "\u0061": 2}"#]
    {
        assert_eq!(decode(text), Err(DecodeError::DuplicateKey { name: "a".into() }), "{text}");
    }
    let long = format!("{{\"{0}\": 1, \"{0}\": 2}}", "k".repeat(5000));
    let Err(DecodeError::DuplicateKey { name }) = decode(&long) else { panic!() };
    assert_eq!(name.chars().count(), 64);
    assert!(decode(r#"{"a": {"a": {"a": 1}}, "A": 1}"#).is_ok());
}

#[test]
fn bounds_depth_and_size() {
    let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    assert!(decode(&nested(63)).is_ok());
    for levels in [64, 1000, 100_000] {
        assert_eq!(decode(&nested(levels)), Err(DecodeError::TooDeep { limit: 64 }));
    }
    let objects = format!("{}1{}", "{\"a\":".repeat(65), "}".repeat(65));
    assert_eq!(decode(&objects), Err(DecodeError::TooDeep { limit: 64 }));
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(decode(&large), Err(DecodeError::TooLarge { limit: 256 * 1024 }));
}

proptest! {
    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn never_panics_near_json(text in "[{}\\[\\]\",:a-c0-9.eE+\\-\\\\ ntrufls]{0,60}") {
        if let Ok(value) = decode(&text) {
            prop_assert!(value.is_object());
        }
    }

    #[test]
    fn reads_what_was_written(value in any_object()) {
        prop_assert_eq!(decode(&value.to_string()).unwrap(), value);
    }
}
