//! Schemas and arguments that want to hurt.

use std::time::{Duration, Instant};

use hookswitch_schema::{DecodeLimits, LooseShape, SchemaLimits, canonical, decode_arguments};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{any_json, any_object, compile, nested_arrays};

/// Runs and fails when it takes long. What these tests are about takes milliseconds, or, unbounded, hours.
fn quickly<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    assert!(started.elapsed() < Duration::from_secs(20), "{what} took {:?}", started.elapsed());
    result
}

#[test]
fn nothing_is_fetched() {
    for reference in [
        "http://127.0.0.1:9/schema.json",
        "https://example.com/x",
        "file:///etc/passwd",
        "other.json",
        "/etc/passwd",
        "//example.com/x",
        "urn:uuid:0",
        "",
    ] {
        for keyword in ["$ref", "$dynamicRef"] {
            let schema = json!({"properties": {"a": {keyword: reference}}});
            assert!(compile(&schema).is_err(), "{keyword} {reference}");
        }
    }
    let schema = json!({"$schema": "http://127.0.0.1:9/metaschema", "properties": {"a": {"type": "string"}}});
    assert!(quickly("unknown draft", || compile(&schema)).is_ok());
    assert!(compile(&json!({"properties": {"a": {"$id": "http://x.example/", "$ref": "#/y"}}})).is_err());
}

#[test]
fn patterns_run_in_linear_time() {
    let long = "a".repeat(100_000);
    for pattern in ["^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "(x+x+)+y", "^([a-zA-Z]+)*$"] {
        let schema = compile(&json!({"properties": {"a": {"pattern": pattern}}})).unwrap();
        quickly(pattern, || drop(schema.check(&json!({"a": format!("{long}!")}))));
    }
    for pattern in ["^(a|aa)+(?!b)$", "(?<=a)b", "(a)\\1", "(", "[", "(a{1000}){1000}", "\\p{L}{5000}"] {
        let findings =
            quickly(pattern, || compile(&json!({"properties": {"a": {"pattern": pattern}}}))).unwrap_err();
        assert!(!findings.is_empty(), "{pattern}");
        let named = json!({"patternProperties": {pattern: {}}});
        assert!(quickly(pattern, || compile(&named)).is_err(), "{pattern}");
    }
    let many: Map<_, _> = (0..500).map(|n| (format!("p{n}"), json!({"pattern": "a{1,200}"}))).collect();
    assert!(compile(&json!({"properties": many})).is_err());
}

#[test]
fn endless_schemas_are_refused() {
    for schema in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"anyOf": [{"type": "string"}, {"not": {"$ref": "#"}}]}),
        json!({"allOf": [{"$ref": "#/allOf/0"}]}),
        json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "properties": {"x": {"$ref": "#/$defs/a"}}}),
        json!({"$dynamicAnchor": "me", "if": {"$dynamicRef": "#me"}}),
    ] {
        let findings = compile(&schema).unwrap_err();
        assert!(findings[0].message.contains("without end"), "{schema}: {findings:?}");
    }
}

#[test]
fn exploding_schemas_are_refused() {
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let mut definitions = Map::new();
        definitions.insert("d0".into(), json!({"type": "string"}));
        for n in 1..60 {
            let below = json!({"$ref": format!("#/$defs/d{}", n - 1)});
            definitions.insert(format!("d{n}"), json!({keyword: [below, below]}));
        }
        let schema = json!({"$defs": definitions, "properties": {"a": {"$ref": "#/$defs/d59"}}});
        assert!(quickly(keyword, || compile(&schema)).is_err(), "{keyword}");
    }
    let chain: Map<_, _> =
        (0..1500).map(|n| (format!("d{n}"), json!({"$ref": format!("#/$defs/d{}", n + 1)}))).collect();
    assert!(compile(&json!({"$defs": chain, "$ref": "#/$defs/d0"})).is_err());
}

