//! Error lines, as a model reads them.

use serde_json::{Value, json};

use crate::support::{compile, line};

fn schema() -> Value {
    json!({"type": "object", "additionalProperties": false, "required": ["date"], "properties": {
        "date": {"type": "string", "format": "date"},
        "n": {"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2},
        "price": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100},
        "room": {"enum": ["single", "double", 3, null]},
        "ok": {"type": "boolean"},
        "maybe": {"type": ["string", "null"]},
        "code": {"type": "string", "pattern": "^[A-Z]{3}$", "minLength": 3, "maxLength": 3},
        "kind": {"const": "fixed"},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2, "uniqueItems": true},
        "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        "one": {"oneOf": [{"type": "number"}, {"type": "integer"}]},
        "not": {"not": {"type": "string"}},
        "full name": {"type": "string"},
        "mail": {"format": "email"},
        "at": {"format": "date-time"},
        "address": {"type": "object", "required": ["zip"], "properties": {"zip": {"type": "string"},
            "lines": {"type": "array", "items": {"type": "object", "required": ["text"]}}},
            "additionalProperties": false}}})
}

#[test]
fn each_problem_is_a_line_to_act_on() {
    let with = |name: &str, value: Value| json!({"date": "2026-01-02", name: value});
    for (arguments, expected) in [
        (json!({}), "missing required parameter \"date\""),
        (json!({"date": 7}), "parameter \"date\" must be a string"),
        (json!({"date": "tomorrow"}), "parameter \"date\" must be a date like 2026-01-31"),
        (with("x", json!(1)), "unknown parameter \"x\""),
        (json!({"date": "2026-01-02", "x": 1, "y": 2}), "unknown parameter \"x\"; unknown parameter \"y\""),
        (with("n", json!("3")), "parameter \"n\" must be an integer"),
        (
            with("n", json!(2.5)),
            "parameter \"n\" must be an integer; parameter \"n\" must be a multiple of 2",
        ),
        (with("n", json!(0)), "parameter \"n\" must be at least 1"),
        (with("n", json!(10)), "parameter \"n\" must be at most 9"),
        (with("n", json!(3)), "parameter \"n\" must be a multiple of 2"),
        (with("price", json!(0)), "parameter \"price\" must be greater than 0"),
        (with("price", json!(100)), "parameter \"price\" must be less than 100"),
        (with("room", json!("suite")), "parameter \"room\" must be one of \"single\", \"double\", 3, null"),
        (with("ok", json!("true")), "parameter \"ok\" must be true or false"),
        (with("maybe", json!(1)), "parameter \"maybe\" must be null or a string"),
        (with("code", json!("abc")), "parameter \"code\" must match the pattern ^[A-Z]{3}$"),
        (with("kind", json!("x")), "parameter \"kind\" must be \"fixed\""),
        (with("tags", json!([])), "parameter \"tags\" must have at least 1 item"),
        (with("tags", json!(["a", "b", "c"])), "parameter \"tags\" must have at most 2 items"),
        (with("tags", json!(["a", "a"])), "parameter \"tags\" must not hold the same item twice"),
        (with("tags", json!(["a", 1])), "parameter \"tags[1]\" must be a string"),
        (with("either", json!(true)), "parameter \"either\" must be a string, or must be an integer"),
        (with("one", json!(1)), "parameter \"one\" fits more than one of its allowed forms"),
        (with("not", json!("x")), "parameter \"not\" has a value that is not allowed"),
        (with("full name", json!(1)), "parameter \"full name\" must be a string"),
        (with("mail", json!("x")), "parameter \"mail\" must be an email address"),
        (
            with("at", json!("5 pm")),
            "parameter \"at\" must be a date and time with offset like 2026-01-31T17:00:00Z",
        ),
        (with("address", json!({})), "missing required parameter \"address.zip\""),
        (with("address", json!({"zip": "1", "q": 1})), "unknown parameter \"address.q\""),
        (
            with("address", json!({"zip": "1", "lines": [{"text": 1}, {}]})),
            "missing required parameter \"address.lines[1].text\"",
        ),
        (json!([]), "the arguments must be an object"),
    ] {
        assert_eq!(line(&schema(), &arguments), expected, "{arguments}");
    }
}

#[test]
fn errors_carry_paths() {
    let errors = compile(&schema()).unwrap().check(&json!({"n": "x", "full name": 1, "q-r": 2})).unwrap_err();
    let paths: Vec<_> = errors.as_slice().iter().map(|error| error.path.as_str()).collect();
    for path in ["$.date", "$.n", "$['full name']", "$.q-r"] {
        assert!(paths.contains(&path), "{path} in {paths:?}");
    }
}

#[test]
fn long_values_and_names_are_not_echoed() {
    let long = "x".repeat(100_000);
    let arguments = json!({"date": long, "room": long, "code": long, long.as_str(): 1});
    let errors = compile(&schema()).unwrap().check(&arguments).unwrap_err();
    for error in errors.as_slice() {
        assert!(error.message.chars().count() < 200 && error.path.len() < 200, "{error}");
    }
    let schema =
        json!({"properties": {"a": {"enum": (0..500).map(|n| format!("choice {n}")).collect::<Vec<_>>()}}});
    let line = line(&schema, &json!({"a": 1}));
    assert!(line.ends_with("\"choice 19\", …"), "{line}");
}

#[test]
fn at_most_twenty_errors_are_listed() {
    let names: Vec<_> = (0..100).map(|n| format!("p{n}")).collect();
    let schema = compile(&json!({"required": names})).unwrap();
    assert_eq!(schema.check(&json!({})).unwrap_err().as_slice().len(), 20);
}

#[test]
fn closed_objects_name_what_they_refuse() {
    let both = "unknown parameter \"a\"; unknown parameter \"b\"";
    let given = json!({"a": 1, "b": {"c": 2}});
    assert_eq!(line(&json!({"additionalProperties": false}), &given), both);
    assert_eq!(line(&json!({"properties": {}, "additionalProperties": false}), &given), both);
    assert_eq!(line(&json!({"properties": {}, "unevaluatedProperties": false}), &given), both);
    assert_eq!(line(&json!({"properties": {"a": false, "b": {}}}), &given), "unknown parameter \"a\"");
    let nested = json!({"properties": {"b": {"additionalProperties": false}}});
    assert_eq!(line(&nested, &given), "unknown parameter \"b.c\"");
}

#[test]
fn a_line_stays_one_line() {
    let schema = json!({"additionalProperties": false, "properties": {"c": {}}});
    assert_eq!(line(&schema, &json!({"a\nb\u{0}": 1})), "unknown parameter \"a b \"");
}
