use hookswitch_schema::{ArgumentSchema, to_openai};
use serde_json::{Value, json};

use crate::support::compile;

#[test]
fn is_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<ArgumentSchema>();
}

#[test]
fn the_root_is_an_object() {
    for schema in
        [json!({}), json!({"type": "object"}), json!({"type": ["object", "null"]}), json!({"properties": {}})]
    {
        let schema = compile(&schema).unwrap();
        assert!(schema.check(&json!({})).is_ok());
        assert!(schema.check(&json!(null)).is_err());
    }
    for schema in [json!({"type": "array"}), json!(true), json!([]), json!("object"), json!(null)] {
        assert!(compile(&schema).is_err(), "{schema}");
    }
}

#[test]
fn findings_name_the_place() {
    for (schema, path) in [
        (json!({"type": "string"}), "$.type"),
        (json!({"properties": {"a": {"type": "text"}}}), "$.properties.a.type"),
        (json!({"properties": {"a": {"minimum": "1"}}}), "$.properties.a.minimum"),
        (json!({"properties": {"a": {"$ref": "#/$defs/b"}}}), "$.properties.a.$ref"),
        (json!({"properties": {"a": {"$ref": "https://example.com/x.json"}}}), "$.properties.a.$ref"),
        (json!({"required": "a"}), "$.required"),
        (json!({"properties": []}), "$.properties"),
    ] {
        let findings = compile(&schema).unwrap_err();
        assert_eq!(findings[0].path, path, "{schema}: {findings:?}");
        assert!(!findings[0].message.is_empty());
    }
    let two = json!({"properties": {"a": {"type": "text"}, "b": {"type": 3}}});
    assert_eq!(compile(&two).unwrap_err().len(), 2);
}

#[test]
fn references_inside_the_schema_work() {
    let schema = compile(&json!({"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.com/t",
        "$defs": {"day": {"$anchor": "day", "enum": ["mon", "tue"]}, "a/b c": {"type": "integer"}},
        "properties": {"a": {"$ref": "#/$defs/day"}, "b": {"$ref": "#day"}, "c": {"$ref": "#/$defs/a~1b%20c"}}}))
    .unwrap();
    assert!(schema.check(&json!({"a": "mon", "b": "tue", "c": 1})).is_ok());
    for wrong in [json!({"a": "sun"}), json!({"b": "sun"}), json!({"c": "x"})] {
        assert!(schema.check(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn formats_are_asserted_and_unknown_ones_pass() {
    let schema =
        compile(&json!({"properties": {"a": {"format": "date"}, "b": {"format": "phone"}}})).unwrap();
    assert!(schema.check(&json!({"a": "2026-02-28", "b": "anything"})).is_ok());
    assert!(schema.check(&json!({"a": "2026-02-30"})).is_err());
}

#[test]
fn defaults_fill_missing_members() {
    let schema = compile(&json!({"properties": {
        "a": {"default": 1}, "b": {"type": "string"}, "c": {"properties": {"d": {"default": [1]}, "e": {"default": null}}},
        "f": {"default": {"g": 2}, "properties": {"g": {"default": 3}}}}}))
    .unwrap();
    let filled = |mut arguments: Value| {
        schema.apply_defaults(&mut arguments);
        arguments
    };
    assert_eq!(filled(json!({})), json!({"a": 1, "f": {"g": 2}}));
    assert_eq!(
        filled(json!({"a": null, "c": {"d": 0}, "f": {}})),
        json!({"a": null, "c": {"d": 0, "e": null}, "f": {"g": 3}})
    );
    assert_eq!(filled(json!({"c": "text"})), json!({"c": "text", "a": 1, "f": {"g": 2}}));
    assert_eq!(filled(json!([1])), json!([1]));
}

#[test]
fn a_tool_is_shown_as_a_function() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    assert_eq!(
        to_openai("book", "Books.", &schema),
        json!({"type": "function", "function": {"name": "book", "description": "Books.", "parameters": schema}})
    );
}

#[test]
fn a_recursive_schema_checks_nested_values() {
    let tree = compile(&json!({"$defs": {"node": {"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}},
        "properties": {"root": {"$ref": "#/$defs/node"}}}))
    .unwrap();
    let deep = (0..25)
        .fold(json!({"name": "leaf"}), |inner, n| json!({"name": format!("n{n}"), "children": [inner]}));
    assert!(tree.check(&json!({"root": deep})).is_ok());
    assert!(tree.check(&json!({"root": {"name": "a", "children": [{"children": []}]}})).is_err());
}