#[test]
fn growing_recursion_ends_in_time() {
    let schema = compile(&json!({"$defs": {"a": {"properties": {
        "x": {"anyOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]}}, "type": "object"}},
        "$ref": "#/$defs/a"}))
    .unwrap();
    let deep = (0..60).fold(json!(1), |inner, _| json!({"x": inner}));
    assert!(quickly("deep", || schema.check(&deep)).is_err());
    let fair = (0..5).fold(json!({}), |inner, _| json!({"x": inner}));
    assert!(quickly("fair", || schema.check(&fair)).is_ok());
    let limit = (0..7).fold(json!(1), |inner, _| json!({"x": inner}));
    assert!(quickly("wrong at the bottom", || schema.check(&limit)).is_err());
}

#[test]
fn large_and_deep_schemas_are_refused() {
    let deep = (0..400).fold(json!({"type": "string"}), |inner, _| json!({"properties": {"a": inner}}));
    let deep = json!({"properties": {"a": deep}});
    assert!(quickly("400 levels", || compile(&deep)).is_err());
    assert!(LooseShape::parse(&deep, SchemaLimits::default()).is_err());
    let loose_deep = (0..400).fold(json!("string"), |inner, _| json!({"a": inner}));
    assert!(LooseShape::parse(&loose_deep, SchemaLimits::default()).is_err());
    let large: Map<_, _> =
        (0..5000).map(|n| (format!("property number {n}"), json!({"type": "string"}))).collect();
    assert!(compile(&json!({"properties": large})).is_err());
}

#[test]
fn hostile_arguments_are_answered() {
    let schema =
        compile(&json!({"type": "object", "properties": {"a": {"type": "string", "maxLength": 100}},
        "additionalProperties": false}))
        .unwrap();
    let many: Value = (0..10_000).map(|n| (format!("k{n}"), json!(n))).collect::<Map<_, _>>().into();
    for arguments in [
        json!({"__proto__": {"admin": true}}),
        json!({"constructor": {"prototype": {}}}),
        json!({"a": "x".repeat(1 << 20)}),
        many,
        json!({"a": nested_arrays(1000)}),
    ] {
        let errors = quickly("hostile", || schema.check(&arguments)).unwrap_err();
        assert!(errors.to_string().len() < 4000 && !errors.as_slice().is_empty());
    }
    let proto = decode_arguments(r#"{"__proto__": {"admin": true}}"#, DecodeLimits::default()).unwrap();
    assert_eq!(canonical(&proto), r#"{"__proto__":{"admin":true}}"#);
}

#[test]
fn many_errors_cost_little() {
    let schema =
        compile(&json!({"properties": {"a": {"items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}}))
            .unwrap();
    let numbers = json!({"a": (0..50_000).collect::<Vec<_>>()});
    assert_eq!(quickly("numbers", || schema.check(&numbers)).unwrap_err().as_slice().len(), 1);
}

proptest! {
    #[test]
    fn any_value_compiles_or_is_refused(schema in any_json(), arguments in any_object()) {
        if let Ok(schema) = compile(&schema) {
            let _ = schema.check(&arguments);
            let mut arguments = arguments.clone();
            schema.apply_defaults(&mut arguments);
        }
        if let Ok(shape) = LooseShape::parse(&schema, SchemaLimits::default()) {
            let _ = shape.check(arguments);
        }
    }

    #[test]
    fn any_wild_schema_compiles_or_is_refused(schema in wild_schema(), arguments in any_object()) {
        if let Ok(compiled) = compile(&schema) {
            let _ = compiled.check(&arguments);
        }
        if let Ok(shape) = LooseShape::parse(&schema, SchemaLimits::default()) {
            let _ = shape.check(arguments);
        }
    }
}

/// Objects made of keywords and plausible values.
fn wild_schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "string",
            "integer",
            "object",
            "date",
            "^a+$",
            "#",
            "#/properties/a",
            "(",
            ""
        ])
        .prop_map(Value::from),
        (-3..9).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(json!(["a", "b"])),
        Just(json!({})),
    ];
    let keyword = prop::sample::select(vec![
        "type",
        "properties",
        "items",
        "enum",
        "const",
        "anyOf",
        "allOf",
        "not",
        "$ref",
        "$defs",
        "required",
        "format",
        "pattern",
        "minimum",
        "maxLength",
        "additionalProperties",
        "default",
        "example",
        "a",
        "b",
        "if",
        "then",
    ]);
    leaf.prop_recursive(4, 60, 6, move |inner| {
        let object = prop::collection::vec((keyword.clone(), inner.clone()), 0..6).prop_map(|members| {
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>()
        });
        prop_oneof![object.prop_map(Value::Object), prop::collection::vec(inner, 0..4).prop_map(Value::from)]
    })
}
