//! Each field of a webhook and of a tool's flow: taken, stored, shown, bounded.

use hookswitch_model::draft::{RedirectPolicy, SignatureScheme};
use serde_json::{Value, json};

use crate::house::{House, parameter, plain, with};

/// The keys that a body is refused for.
async fn refused(house: &House, body: Value) -> Vec<String> {
    house.post("/v1/tools", body).await.refused(400)
}

#[tokio::test]
async fn name() {
    let house = House::open().await;
    for name in ["a", "book_appointment_7", &"n".repeat(64)] {
        house.tool(house.webhook(json!({"name": name}))).await;
    }
    for name in
        [json!(""), json!("Book"), json!("a-b"), json!("n".repeat(65)), json!(7), Value::Null, json!("a b")]
    {
        assert_eq!(refused(&house, house.webhook(json!({"name": name}))).await, ["name"], "{name}");
    }
    for name in ["keypad_input", "natural_conversation_ending", "choose_not_to_respond", "web_search"] {
        assert_eq!(refused(&house, house.webhook(json!({"name": name}))).await, ["name"], "{name}");
    }
    house.tool(plain("built_in_keypad_input", json!({"name": "keypad_input"}))).await;
}

#[tokio::test]
async fn description() {
    let house = House::open().await;
    let id = house.tool(house.webhook(json!({"description": "é".repeat(4000)}))).await;
    assert_eq!(house.stored(&id).await.draft.description, "é".repeat(4000));
    for wrong in [Value::Null, json!("d".repeat(8193)), json!(1)] {
        assert_eq!(refused(&house, house.webhook(json!({"description": wrong}))).await, ["description"]);
    }
}

#[tokio::test]
async fn kind() {
    let house = House::open().await;
    for wrong in [json!("webhook"), Value::Null, json!(1)] {
        assert_eq!(refused(&house, house.webhook(json!({"type": wrong}))).await, ["type"]);
    }
}

#[tokio::test]
async fn execution_mode() {
    let house = House::open().await;
    let id = house.tool(house.webhook(json!({"execution_mode": "async"}))).await;
    assert!(house.stored(&id).await.draft.speech.is_async);
    assert_eq!(house.shown(&id).await["execution_mode"], "async");
    for wrong in [json!("later"), Value::Null] {
        assert_eq!(
            refused(&house, house.webhook(json!({"execution_mode": wrong}))).await,
            ["execution_mode"]
        );
    }
    // Built-ins run as `sync` whatever is stored.
    let id =
        house.tool(plain("built_in_natural_conversation_ending", json!({"execution_mode": "async"}))).await;
    assert!(!house.stored(&id).await.draft.speech.is_async);
    assert_eq!(house.shown(&id).await["execution_mode"], "async");
}

#[tokio::test]
async fn endpoint_method() {
    let house = House::open().await;
    let id = house.tool(house.webhook(json!({"endpoint_method": "GET"}))).await;
    assert_eq!(house.shown(&id).await["endpoint_method"], "GET");
    for wrong in [json!("PUT"), json!("get"), Value::Null] {
        assert_eq!(
            refused(&house, house.webhook(json!({"endpoint_method": wrong}))).await,
            ["endpoint_method"]
        );
    }
}

#[tokio::test]
async fn endpoint_url() {
    let house = House::open().await;
    let wrong = [
        Value::Null,
        json!("nowhere"),
        json!("ftp://example.com/"),
        json!("http://example.com/"),
        json!("https://user:pw@example.com/"),
        json!("https://example.com/#x"),
        json!(format!("https://example.com/{}", "a".repeat(2048))),
        json!("https://example.com/a b"),
    ];
    for url in wrong {
        assert_eq!(
            refused(&house, house.webhook(json!({"endpoint_url": url}))).await,
            ["endpoint_url"],
            "{url}"
        );
    }
    house.tool(house.webhook(json!({"endpoint_url": "https://api.example.com/book?lang=en"}))).await;
}

#[tokio::test]
async fn private_addresses_are_refused_in_every_spelling() {
    let house = House::open().await;
    for host in [
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "[::1]",
        "169.254.169.254",
        "0x7f.1",
        "2130706433",
        "[::ffff:10.0.0.1]",
        "192.0.2.1",
        "100.64.0.1",
        "224.0.0.1",
        "0.0.0.0",
        "[fd00::1]",
        "[64:ff9b::a00:1]",
    ] {
        let url = format!("https://{host}/");
        let answer = house.post("/v1/tools", house.webhook(json!({"endpoint_url": url}))).await;
        let message = answer.body["param_errors"]["endpoint_url"].as_str().unwrap_or_default().to_owned();
        assert_eq!(answer.refused(400), ["endpoint_url"], "{host}");
        assert!(!message.contains("10.0.0.1") && !message.contains("169.254"), "{message}");
    }
}

