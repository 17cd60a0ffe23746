//! Schemas in providers' subsets.

use hookswitch_schema::{Lowered, Target, drop_lowered_nulls, lower};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{any_json, compile};

fn losses(lowered: &Lowered) -> Vec<String> {
    lowered.losses.iter().map(ToString::to_string).collect()
}

#[test]
fn optional_members_become_nullable_and_all_are_listed() {
    let schema = json!({"type": "object", "required": ["day"], "properties": {
        "day": {"type": "string", "format": "date", "minLength": 3},
        "size": {"enum": [1, 2], "description": "how many"},
        "who": {"$ref": "#/$defs/person"}},
        "$defs": {"person": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}}});
    let lowered = lower(&schema, Target::OpenaiStrict);
    assert!(lowered.is_strict);
    assert_eq!(
        lowered.schema,
        json!({"type": "object", "required": ["day", "size", "who"], "properties": {
        "day": {"type": "string", "format": "date"},
        "size": {"description": "how many", "anyOf": [{"enum": [1, 2]}, {"type": "null"}]},
        "who": {"anyOf": [{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}},
            "additionalProperties": false}, {"type": "null"}]}},
        "additionalProperties": false})
    );
    assert_eq!(losses(&lowered), ["$.properties.day.minLength: is not shown to the model"]);
}

#[test]
fn what_can_not_be_strict_stays_as_it_is_and_says_why() {
    let cases = [
        (
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            "$: takes members that it does not list",
        ),
        (json!({"anyOf": [{"type": "object"}]}), "$: is not one object"),
        (json!({"properties": {"a": {}}}), "$.properties.a: has no type"),
        (
            json!({"properties": {"a": {"type": "array"}}}),
            "$.properties.a: is a list without one schema of its items",
        ),
        (json!({"properties": {"a": {"$ref": "#"}}}), "$: refers to itself"),
        (
            json!({"required": ["b"], "properties": {"a": {"type": "string"}}}),
            "$: requires a member that it does not list",
        ),
    ];
    for (schema, why) in cases {
        let lowered = lower(&schema, Target::OpenaiStrict);
        assert_eq!((lowered.is_strict, &lowered.schema), (false, &schema));
        assert_eq!(losses(&lowered), [format!("{why}; the function is not declared strict")]);
    }
}

#[test]
fn gemini_gets_no_references_and_one_type() {
    let schema = json!({"$defs": {"n": {"type": ["integer", "null"], "exclusiveMinimum": 0}}, "additionalProperties": false,
        "properties": {"n": {"$ref": "#/$defs/n"}, "kind": {"const": "a"}, "level": {"enum": [1, 2]},
            "either": {"oneOf": [{"type": "string"}, {"type": "null"}]}, "list": {"type": "array"}},
        "required": ["n", "other"]});
    let lowered = lower(&schema, Target::Gemini);
    assert_eq!(
        lowered.schema,
        json!({"type": "object", "required": ["n"], "properties": {
        "n": {"type": "integer", "minimum": 0, "nullable": true},
        "kind": {"type": "string", "enum": ["a"]},
        "level": {"description": "one of 1, 2"},
        "either": {"anyOf": [{"type": "string"}], "nullable": true},
        "list": {"type": "array", "items": {}}}})
    );
    let losses = losses(&lowered);
    assert!(losses.contains(&"$.additionalProperties: is not shown to the model".to_owned()), "{losses:?}");
    assert!(
        losses.contains(&"$.properties.n.exclusiveMinimum: is shown as \"minimum\"".to_owned()),
        "{losses:?}"
    );
    assert!(
        losses.contains(&"$.required: members that are not listed are not shown".to_owned()),
        "{losses:?}"
    );
}

#[test]
fn a_schema_that_refers_to_itself_is_shown_open_to_gemini() {
    let schema = json!({"properties": {"child": {"$ref": "#"}, "x": {"type": "string"}}});
    let lowered = lower(&schema, Target::Gemini);
    assert!(losses(&lowered)[0].contains("refers to itself"), "{lowered:?}");
    assert!(lowered.schema["properties"]["child"].is_object());
}

#[test]
fn nulls_stay_where_the_original_admits_them() {
    let schema = json!({"properties": {"a": {"$ref": "#/$defs/t"}, "b": {"type": ["string", "null"]},
        "c": {"properties": {"d": {"type": "string"}}}}, "$defs": {"t": {"type": "string"}}});
    let mut arguments = json!({"a": null, "b": null, "c": {"d": null}});
    drop_lowered_nulls(&schema, &mut arguments);
    assert_eq!(arguments, json!({"b": null, "c": {}}));
}

