//! What is made, got, given back and got again is the same, over generated tools.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::house::{House, plain, with};

fn flags(names: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let each = proptest::collection::vec(proptest::option::of(any::<bool>()), names.len());
    each.prop_map(move |values| {
        let given =
            names.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), json!(value?))));
        Value::Object(given.collect::<Map<_, _>>())
    })
}

const WEBHOOK: &[&str] = &[
    "require_speech_before_tool_call",
    "wait_for_speech_before_tool_call",
    "forbid_speech_after_tool_call",
    "forbid_tool_call_after_speech",
    "allow_tool_chaining",
    "uninterruptible",
    "can_run_during_user_speech",
];

fn item() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "integer"})),
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "array", "item_type": "number"})),
        Just(json!({"type": "enum", "enum_values": ["a", "ü"]})),
    ];
    (kind, "[ -~]{0,12}", any::<bool>())
        .prop_map(|(kind, text, required)| with(json!({"description": text, "is_required": required}), kind))
}

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "string", "description": "d"})),
        Just(json!({"type": ["integer", "null"], "maximum": 9})),
        Just(json!({"enum": ["x", 1, null]})),
        Just(json!({"anyOf": [{"type": "string"}, {"type": "number"}]})),
        Just(json!({"description": "anything"})),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| json!({"type": "array", "items": inner})),
            inner.prop_map(|inner| json!({"type": "object", "properties": {"k": inner}, "required": ["k"]})),
        ]
    })
}

/// Parameters of a webhook in either form.
fn parameters() -> impl Strategy<Value = Value> {
    let place = || prop_oneof![Just("request_body"), Just("query_string")];
    let list = proptest::collection::vec((item(), place()), 0..4).prop_map(|items| {
        let list: Vec<Value> = items
            .into_iter()
            .enumerate()
            .map(|(index, (item, place))| with(item, json!({"name": format!("p{index}"), "location": place})))
            .collect();
        json!({ "parameters": list })
    });
    let object =
        (proptest::collection::vec((schema(), place(), any::<bool>()), 0..4), any::<bool>(), any::<bool>())
            .prop_map(|(all, closed, described)| {
                let (mut properties, mut places, mut required) = (Map::new(), Map::new(), Vec::new());
                for (index, (schema, place, is_required)) in all.into_iter().enumerate() {
                    let name = format!("p.{index}");
                    if is_required {
                        required.insert(0, json!(name));
                    }
                    properties.insert(name.clone(), schema);
                    places.insert(name, json!(place));
                }
                let mut root = json!({"type": "object", "properties": properties});
                if closed {
                    root["additionalProperties"] = json!(false);
                }
                if described {
                    root["description"] = json!("all of them");
                }
                if closed || !required.is_empty() {
                    root["required"] = json!(required);
                }
                json!({"parameters": root, "parameter_locations": places})
            });
    prop_oneof![list, object]
}

fn headers() -> impl Strategy<Value = Value> {
    let names = prop_oneof![Just("Authorization"), Just("X-Plain"), Just("x-api-key"), Just("Accept")];
    proptest::collection::btree_map(names, "[!-~]{0,20}", 0..4)
        .prop_map(|map| json!({ "endpoint_headers": map }))
}

fn transfer() -> impl Strategy<Value = Value> {
    let number = prop_oneof![Just(json!(null)), Just(json!("+15551234567"))];
    let digits = prop_oneof![Just(json!(null)), Just(json!("")), Just(json!("1w#"))];
    (number, digits, flags(&["dynamic_dtmf", "detect_voicemail", "uninterruptible"]), any::<bool>()).prop_map(
        |(number, digits, flags, says)| {
            let mut body = with(json!({"phone_number": number, "dtmf": digits}), flags);
            if says {
                body["post_transfer_message"] = json!("Hello");
                body["on_transfer_no_answer"] = json!("keep_retrying");
            }
            plain("built_in_transfer_to_phone_number", body)
        },
    )
}

/// A tool of any type; `{base}` in URLs stands for the receiver.
fn tool() -> impl Strategy<Value = Value> {
    let webhook =
        (parameters(), headers(), flags(WEBHOOK), 1000..=180_000_u64).prop_map(|(a, b, c, timeout)| {
            let base =
                json!({"endpoint_method": "POST", "endpoint_url": "{base}", "endpoint_timeout_ms": timeout});
            plain("custom_webhook", with(with(with(base, a), b), c))
        });
    let socket = (proptest::collection::vec(item(), 0..4), flags(WEBHOOK)).prop_map(|(items, flags)| {
        let list: Vec<Value> = items
            .into_iter()
            .enumerate()
            .map(|(index, item)| with(item, json!({"name": format!("p{index}")})))
            .collect();
        plain("custom_websocket", with(json!({ "parameters": list }), flags))
    });
    let context = "[ -~ä]{1,40}".prop_map(|text| plain("custom_context", json!({ "context": text })));
    let words = prop_oneof![Just("optional"), Just("required"), Just("suppressed")];
    let keypad = (words, any::<bool>(), any::<bool>()).prop_map(|(word, speech, later)| {
        let mode = if later { "async" } else { "sync" };
        plain(
            "built_in_keypad_input",
            json!({"speech_before_tool_call": word, "execution_mode": mode,
            "require_speech_before_tool_call": speech}),
        )
    });
    let silence = proptest::option::of(1..=1200_u32).prop_map(|halves| {
        plain(
            "built_in_choose_not_to_respond",
            json!({"respond_after_sec": halves.map(|n| f64::from(n) / 2.0)}),
        )
    });
    prop_oneof![3 => webhook, 1 => socket, 1 => context, 1 => transfer(), 1 => keypad, 1 => silence]
}

#[test]
fn make_get_give_back_get() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let house = runtime.block_on(House::open());
    let mut runner = TestRunner::new(Config { cases: 200, ..Config::default() });
    let round = |body: Value| async {
        let mut body = body;
        if body.get("endpoint_url").is_some() {
            body["endpoint_url"] = json!(house.receiver.url("/x"));
        }
        let id = house.tool(body.clone()).await;
        let shown = house.shown(&id).await;
        let stored = house.stored(&id).await;
        let parsed = stored.draft.parse();
        assert!(parsed.0.is_some(), "{:?}", parsed.1);
        // Everything that was given is shown.
        for (name, value) in body.as_object().unwrap() {
            match name.as_str() {
                "dtmf" if *value == json!("") => assert_eq!(shown[name], Value::Null),
                "respond_after_sec" => assert_eq!(shown[name].as_f64(), value.as_f64()),
                _ => assert_eq!(shown[name], *value, "{name} of {body}"),
            }
        }
        house.patch(&format!("/v1/tools/{id}"), shown.clone()).await.ok();
        assert_eq!(house.shown(&id).await, shown);
        // What is shown makes the same tool anew.
        house.delete(&format!("/v1/tools/{id}")).await.ok();
        let mut again = shown.clone();
        again["name"] = json!("t");
        let id = house.tool(again).await;
        let mut second = house.shown(&id).await;
        second["id"] = shown["id"].clone();
        assert_eq!(second, shown);
        house.delete(&format!("/v1/tools/{id}")).await.ok();
    };
    runner
        .run(&tool(), |body| {
            runtime.block_on(round(body));
            Ok(())
        })
        .unwrap();
}
