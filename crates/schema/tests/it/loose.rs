use hookswitch_schema::{LooseShape, SchemaLimits};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{any_object, loose};

fn check(shape: &Value, arguments: Value) -> Result<Value, String> {
    loose(shape).check(arguments).map_err(|errors| errors.to_string())
}

/// Passes and is not changed.
fn keeps(shape: &Value, arguments: Value) {
    assert_eq!(check(shape, arguments.clone()), Ok(arguments), "{shape}");
}

fn refuses(shape: &Value, arguments: Value, line: &str) {
    assert_eq!(check(shape, arguments), Err(line.to_owned()), "{shape}");
}

#[test]
fn arguments_may_be_text() {
    let shape = json!({"n": "integer"});
    assert_eq!(check(&shape, json!("{\"n\": 3}")), Ok(json!({"n": 3})));
    for text in ["3", "[]", "{\"n\": 3", "{\"n\":1,\"n\":2}", ""] {
        refuses(&shape, json!(text), "the arguments must be an object");
    }
}

#[test]
fn text_is_decoded_where_the_shape_says_so() {
    let shape = json!({"list": "array", "o": {"type": "object", "properties": {"n": {"type": "integer"}}}, "t": "string",
        "any": "free text"});
    assert_eq!(
        check(&shape, json!({"list": "[1, \"2\"]", "o": "{\"n\": \"4\"}", "t": "[1]", "any": "{\"a\": 1}"})),
        Ok(json!({"list": [1, "2"], "o": {"n": 4}, "t": "[1]", "any": "{\"a\": 1}"}))
    );
    refuses(&shape, json!({"list": "{}"}), "parameter \"list\" must be an array");
    refuses(&shape, json!({"list": "[1"}), "parameter \"list\" must be an array");
}

#[test]
fn properties_come_from_wherever_they_stand() {
    let names = |shape: Value| {
        let shape = loose(&shape);
        let properties = shape.model_schema()["properties"].as_object().unwrap();
        properties.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(json!({"properties": {"a": "x"}, "example": {"b": 1}, "c": "y"})), ["a"]);
    assert_eq!(names(json!({"date": "YYYY-MM-DD", "time": "HH:MM"})), ["date", "time"]);
    assert_eq!(
        names(json!({"date": "YYYY-MM-DD", "type": "object", "required": ["date"], "example": {"z": 1}})),
        ["date"]
    );
    assert_eq!(names(json!({"example": {"a": 1, "b": "x"}})), ["a", "b"]);
    assert_eq!(names(json!({"type": "object", "required": ["a"], "example": {"a": 1}})), ["a"]);
    assert_eq!(names(json!({"anyOf": [{}], "date": "x"})), Vec::<String>::new());
    assert_eq!(names(json!({"minProperties": 1, "example": {"a": 1}})), ["a"]);
    assert_eq!(names(json!({})), Vec::<String>::new());
    assert_eq!(names(Value::Null), Vec::<String>::new());
    assert_eq!(names(json!("{\"date\": \"YYYY\"}")), ["date"]);
}

#[test]
fn no_shape_takes_any_object() {
    for shape in [Value::Null, json!({}), json!({"example": {"a": 1}}), json!({"type": "object"})] {
        keeps(&shape, json!({"a": "x", "speech": "hello", "n": null, "deep": [{"b": 1}]}));
        refuses(&shape, json!([1]), "the arguments must be an object");
    }
}

