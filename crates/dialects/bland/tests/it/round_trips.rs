//! Create, read, write back what was read, read: nothing changes, for tools of any form (bland: 2.1, 2.4).

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::house::House;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 äé<>&\"'\\\\/.,!?%#-]{0,20}",
        Just("{{input.a}}".to_owned()),
        Just("x {{ First Name }} y".to_owned()),
        Just("{{SECRET.crm}}".to_owned()),
        Just("{{secret.id.SEC-5da8347d-0ab7-415d-b156-a7fc5c6074dc}}".to_owned()),
        Just("{{unclosed".to_owned()),
        Just("[REDACTED] no".to_owned()),
    ]
}

/// A text that names no secret.
fn plain() -> impl Strategy<Value = String> {
    text().prop_filter("names no secret", |text| !text.to_lowercase().contains("secret"))
}

/// Any JSON value.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(|number: f64| json!(number)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_ {}]{1,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn headers() -> impl Strategy<Value = Value> {
    let name =
        prop_oneof!["X-[A-Z][a-z]{1,6}", Just("Authorization".to_owned()), Just("X-Api-Key".to_owned())];
    let value = prop_oneof![
        "[a-zA-Z0-9 ._-]{1,20}".prop_map(Value::from),
        Just(json!("Bearer {{SECRET.crm}}")),
        Just(json!("sk-{{input.a}}-1234567")),
        Just(json!("{{secret.id.SEC-5da8347d-0ab7-415d-b156-a7fc5c6074dc}}")),
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    proptest::collection::btree_map(name, value, 0..5)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

fn schema() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({})),
        Just(json!({"date": "YYYY-MM-DD", "options": "monday, wednesday, friday"})),
        Just(
            json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": "hint"}, "required": ["a"]})
        ),
        Just(json!({"example": {"speech": "x", "n": 3}})),
        Just(json!("{\"a\": \"string\"}")),
        Just(json!({"nested": {"zip": "string", "more": {"deep": "x"}}})),
    ]
}

fn path() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("$.a.b")),
        Just(json!("a.b[0]")),
        Just(json!("$")),
        Just(json!("$.t[?@.x>1].x")),
        Just(json!("")),
        Just(Value::Null)
    ]
}

fn response() -> impl Strategy<Value = Value> {
    proptest::collection::btree_map("[a-zA-Z_. ]{0,6}", path(), 0..4)
        .prop_map(|members| Value::Object(members.into_iter().rev().collect()))
}

fn response_data() -> impl Strategy<Value = Value> {
    let context = prop_oneof![Just(Value::Null), Just(json!("")), Just(json!("It is {{a}}"))];
    let entry = ("[a-z]{0,4}", path(), context)
        .prop_map(|(name, data, context)| json!({"name": name, "data": data, "context": context, "own": 1}));
    proptest::collection::vec(entry, 0..4).prop_map(Value::from)
}

fn timeout() -> impl Strategy<Value = Value> {
    prop_oneof![
        (1_u64..u64::MAX / 2).prop_map(Value::from),
        (0.5..1e12).prop_map(|number: f64| json!(number)),
        (1_u32..100_000).prop_map(|number| json!(number.to_string())),
    ]
}

fn field(
    name: &'static str,
    value: impl Strategy<Value = Value> + 'static,
) -> impl Strategy<Value = Option<(String, Value)>> {
    proptest::option::of(value.prop_map(move |value| (name.to_owned(), value)))
}

/// A tool with some of its fields, flat or nested.
fn tool() -> impl Strategy<Value = Value> {
    let methods = prop_oneof![Just("get"), Just("POST"), Just("Put"), Just("DELETE"), Just("PATCH")];
    let urls = prop_oneof![
        Just("https://api.example.com/x"),
        Just("https://api.example.com/o/{{input.p}}?z={{zip}}#f"),
        Just("https://api.example.com/?k={{secret.id.SEC-5da8347d-0ab7-415d-b156-a7fc5c6074dc}}"),
    ];
    let fields = (
        (urls, any::<bool>(), "[A-Z][a-z]{3,8}o", plain()),
        field("method", methods.prop_map(Value::from)),
        field("headers", headers()),
        field("body", value()),
        field(
            "query",
            proptest::collection::btree_map("[a-z]{1,5}", value(), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ),
        field("input_schema", schema()),
        field("response", response()),
        field("response_data", response_data()),
        field("timeout", timeout()),
        (
            field("speech", Just(json!("Hello {{name}}"))),
            field("label", plain().prop_map(Value::from)),
            field("public", any::<bool>().prop_map(Value::from)),
        ),
    );
    fields.prop_map(|((url, nested, name, description), a, b, c, d, e, f, g, h, (i, j, k))| {
        let mut members = Map::from_iter([
            ("name".to_owned(), json!(name)),
            ("description".to_owned(), json!(format!("d{description}"))),
            ("url".to_owned(), json!(url)),
        ]);
        members.extend([a, b, c, d, e, f, g, h, i, j, k].into_iter().flatten());
        if nested { json!({"tool": members}) } else { Value::Object(members) }
    })
}

#[test]
fn what_was_read_can_be_written_back() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let house = runtime.block_on(House::open());
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(body in tool())| {
        runtime.block_on(async {
            let made = house.post("/v1/tools", body.clone()).await;
            prop_assert_eq!(made.status, 200, "{}: {}", body, made.body);
            let id = made.body["tool_id"].as_str().unwrap().to_owned();
            let path = format!("/v1/tools/{id}");
            let first = house.record(&id).await;
            let given = body.get("tool").unwrap_or(&body).as_object().unwrap();
            for (field, value) in given {
                let expected = match field.as_str() {
                    "name" => json!(value.as_str().unwrap().trim()),
                    "method" => json!(value.as_str().unwrap().to_uppercase()),
                    _ => value.clone(),
                };
                let shown = first.get(field).cloned().unwrap_or_default();
                prop_assert_eq!(shown, expected, "{} of {}", field, body);
            }
            house.post(&path, first.clone()).await.ok();
            prop_assert_eq!(&house.record(&id).await, &first);
            let version = house.registry().get_tool(house.scope, hookswitch_model::ToolId::from_uuid(id[3..].parse().unwrap())).await.unwrap().version;
            prop_assert_eq!(version, 1, "nothing was saved");
            house.delete(&path).await.ok();
            Ok(())
        })?;
    });
}