#[tokio::test]
async fn endpoint_headers() {
    let house = House::open().await;
    let headers =
        json!({"Authorization": "Bearer token123", "X-Api-Key": "k", "Content-Type": "application/json"});
    let id = house.tool(house.webhook(json!({"endpoint_headers": headers}))).await;
    assert_eq!(house.shown(&id).await["endpoint_headers"], headers);
    let many: serde_json::Map<String, Value> = (0..65).map(|n| (format!("x-{n}"), json!("v"))).collect();
    let wrong = [
        (json!({"Host": "x"}), "endpoint_headers.Host"),
        (json!({"content-length": "1"}), "endpoint_headers[\"content-length\"]"),
        (json!({"webhook-signature": "x"}), "endpoint_headers[\"webhook-signature\"]"),
        (json!({"Connection": "x"}), "endpoint_headers.Connection"),
        (json!({"Keep-Alive": "x"}), "endpoint_headers[\"Keep-Alive\"]"),
        (json!({"X-Api-Key": "a\nb"}), "endpoint_headers[\"X-Api-Key\"]"),
        (json!({"A": "a\u{0}b"}), "endpoint_headers.A"),
        (json!({"bad name": "x"}), "endpoint_headers[\"bad name\"]"),
        (json!({"A": 1}), "endpoint_headers.A"),
        (json!("x"), "endpoint_headers"),
        (Value::Object(many), "endpoint_headers"),
    ];
    for (headers, key) in wrong {
        assert_eq!(
            refused(&house, house.webhook(json!({"endpoint_headers": headers}))).await,
            [key],
            "{headers}"
        );
    }
}

#[tokio::test]
async fn endpoint_timeout_ms() {
    let house = House::open().await;
    let id = house.tool(house.webhook(json!({}))).await;
    assert_eq!(house.shown(&id).await["endpoint_timeout_ms"], 5000);
    for (index, millis) in [1000, 180_000].into_iter().enumerate() {
        let id = house
            .tool(house.webhook(json!({"name": format!("t{index}"), "endpoint_timeout_ms": millis})))
            .await;
        assert_eq!(house.stored(&id).await.draft.timeout_ms.unwrap().0, millis);
    }
    for wrong in [json!(999), json!(180_001), json!("5000"), json!(1000.5), json!(-1)] {
        let keys = refused(&house, house.webhook(json!({"endpoint_timeout_ms": wrong}))).await;
        assert_eq!(keys, ["endpoint_timeout_ms"]);
    }
}

#[tokio::test]
async fn tool_call_output_timeout_ms() {
    let house = House::open().await;
    let socket = |more: Value| plain("custom_websocket", more);
    let id = house.tool(socket(json!({}))).await;
    assert_eq!(house.shown(&id).await["tool_call_output_timeout_ms"], 5000);
    let id = house.tool(socket(json!({"name": "slow", "tool_call_output_timeout_ms": 60_000}))).await;
    assert_eq!(house.stored(&id).await.draft.timeout_ms.unwrap().0, 60_000);
    for wrong in [json!(0), json!(180_001)] {
        let keys = refused(&house, socket(json!({"tool_call_output_timeout_ms": wrong}))).await;
        assert_eq!(keys, ["tool_call_output_timeout_ms"]);
    }
}

/// Field, its default, and the types that have it.
const FLAGS: [(&str, bool, &[&str]); 7] = [
    ("require_speech_before_tool_call", false, &["custom_webhook", "custom_websocket", "custom_context"]),
    ("wait_for_speech_before_tool_call", false, &["custom_webhook", "custom_websocket"]),
    ("forbid_speech_after_tool_call", false, &["custom_webhook", "custom_websocket", "custom_context"]),
    ("forbid_tool_call_after_speech", false, &["custom_webhook", "custom_websocket"]),
    ("allow_tool_chaining", true, &["custom_webhook", "custom_websocket", "custom_context"]),
    ("uninterruptible", false, &["custom_webhook", "custom_websocket"]),
    ("can_run_during_user_speech", false, &["custom_webhook", "custom_websocket", "custom_context"]),
];