#[test]
fn only_types_and_json_schema_are_enforced() {
    let shape = json!({"properties": {
        "day": "monday, wednesday, friday", "time": "HH:MM:SS (AM|PM)", "phone": "+1XXX-XXX-XXXX", "count": 3,
        "s": "string", "n": "number", "i": "integer", "b": "boolean", "a": "array", "o": "object",
        "e": {"enum": ["x", "y"]}, "p": {"pattern": "^[0-9]+$"}, "nested": {"zip": "string", "note": "any text"},
        "odd": {"type": "YYYY-MM-DD", "description": "the day"}, "old": {"type": "string", "required": true}}});
    keeps(&shape, json!({"day": 5, "time": [1], "phone": {"x": 1}, "count": "many", "odd": 1}));
    keeps(
        &shape,
        json!({"s": "", "n": 1.5, "i": 2, "b": false, "a": [], "o": {}, "e": "x", "p": "12",
        "nested": {"zip": "01", "note": 7, "more": 1}, "old": "x"}),
    );
    refuses(&shape, json!({"s": []}), "parameter \"s\" must be a string");
    refuses(&shape, json!({"n": "many"}), "parameter \"n\" must be a number");
    refuses(&shape, json!({"i": 1.5}), "parameter \"i\" must be an integer");
    refuses(&shape, json!({"b": 1}), "parameter \"b\" must be true or false");
    refuses(&shape, json!({"a": {}}), "parameter \"a\" must be an array");
    refuses(&shape, json!({"o": []}), "parameter \"o\" must be an object");
    refuses(&shape, json!({"e": "z"}), "parameter \"e\" must be one of \"x\", \"y\"");
    refuses(&shape, json!({"p": "x"}), "parameter \"p\" must match the pattern ^[0-9]+$");
    refuses(&shape, json!({"nested": {"zip": true}}), "parameter \"nested.zip\" must be a string");
    refuses(&shape, json!({"nested": "x"}), "parameter \"nested\" must be an object");
}

#[test]
fn hints_inside_a_json_schema_are_hints() {
    let shape = json!({"address": {"type": "object", "required": ["zip"], "properties": {"zip": "XXXXX",
        "floor": "integer", "day": {"type": "YYYY-MM-DD"}, "any": {},
        "deep": {"type": "object", "properties": {"note": "free text"}}}}});
    keeps(&shape, json!({"address": {"zip": 7, "floor": 3, "day": [], "any": 1, "deep": {"note": {}}}}));
    refuses(
        &shape,
        json!({"address": {"zip": 7, "floor": "x"}}),
        "parameter \"address.floor\" must be an integer",
    );
    refuses(&shape, json!({"address": {}}), "missing required parameter \"address.zip\"");
}

#[test]
fn text_is_decoded_where_only_the_parts_are_described() {
    let shape =
        json!({"list": {"items": {"type": "integer"}}, "o": {"properties": {"n": {"type": "integer"}}}});
    let given = json!({"list": "[\"1\", 2]", "o": "{\"n\": \"3\"}"});
    assert_eq!(check(&shape, given), Ok(json!({"list": [1, 2], "o": {"n": 3}})));
}

#[test]
fn scalars_are_coerced_without_loss() {
    let shape = json!({"n": "number", "i": "integer", "b": "boolean", "s": "string", "l": {"type": "array", "items":
        {"type": "integer"}}, "either": {"type": ["integer", "boolean"]}, "o": {"inner": "integer"}});
    for (given, used) in [
        (json!({"n": "3"}), json!({"n": 3})),
        (json!({"n": "2.5"}), json!({"n": 2.5})),
        (json!({"i": "-7"}), json!({"i": -7})),
        (json!({"b": "true"}), json!({"b": true})),
        (json!({"s": 3}), json!({"s": "3"})),
        (json!({"s": 2.5}), json!({"s": "2.5"})),
        (json!({"l": ["1", 2]}), json!({"l": [1, 2]})),
        (json!({"l": "[\"1\"]"}), json!({"l": [1]})),
        (json!({"either": "true"}), json!({"either": true})),
        (json!({"o": {"inner": "5"}}), json!({"o": {"inner": 5}})),
        (json!({"other": "3"}), json!({"other": "3"})),
    ] {
        assert_eq!(check(&shape, given.clone()), Ok(used), "{given}");
    }
    for given in [
        json!({"n": "03"}),
        json!({"n": " 3"}),
        json!({"n": "3 apples"}),
        json!({"n": "NaN"}),
        json!({"n": ""}),
        json!({"i": "2.5"}),
        json!({"n": "12345678901234567890123"}),
        json!({"b": "yes"}),
        json!({"b": "True"}),
        json!({"s": true}),
        json!({"i": true}),
    ] {
        assert!(check(&shape, given.clone()).is_err(), "{given}");
    }
}

