//! Create, read, write back what was read, read: nothing changes. Over generated definitions, through the whole house.

use hookswitch_model::draft::ToolDraft;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use crate::house::{House, text};

/// Definitions of each kind that are tried.
const CASES: usize = 60;

fn runner() -> TestRunner {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(Config::default(), rng)
}

fn given(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Option<Value>> {
    prop_oneof![2 => value.prop_map(Some), 1 => Just(Some(Value::Null)), 2 => Just(None)].boxed()
}

fn word() -> impl Strategy<Value = Value> {
    "[ -~äß世]{0,40}".prop_map(Value::from)
}

fn schema() -> impl Strategy<Value = Value> {
    let property = prop_oneof![
        Just(json!({"type": "string", "description": "a {{word}}"})),
        Just(json!({"type": "integer", "minimum": 0, "default": 3})),
        Just(json!({"type": "array", "items": {"enum": ["a", null, 1]}})),
        Just(json!({"$ref": "#/$defs/x"})),
    ];
    let properties = proptest::collection::btree_map("[a-z_.]{1,8}", property, 0..4);
    (properties, any::<bool>(), any::<bool>()).prop_map(|(properties, typed, closed)| {
        let required: Vec<&String> = properties.keys().take(1).collect();
        let mut schema =
            json!({"properties": properties, "required": required, "$defs": {"x": {"type": "number"}}});
        if typed {
            schema["type"] = json!("object");
        }
        if closed {
            schema["additionalProperties"] = json!(false);
        }
        schema
    })
}

fn config_schema() -> impl Strategy<Value = Value> {
    let field = (
        prop_oneof!["text", "secret", "number", "url", "colour"],
        any::<bool>(),
        any::<bool>(),
        given(word()),
    );
    proptest::collection::btree_map("[A-Za-z0-9_.-]{1,12}", field, 0..4).prop_map(|fields| {
        let field =
            |(key, (kind, required, secret, label)): (String, (String, bool, bool, Option<Value>))| {
                let mut field = json!({"key": key, "type": kind, "required": required, "secret": secret});
                if let Some(label) = label {
                    field["label"] = label;
                }
                field
            };
        json!({"fields": fields.into_iter().map(field).collect::<Vec<_>>()})
    })
}

fn tool() -> impl Strategy<Value = Map<String, Value>> {
    let url = prop_oneof![
        Just(json!("https://app.example.com/t?a=b&c={{d}}")),
        "https://[a-z]{1,8}\\.example\\.com/[a-z/]{0,9}".prop_map(Value::from)
    ];
    let execution = prop_oneof![Just(json!("server")), Just(json!("client"))];
    let header = prop_oneof![Just(json!("Authorization")), Just(json!("X-Tool")), Just(json!("x-api-key"))];
    let secret = prop_oneof![Just(json!("Bearer abc")), Just(json!("{{x}} ${Y}"))];
    let fields = (
        given(word()),
        given(schema()),
        given(config_schema()),
        given(url),
        given(execution),
        given(header),
        given(secret),
        given(prop_oneof![Just(json!("read")), Just(json!("action"))]),
        given((100_u64..=15_000).prop_map(Value::from)),
    );
    fields.prop_map(|fields| {
        let (text, schema, config, url, execution, header, secret, effect, timeout) = fields;
        let names = [
            ("description", text),
            ("input_schema", schema),
            ("config_schema", config),
            ("webhook_url", url),
            ("execution", execution),
            ("auth_header", header),
            ("auth_secret", secret),
            ("side_effect", effect),
            ("timeout_ms", timeout),
        ];
        names.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    })
}

/// Everything but the moment of the last change, which a write may move.
fn lasting(shown: &Value) -> Value {
    let mut shown = shown.clone();
    shown.as_object_mut().unwrap().shift_remove("updated_at");
    shown
}

#[tokio::test]
async fn tools_made_here_stay_what_they_are() {
    let house = House::open().await;
    let mut runner = runner();
    let mut made_ones = 0;
    for number in 0..CASES * 2 {
        let mut body = tool().new_tree(&mut runner).unwrap().current();
        body.insert("name".to_owned(), json!(format!("tool {number}")));
        let made = house.post("/v1/tools", Value::Object(body.clone())).await;
        if made.status == 400 {
            // A server tool without a URL is the one thing here that can't be made.
            assert_eq!(
                (&body["execution"], made.json()["error"]["param"].clone()),
                (&json!("server"), json!("webhook_url"))
            );
            continue;
        }
        made_ones += 1;
        let id = text(&made.expect(201), "id");
        let path = format!("/v1/tools/{id}");
        let first = house.get(&path).await.expect(200);
        let by_id = house.post(&path, first.clone()).await.expect(200);
        assert_eq!(lasting(&by_id), lasting(&first), "{body:?}");
        assert_eq!(lasting(&house.get(&path).await.expect(200)), lasting(&first));
        let by_name = house.post("/v1/tools", first.clone()).await.expect(200);
        assert_eq!(lasting(&by_name), lasting(&first), "{body:?}");
    }
    assert!(made_ones >= CASES, "{made_ones}");
}

fn foreign(number: usize, runner: &mut TestRunner) -> Value {
    let name = format!("foreign {number}");
    let timeout = (100_u64..120_000).new_tree(runner).unwrap().current();
    let schema = schema().new_tree(runner).unwrap().current();
    let body = match number % 4 {
        0 => {
            json!({"kind": "webhook", "webhook": {"url": "https://a.example.com/{{input.x}}", "method": "PUT",
            "headers": {"Authorization": "Bearer {{secret.k}}", "X-A": "1"}, "query": {"q": "{{input.y}}"}},
            "parameters": [{"name": "x", "required": true, "schema": {"type": "string"}, "place": "path"},
                {"name": "y", "schema": {"type": "integer"}}, {"name": "z", "source": {"static": 1}}]})
        }
        1 => json!({"kind": "webhook", "webhook": {"url": "https://a.example.com/", "method": "POST",
            "headers": {"X-Key": "literal-secret"}, "signature": "none"}, "input_schema": schema,
            "effect": "irreversible", "extras": {"other": {"kept": true}}}),
        2 => {
            json!({"kind": "client", "loose_input": {"type": "object", "properties": {"a": {"type": "string"}}},
            "effect": "read"})
        }
        _ => {
            json!({"kind": "call_control", "call_control": {"operation": "end_call"}, "input_schema": schema})
        }
    };
    let mut draft = body;
    draft["name"] = json!(name);
    draft["timeout_ms"] = json!(timeout);
    draft
}

#[tokio::test]
async fn tools_made_elsewhere_stay_what_they_are() {
    let house = House::open().await;
    let mut runner = runner();
    for number in 0..CASES {
        let draft = foreign(number, &mut runner);
        let id = house.native_tool(draft.clone()).await;
        let before = house.registry().get_tool(house.scope(), id).await.unwrap().draft;
        let path = format!("/v1/tools/{id}");
        let first = house.get(&path).await.expect(200);
        let again = house.post(&path, first.clone()).await.expect(200);
        assert_eq!(lasting(&again), lasting(&first), "{draft}");
        let without_ours = |mut draft: ToolDraft| {
            draft.extras.shift_remove("pyai");
            draft
        };
        let after = house.registry().get_tool(house.scope(), id).await.unwrap().draft;
        assert_eq!(without_ours(after), before, "the definition below does not change: {draft}");
    }
}

fn agent() -> impl Strategy<Value = Map<String, Value>> {
    let metadata = proptest::collection::btree_map("[a-z]{1,9}", word(), 0..4).prop_map(|map| json!(map));
    let fields = (
        given(word()),
        given(word()),
        given(metadata),
        given(word()),
        given(Just(json!({"seconds": 5, "x": [null]}))),
        given(proptest::collection::vec(word(), 0..3).prop_map(Value::from)),
        given(any::<bool>().prop_map(Value::from)),
    );
    fields.prop_map(|(prompt, greeting, metadata, voice, check, goals, recorded)| {
        let names = [
            ("persona_system_prompt", prompt),
            ("greeting", greeting),
            ("metadata", metadata),
            ("voice_id", voice),
            ("idle_check_in", check),
            ("goals", goals),
            ("recordings_enabled", recorded),
        ];
        let mut body: Map<String, Value> =
            names.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        body.insert("consent_line".to_owned(), json!("You are recorded."));
        body
    })
}

#[tokio::test]
async fn agents_stay_what_they_are() {
    let house = House::open().await;
    let mut runner = runner();
    for number in 0..CASES {
        let mut body = agent().new_tree(&mut runner).unwrap().current();
        body.insert("name".to_owned(), json!(format!("agent {}", number % 7)));
        let made = house.post("/v1/agents", Value::Object(body)).await.expect(201);
        let path = format!("/v1/agents/{}", text(&made, "agent_id"));
        let first = house.get(&path).await.expect(200);
        assert_eq!(first, made);
        assert_eq!(house.post(&path, first.clone()).await.expect(200), first);
        assert_eq!(house.get(&path).await.expect(200), first);
    }
}
