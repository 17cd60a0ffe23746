//! create → get → update with what was got → get is the identity, over generated definitions and all paths.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::house::House;

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_]{0,11}"
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,20}",
        Just("Bearer sk-literal".to_owned()),
        Just("${API_KEY}".to_owned()),
        Just("Token ${env.KEY}".to_owned()),
        Just("a ${id} b".to_owned()),
        Just("$${id}".to_owned()),
        Just("{{id}}".to_owned()),
        Just("grüße \u{1f642} \\1 \"x\"".to_owned()),
    ]
}

fn header_value() -> impl Strategy<Value = String> {
    text().prop_filter("a header", |text| text.chars().all(|c| !c.is_control()))
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1000_i64..1000).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            object(inner).prop_map(Value::Object),
        ]
    })
}

fn member() -> impl Strategy<Value = String> {
    prop_oneof![4 => name(), 1 => Just("api_key".to_owned()), 1 => Just("password".to_owned())]
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((member(), value), 0..4).prop_map(|members| members.into_iter().collect())
}

fn maybe(
    key: &'static [&'static str],
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Option<(String, Value)>> {
    prop::option::of((prop::sample::select(key), value).prop_map(|(key, value)| (key.to_owned(), value)))
}

fn configuration() -> impl Strategy<Value = (&'static str, Value)> {
    let headers = prop::collection::vec(
        (prop::sample::select(vec!["Authorization", "X-Api-Key", "Accept", "X-Any"]), header_value()),
        0..4,
    )
    .prop_map(|headers| {
        json!(headers.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect::<Map<_, _>>())
    });
    let template = prop_oneof![
        object(json_value()).prop_map(Value::Object),
        object(json_value()).prop_map(|members| Value::from(Value::Object(members).to_string())),
        text().prop_map(Value::from),
    ];
    let urls = vec![
        "https://example.com/${id}",
        "https://u:pw@example.com/x?api_key=k&q=${id}",
        "https://example.com/x?token=${T}#f",
        "https://${env.HOST}/x",
        "http://example.com:8080/",
        "https://example.com/#${id}",
    ];
    let endpoint = (
        (prop::sample::select(vec!["url", "endpoint_url"]), prop::sample::select(urls)),
        prop::sample::select(vec!["GET", "post", "PUT", "DELETE", "OPTIONS", "head"]),
        maybe(&["headers"], headers),
        maybe(&["request_template", "body_template"], template),
        maybe(
            &["response_mapping"],
            prop::collection::btree_map(name(), Just(json!("data.a.0")), 0..3).prop_map(|map| json!(map)),
        ),
        maybe(
            &["timeout_seconds", "timeout"],
            prop_oneof![(1_i64..300).prop_map(Value::from), (0.2_f64..99.0).prop_map(Value::from)],
        ),
        maybe(&["follow_redirects"], any::<bool>().prop_map(Value::from)),
        maybe(&["send_unused_arguments"], any::<bool>().prop_map(Value::from)),
        maybe(
            &["authentication", "own_key", "note"],
            json_value().prop_filter("given", |value| !value.is_null()),
        ),
    )
        .prop_map(|((url_key, url), method, a, b, c, d, e, f, g)| {
            let mut keys = Map::new();
            keys.insert(url_key.to_owned(), json!(url));
            keys.insert("method".to_owned(), json!(method));
            keys.extend([a, b, c, d, e, f, g].into_iter().flatten());
            ("endpoint", Value::Object(keys))
        });
    let python = (
        prop::sample::select(vec!["python_code", "code"]),
        maybe(&["max_memory_mb"], (16_i64..1024).prop_map(Value::from)),
        maybe(
            &["allowed_modules", "allowed_imports"],
            prop_oneof![Just(json!("math, json")), Just(json!(["math"])), Just(json!([]))],
        ),
        maybe(&["requirements"], prop_oneof![Just(json!([])), Just(json!(["requests>=2"]))]),
        maybe(&["timeout_seconds"], (1_i64..60).prop_map(Value::from)),
    )
        .prop_map(|(key, a, b, c, d)| {
            let mut keys = Map::new();
            keys.insert(key.to_owned(), json!("def f(id):\n    return {'a': id}"));
            keys.extend([a, b, c, d].into_iter().flatten());
            ("python_function", Value::Object(keys))
        });
    let lambda = (
        prop::sample::select(vec![
            "orders",
            "orders:prod",
            "arn:aws:lambda:eu-west-1:111122223333:function:orders",
        ]),
        maybe(
            &["environment_variables"],
            prop::collection::btree_map("[A-Z]{1,5}", text().prop_map(Value::from), 0..3)
                .prop_map(|map| json!(map)),
        ),
        maybe(
            &["payload_template"],
            prop_oneof![object(json_value()).prop_map(Value::Object), Just(json!("{\"a\": ${id}}"))],
        ),
        maybe(&["event_shape"], prop_oneof![Just(json!("arguments")), Just(json!("envelope"))]),
        maybe(
            &["invocation_type"],
            prop_oneof![Just(json!("RequestResponse")), Just(json!("Event")), Just(json!("DryRun"))],
        ),
        any::<bool>(),
    )
        .prop_map(|(function, a, b, c, d, has_keys)| {
            let mut keys = Map::new();
            keys.insert("function_name".to_owned(), json!(function));
            keys.insert("region".to_owned(), json!("us-east-1"));
            keys.extend([a, b, c, d].into_iter().flatten());
            if has_keys {
                keys.extend(
                    [("access_key", "AKIA"), ("secret_key", "s")]
                        .map(|(key, value)| (key.to_owned(), json!(value))),
                );
            }
            ("lambda", Value::Object(keys))
        });
    prop_oneof![3 => endpoint, 1 => python, 1 => lambda]
}