#[tokio::test]
async fn flags_of_speech_and_flow() {
    let house = House::open().await;
    let mut number = 0;
    for (flag, default, kinds) in FLAGS {
        for kind in kinds {
            let base = match *kind {
                "custom_webhook" => house.webhook(json!({})),
                "custom_context" => plain(kind, json!({"context": "c"})),
                _ => plain(kind, json!({})),
            };
            for value in [Value::Null, json!(default), json!(!default)] {
                number += 1;
                let body = with(base.clone(), json!({"name": format!("t{number}"), flag: value}));
                let id = house.tool(body).await;
                let shown = house.shown(&id).await[flag].clone();
                assert_eq!(shown, json!(value.as_bool().unwrap_or(default)), "{flag} of {kind}");
            }
            assert_eq!(refused(&house, with(base.clone(), json!({flag: "yes"}))).await, [flag]);
        }
    }
    let body = house.webhook(json!({"name": "all", "require_speech_before_tool_call": true,
        "wait_for_speech_before_tool_call": true, "forbid_speech_after_tool_call": true,
        "forbid_tool_call_after_speech": true, "allow_tool_chaining": false, "uninterruptible": true,
        "can_run_during_user_speech": true}));
    let stored = house.tool(body).await;
    let speech = house.stored(&stored).await.draft.speech;
    assert!(speech.require_speech_before && speech.wait_for_speech_before && speech.forbid_speech_after);
    assert!(speech.forbid_call_after_speech && !speech.allow_chaining && speech.uninterruptible);
    assert!(speech.can_run_during_user_speech && !speech.is_async);
}

#[tokio::test]
async fn wait_for_response() {
    let house = House::open().await;
    for (index, base) in
        [house.webhook(json!({})), plain("custom_websocket", json!({}))].into_iter().enumerate()
    {
        let base = with(base, json!({"name": format!("t{index}"), "execution_mode": "async"}));
        let waiting = with(base.clone(), json!({"wait_for_response": true}));
        let explicit = with(waiting.clone(), json!({"allow_tool_chaining": true}));
        assert_eq!(refused(&house, explicit).await, ["allow_tool_chaining"]);
        let sync = with(waiting.clone(), json!({"execution_mode": "sync"}));
        assert_eq!(refused(&house, sync).await, ["wait_for_response"]);
        let id = house.tool(waiting).await;
        let shown = house.shown(&id).await;
        assert_eq!(
            (&shown["wait_for_response"], &shown["allow_tool_chaining"]),
            (&json!(true), &json!(false))
        );
        let path = format!("/v1/tools/{id}");
        assert_eq!(
            house.patch(&path, json!({"allow_tool_chaining": true})).await.refused(400),
            ["allow_tool_chaining"]
        );
        // Taken back, chaining stays as it is.
        house.patch(&path, json!({"wait_for_response": false})).await.ok();
        assert_eq!(house.shown(&id).await["allow_tool_chaining"], false);
    }
}

#[tokio::test]
async fn uninterruptible_tools_are_sync() {
    let house = House::open().await;
    let body = house.webhook(json!({"uninterruptible": true, "execution_mode": "async"}));
    assert_eq!(refused(&house, body).await, ["uninterruptible"]);
}

#[tokio::test]
async fn fields_of_other_types() {
    let house = House::open().await;
    let ignored = json!({"dtmf": null, "phone_number": null, "detect_voicemail": false, "keep_listening": true,
        "agents_to_transfer_to": null, "context": null, "tool_call_output_timeout_ms": 5000,
        "speech_before_tool_call": "optional", "respond_after_sec": null, "use_agent_phone_number": true,
        "a_field_of_tomorrow": {"x": 1}});
    let id = house.tool(house.webhook(ignored)).await;
    assert!(house.shown(&id).await.get("dtmf").is_none());
    let body = house.webhook(json!({"dtmf": "1", "phone_number": "+15551234567", "context": "c",
        "respond_after_sec": 5, "tool_call_output_timeout_ms": 6000}));
    let keys = refused(&house, body).await;
    assert_eq!(keys, ["context", "tool_call_output_timeout_ms", "phone_number", "dtmf", "respond_after_sec"]);
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once() {
    let house = House::open().await;
    let body = json!({"type": "custom_webhook", "name": "X", "execution_mode": "x", "endpoint_method": "POST",
        "endpoint_url": "https://127.0.0.1/", "endpoint_headers": {"Host": "x"}, "endpoint_timeout_ms": 1,
        "parameters": [parameter("a", json!({}))]});
    let mut keys = refused(&house, body).await;
    keys.sort();
    assert_eq!(
        keys,
        [
            "description",
            "endpoint_headers.Host",
            "endpoint_timeout_ms",
            "endpoint_url",
            "execution_mode",
            "name",
            "parameters[0].location"
        ]
    );
}

#[tokio::test]
async fn requests_have_this_dialects_form() {
    let house = House::open().await;
    let id = house.tool(house.webhook(json!({}))).await;
    let stored = house.stored(&id).await;
    let webhook = stored.draft.webhook.unwrap();
    assert_eq!(stored.dialect, hookswitch_model::Dialect::Phonic);
    assert_eq!(
        (webhook.signature, webhook.redirects),
        (SignatureScheme::Project, RedirectPolicy::SameOrigin)
    );
}