/// Schemas of arguments as people write them, with arguments that fit.
fn schema_and_value() -> impl Strategy<Value = (Value, Value)> {
    let leaf = prop_oneof![
        ("[a-z]{2,6}")
            .prop_map(|text| (json!({"type": "string", "minLength": 1, "maxLength": 9}), json!(text))),
        (1_i64..50)
            .prop_map(|n| (json!({"type": "integer", "exclusiveMinimum": 0, "maximum": 50}), json!(n))),
        (0.5..9.5_f64).prop_map(|n| (json!({"type": "number"}), json!(n))),
        any::<bool>().prop_map(|yes| (json!({"type": "boolean"}), json!(yes))),
        prop::sample::select(vec!["a", "b"]).prop_map(|word| (json!({"enum": ["a", "b"]}), json!(word))),
        Just((json!({"const": "x"}), json!("x"))),
        Just((json!({"type": ["string", "null"]}), Value::Null)),
        "[a-z]{1,3}".prop_map(|text| (json!({"$ref": "#/$defs/word"}), json!(text))),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            object(inner.clone()),
            (inner.clone(), 0_usize..3).prop_map(|((schema, value), count)| {
                (
                    json!({"type": "array", "items": schema, "uniqueItems": false}),
                    Value::from(vec![value; count]),
                )
            }),
            (inner.clone(), inner)
                .prop_map(|((one, value), (other, _))| (json!({"anyOf": [other, one]}), value)),
        ]
    })
}

/// An object with some optional members that are not given.
fn object(inner: impl Strategy<Value = (Value, Value)>) -> impl Strategy<Value = (Value, Value)> {
    prop::collection::vec((inner, any::<bool>(), any::<bool>()), 1..4).prop_map(|members| {
        let (mut properties, mut required, mut value) = (Map::new(), Vec::new(), Map::new());
        for (index, ((schema, one), is_required, is_given)) in members.into_iter().enumerate() {
            let name = format!("m{index}");
            properties.insert(name.clone(), schema);
            if is_required {
                required.push(name.clone());
            }
            if is_required || is_given {
                value.insert(name, one);
            }
        }
        (json!({"type": "object", "properties": properties, "required": required}), Value::Object(value))
    })
}

fn arguments() -> impl Strategy<Value = (Value, Value)> {
    object(schema_and_value()).prop_map(|(mut schema, value)| {
        schema["$defs"] = json!({"word": {"type": "string"}});
        (schema, value)
    })
}

/// The arguments as a strict function has to send them: everything that is not given is null.
fn filled(lowered: &Value, value: &Value) -> Value {
    if let Some(choices) = lowered["anyOf"].as_array() {
        let fits = choices.iter().map(|choice| filled(choice, value)).zip(choices);
        let mut fits = fits.filter(|(filled, choice)| {
            let whole = json!({"type": "object", "properties": {"v": choice}, "required": ["v"]});
            compile(&whole).unwrap().check(&json!({"v": filled})).is_ok()
        });
        return fits.next().map_or_else(|| value.clone(), |(filled, _)| filled);
    }
    match value {
        Value::Object(members) => {
            let properties = lowered["properties"].as_object().cloned().unwrap_or_default();
            let one = |(name, schema): (&String, &Value)| {
                (name.clone(), members.get(name).map_or(Value::Null, |value| filled(schema, value)))
            };
            Value::Object(properties.iter().map(one).collect())
        }
        Value::Array(items) => items.iter().map(|item| filled(&lowered["items"], item)).collect(),
        other => other.clone(),
    }
}

fn keywords(schema: &Value, found: &mut Vec<String>) {
    for (name, value) in schema.as_object().into_iter().flatten() {
        found.push(name.clone());
        match name.as_str() {
            "properties" => value.as_object().into_iter().flatten().for_each(|(_, one)| keywords(one, found)),
            "anyOf" => value.as_array().into_iter().flatten().for_each(|one| keywords(one, found)),
            "items" => keywords(value, found),
            _ => {}
        }
    }
}

proptest! {
    /// What fits the original fits the lowered form, with null for what is not given, and comes back as it was.
    #[test]
    fn a_strict_form_takes_what_the_original_takes((schema, value) in arguments()) {
        prop_assume!(compile(&schema).unwrap().check(&value).is_ok());
        let lowered = lower(&schema, Target::OpenaiStrict);
        prop_assume!(lowered.is_strict);
        let mut sent = filled(&lowered.schema, &value);
        prop_assert!(compile(&lowered.schema).unwrap().check(&sent).is_ok(), "{} {sent}", lowered.schema);
        drop_lowered_nulls(&schema, &mut sent);
        prop_assert!(compile(&schema).unwrap().check(&sent).is_ok(), "{schema} {sent}");
    }

    /// A lowered schema needs no lowering.
    #[test]
    fn lowering_again_changes_nothing((schema, _) in arguments()) {
        let once = lower(&schema, Target::OpenaiStrict);
        if once.is_strict {
            let twice = lower(&once.schema, Target::OpenaiStrict);
            prop_assert!(twice.is_strict && twice.losses.is_empty(), "{:?}", twice.losses);
        }
        let once = lower(&schema, Target::Gemini);
        let mut found = Vec::new();
        keywords(&once.schema, &mut found);
        let known = ["type", "format", "title", "description", "nullable", "enum", "maxItems", "minItems", "properties",
            "required", "minProperties", "maxProperties", "minLength", "maxLength", "pattern", "anyOf", "default",
            "items", "minimum", "maximum"];
        prop_assert!(found.iter().all(|word| known.contains(&word.as_str())), "{found:?}");
        prop_assert_eq!(lower(&once.schema, Target::Gemini).schema, once.schema);
    }

    /// Whatever is given, there is an answer.
    #[test]
    fn nothing_panics(schema in any_json(), mut value in any_json()) {
        for target in [Target::AsIs, Target::OpenaiStrict, Target::Gemini] {
            let _ = lower(&schema, target);
        }
        drop_lowered_nulls(&schema, &mut value);
    }
}