fn function() -> impl Strategy<Value = Value> {
    let schema = json!({"type": "object", "properties": {"id": {"type": "string", "description": "d"},
        "n": {"type": ["integer", "null"], "default": 3, "enum": [1, 3, null]}}, "required": ["id"]});
    let bare = prop::sample::select(vec![
        json!({"name": "f", "description": "d", "parameters": schema}),
        json!({"parameters": schema, "strict": true, "name": "look up"}),
        json!({"name": "f"}),
        json!({"description": "only"}),
    ]);
    (bare, any::<bool>()).prop_map(|(bare, is_wrapped)| {
        if is_wrapped { json!({"type": "function", "function": bare}) } else { bare }
    })
}

fn body() -> impl Strategy<Value = Value> {
    (configuration(), function(), any::<(bool, bool)>(), prop::option::of(1_i64..=300), prop::option::of(0_i64..=10)).prop_map(
        |((kind, configuration), function, (is_active, is_public), timeout, retries)| {
            json!({"display_name": "Shown", "description": "d", "tool_type": kind, "configuration": configuration,
                "function_definition": function, "is_active": is_active, "is_public": is_public,
                "timeout_seconds": timeout, "retry_attempts": retries})
        },
    )
}

fn without_time(mut tool: Value) -> Value {
    tool["updated_at"] = Value::Null;
    tool["warnings"] = Value::Null;
    tool
}

#[test]
fn putting_back_what_was_got_is_the_identity() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let house = runtime.block_on(House::new());
    let mut runner = TestRunner::new(Config { cases: 128, failure_persistence: None, ..Config::default() });
    let number = std::cell::Cell::new(0);
    runner
        .run(&(body(), any::<bool>()), |(mut body, is_v1)| {
            number.set(number.get() + 1);
            body["name"] = json!(format!("tool_{}", number.get()));
            runtime.block_on(round_trip(&house, &body, is_v1));
            Ok(())
        })
        .unwrap();
}

async fn round_trip(house: &House, body: &Value, is_v1: bool) {
    let create = if is_v1 { "/api/v1/tools" } else { "/api/organization/tools" };
    let made = house.post(create, body.clone()).await;
    assert_eq!(made.status, 200, "{body}: {}", made.body);
    let id = made.body["id"].as_i64().or_else(|| made.body["tool"]["id"].as_i64()).unwrap();
    let (old, new) = (format!("/api/v1/tools/{id}"), format!("/api/organization/tools/{id}"));
    let first = house.get(&old).await.expect(200);
    assert_eq!(first["function_definition"], body["function_definition"]);
    let stored = house.registry().tool_by_number(house.scope, id).await.unwrap();
    let own = house.get(&new).await.expect(200)["tool"].clone();
    let given_back = json!({"parameters": first["parameters"], "http_config": first["http_config"],
        "python_config": first["python_config"], "lambda_config": first["lambda_config"]});
    for (path, again) in [(&old, &first), (&new, &own), (&new, &first), (&old, &own), (&old, &given_back)] {
        let answer = house.put(path, again.clone()).await;
        assert_eq!(answer.status, 200, "{body}\n{again}\n{}", answer.body);
        let shown = house.get(&old).await.expect(200);
        assert!(
            without_time(shown.clone()) == without_time(first.clone()),
            "{path}: {body}\n{first}\n{shown}"
        );
        let now = house.registry().tool_by_number(house.scope, id).await.unwrap();
        assert!(now.draft == stored.draft, "{path}: {body}");
        assert_eq!((now.version, now.enabled), (stored.version, stored.enabled), "{body}");
    }
}