#[test]
fn required_keys_are_present_and_not_null() {
    let shape = json!({"date": "YYYY-MM-DD", "n": "integer", "maybe": {"type": ["string", "null"]},
        "required": ["date", "undeclared", "maybe"]});
    let fair = json!({"date": "x", "undeclared": 1, "maybe": "y"});
    keeps(&shape, fair.clone());
    for name in ["date", "undeclared", "maybe"] {
        let mut missing = fair.clone();
        missing.as_object_mut().unwrap().shift_remove(name);
        let mut null = fair.clone();
        null[name] = Value::Null;
        for arguments in [missing, null] {
            refuses(&shape, arguments, &format!("missing required parameter \"{name}\""));
        }
    }
    let mut with_null = fair;
    with_null["n"] = Value::Null;
    keeps(&shape, with_null);
}

#[test]
fn nested_shapes_have_their_own_required_keys() {
    let shape = json!({"address": {"zip": "string", "required": ["zip"]}});
    refuses(&shape, json!({"address": {}}), "missing required parameter \"address.zip\"");
    refuses(&shape, json!({"address": {"zip": null}}), "missing required parameter \"address.zip\"");
    keeps(&shape, json!({}));
}

#[test]
fn other_keys_are_kept_unless_the_shape_is_closed() {
    keeps(&json!({"a": "string"}), json!({"a": "x", "b": 1}));
    for shape in [
        json!({"properties": {"a": "string"}, "additionalProperties": false}),
        json!({"a": "string", "additionalProperties": false}),
    ] {
        keeps(&shape, json!({"a": "x"}));
        refuses(&shape, json!({"a": "x", "b": 1}), "unknown parameter \"b\"");
    }
}

#[test]
fn hints_and_examples_are_shown() {
    let shape = loose(&json!({"type": "object", "example": {"date": "2026-03-16", "speech": "One moment"},
        "required": ["date"], "properties": {"date": "YYYY-MM-DD", "time": {"type": "string"}}}));
    assert_eq!(
        shape.model_schema(),
        &json!({"type": "object", "properties":
        {"date": {"description": "YYYY-MM-DD"}, "time": {"type": "string"}}, "required": ["date"]})
    );
    assert_eq!(shape.example(), Some(&json!({"date": "2026-03-16", "speech": "One moment"})));
    assert!(shape.mentions("speech") && shape.mentions("time") && !shape.mentions("other"));
    let only_example = loose(&json!({"example": {"n": 3, "s": "5:00 PM"}}));
    assert_eq!(
        only_example.model_schema()["properties"],
        json!({"n": {"description": "for example: 3"}, "s": {"description": "for example: 5:00 PM"}})
    );
}

#[test]
fn wrong_shapes_are_findings() {
    for shape in [
        json!([]),
        json!(3),
        json!("no json"),
        json!("[]"),
        json!({"properties": {"a": {"pattern": "("}}}),
        json!({"a": {"$ref": "https://example.com/", "type": "string"}}),
        json!({"a": {"type": "array", "items": "x"}}),
    ] {
        assert!(LooseShape::parse(&shape, SchemaLimits::default()).is_err(), "{shape}");
    }
}

#[test]
fn definitions_of_the_shape_can_be_used() {
    let shape = json!({"$defs": {"day": {"enum": ["mon"]}}, "properties": {"d": {"type": "string", "$ref": "#/$defs/day"}}});
    keeps(&shape, json!({"d": "mon"}));
    assert!(check(&shape, json!({"d": "sun"})).is_err());
}

proptest! {
    #[test]
    fn any_object_passes_without_a_shape(arguments in any_object()) {
        prop_assert_eq!(check(&Value::Null, arguments.clone()), Ok(arguments));
    }

    #[test]
    fn coercion_is_done_once(n in any::<i64>(), text in any::<String>()) {
        let shape = json!({"n": "integer", "s": "string", "t": "number"});
        if let Ok(used) = check(&shape, json!({"n": n.to_string(), "s": n, "t": text})) {
            prop_assert_eq!(&used["n"], &json!(n));
            prop_assert_eq!(&used["s"], &json!(n.to_string()));
            prop_assert_eq!(check(&shape, used.clone()), Ok(used));
        }
    }
}
