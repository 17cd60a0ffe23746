//! What a receiver gets, and what its answer means (contract: 3).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hookswitch_engine::{EngineSettings, SessionStart};
use hookswitch_model::Dialect;
use hookswitch_testkit::{Reply, TestServer};
use serde_json::{Value, json};

use crate::house::{House, text};

#[tokio::test]
async fn the_request_has_the_documented_form() {
    let receiver = TestServer::start(|_| Reply::json(r#"{"ok":1}"#)).await;
    let house = House::reaching(&receiver).await;
    let made = house
        .tool(json!({"name": "log note", "webhook_url": receiver.url("/n?x={y}"), "auth_header": "X-Tool-Secret",
            "auth_secret": "s3cr3t {{not.a.variable}}",
            "input_schema": {"type": "object", "properties": {"note": {"type": "string"}, "lang": {"type": "string", "default": "en"}}},
            "config_schema": {"fields": [{"key": "board"}, {"key": "token", "secret": true}]}}))
        .await;
    let bindings =
        json!([{"tool_id": made["id"], "config": {"board": "main", "token": "tok-123456", "more": [1]}}]);
    let agent = house.agent_with(bindings).await;
    let session = house.session(&agent).await;
    let answer =
        house.call(session, "log_note", json!({"note": "{{system.agent_id}}", "config": "mine"})).await;
    assert_eq!(*answer.told, json!({"ok": 1}));
    let request = &receiver.requests()[0];
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/n?x=%7By%7D"));
    assert_eq!(request.header("content-type").unwrap(), "application/json");
    assert!(request.header("user-agent").unwrap().starts_with("hookswitch/"));
    assert_eq!(request.header("x-tool-secret").unwrap(), "s3cr3t {{not.a.variable}}");
    assert_eq!(request.header("webhook-id").unwrap(), answer.execution.to_string());
    assert!(request.header("idempotency-key").unwrap().starts_with("act_"));
    let signature = request.header("x-pyai-signature").unwrap();
    let stamp = request.header("webhook-timestamp").unwrap();
    assert!(
        signature.starts_with(&format!("t={stamp},v1=")) && signature.len() == stamp.len() + 6 + 64,
        "{signature}"
    );
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let expected = json!({
        "call_id": format!("call_{}", session.uuid()), "agent_id": agent, "tool": "log note", "tool_id": made["id"],
        "tool_call_id": body["tool_call_id"],
        "arguments": {"note": "{{system.agent_id}}", "config": "mine", "lang": "en"},
        "config": {"board": "main", "token": "tok-123456", "more": [1]}, "session_label": agent
    });
    assert_eq!(body, expected);
    assert!(text(&body, "tool_call_id").starts_with("tc_"));
    let calls = house.get("/v1/tools/calls?include=details").await;
    assert!(!calls.text.contains("tok-123456") && !calls.text.contains("s3cr3t"), "{}", calls.text);
}

#[tokio::test]
async fn a_session_may_bring_its_label_or_no_profile() {
    let receiver = TestServer::start(|_| Reply::json("{}")).await;
    let house = House::reaching(&receiver).await;
    let made = house.tool(json!({"name": "t", "webhook_url": receiver.url("/")})).await;
    let agent = house.agent_with(json!([{"tool_id": made["id"]}])).await;
    let labelled = SessionStart {
        agent: Some(agent.parse().unwrap()),
        system: json!({"session_label": "desk 4"}).as_object().unwrap().clone(),
        ..SessionStart::default()
    };
    let session = house.start(labelled).await;
    house.call(session, "t", json!({})).await;
    let tool = hookswitch_engine::StartTool {
        tool: text(&made, "id").parse().unwrap(),
        config: serde_json::Map::new(),
    };
    let session = house.start(SessionStart { tools: vec![tool], ..SessionStart::default() }).await;
    house.call(session, "t", json!({})).await;
    let bodies: Vec<Value> =
        receiver.requests().iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect();
    assert_eq!((&bodies[0]["session_label"], &bodies[0]["agent_id"]), (&json!("desk 4"), &json!(agent)));
    assert_eq!((&bodies[1]["session_label"], &bodies[1]["agent_id"]), (&json!(null), &json!(null)));
    assert!(bodies[0].get("test").is_none(), "of tests only");
}

async fn told(reply: impl Fn() -> Reply + Send + Sync + 'static, effect: &str) -> Value {
    let receiver = TestServer::start(move |_| reply()).await;
    let house = House::reaching(&receiver).await;
    let made = house
        .tool(
            json!({"name": "t", "webhook_url": receiver.url("/"), "side_effect": effect, "timeout_ms": 1000}),
        )
        .await;
    let agent = house.agent_with(json!([{"tool_id": made["id"]}])).await;
    let session = house.session(&agent).await;
    Value::clone(&house.call(session, "t", json!({})).await.told)
}

#[tokio::test]
async fn answers_mean_what_is_documented() {
    assert_eq!(told(|| Reply::json("[1,2]"), "action").await, json!([1, 2]));
    assert_eq!(told(|| Reply::ok("plain words"), "action").await, json!({"text": "plain words"}));
    assert_eq!(told(|| Reply::status(204, ""), "action").await, json!({"ok": true}));
    assert_eq!(
        told(|| Reply::status(422, r#"{"error":"slot taken"}"#), "action").await,
        json!({"error": "HTTP 422: slot taken", "done": false})
    );
    assert_eq!(
        told(|| Reply::status(409, r#"{"message":"twice"}"#), "action").await,
        json!({"error": "HTTP 409: twice", "done": false})
    );
    assert_eq!(
        told(|| Reply::status(404, ""), "read").await,
        json!({"error": "HTTP 404: Not Found", "done": false})
    );
    assert_eq!(
        told(|| Reply::status(503, ""), "action").await,
        json!({"error": "HTTP 503: Service Unavailable", "done": "unknown"})
    );
    assert_eq!(
        told(|| Reply::status(503, ""), "read").await,
        json!({"error": "HTTP 503: Service Unavailable", "done": false})
    );
    assert_eq!(
        told(|| Reply::redirect(302, "https://elsewhere.example/"), "action").await,
        json!({"error": "webhook redirected", "done": "unknown"})
    );
    assert_eq!(
        told(|| Reply::ok(&"x".repeat(1_200_000)), "action").await,
        json!({"error": "response too large", "done": "unknown"})
    );
}

#[tokio::test]
async fn a_read_is_tried_three_times_under_one_key_and_an_action_once() {
    for (effect, tries) in [("read", 3), ("action", 1)] {
        let seen = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&seen);
        let receiver = TestServer::start(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Reply::status(503, "{}")
        })
        .await;
        let house = House::reaching(&receiver).await;
        let made =
            house.tool(json!({"name": "t", "webhook_url": receiver.url("/"), "side_effect": effect})).await;
        let agent = house.agent_with(json!([{"tool_id": made["id"]}])).await;
        let session = house.session(&agent).await;
        house.call(session, "t", json!({})).await;
        assert_eq!(seen.load(Ordering::SeqCst), tries, "{effect}");
        let requests = receiver.requests();
        for header in ["idempotency-key", "webhook-id"] {
            let values: std::collections::BTreeSet<_> =
                requests.iter().map(|request| request.header(header).unwrap()).collect();
            assert_eq!(values.len(), 1, "{header} is equal over attempts");
        }
    }
}

#[tokio::test]
async fn only_redirects_to_the_same_place_are_followed() {
    let receiver = TestServer::start(|request| match request.target.as_str() {
        "/a" => Reply::redirect(307, "/b"),
        "/b" => Reply::redirect(308, "/c"),
        "/c" => Reply::json(r#"{"arrived":true}"#),
        _ => Reply::redirect(302, "/c"),
    })
    .await;
    let house = House::reaching(&receiver).await;
    let (a, x) = (receiver.url("/a"), receiver.url("/x"));
    let followed = house.tool(json!({"name": "a", "webhook_url": a})).await;
    let other = house.tool(json!({"name": "x", "webhook_url": x})).await;
    let agent = house.agent_with(json!([{"tool_id": followed["id"]}, {"tool_id": other["id"]}])).await;
    let session = house.session(&agent).await;
    assert_eq!(*house.call(session, "a", json!({})).await.told, json!({"arrived": true}));
    assert_eq!(house.call(session, "x", json!({})).await.told["error"], "webhook redirected");
    let bodies: Vec<_> = receiver.requests().into_iter().take(3).map(|request| request.body).collect();
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "the body goes along");
}

#[tokio::test]
async fn the_ceiling_ends_what_its_tool_would_wait_for() {
    let receiver = TestServer::start(|_| Reply::silence()).await;
    let mut settings = EngineSettings::default();
    settings.dialect_ceilings.insert(Dialect::Pyai, Duration::from_millis(300));
    let house = House::with(&[receiver.allow_entry()], settings).await;
    for (name, effect, outcome) in [("a", "action", "unknown"), ("r", "read", "failed")] {
        let body = json!({"name": name, "webhook_url": receiver.url("/"), "side_effect": effect, "timeout_ms": 15000});
        let made = house.tool(body).await;
        let agent = house.agent_with(json!([{"tool_id": made["id"]}])).await;
        let session = house.session(&agent).await;
        let started = std::time::Instant::now();
        let answer = house.call(session, name, json!({})).await;
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        assert_eq!(*answer.told, json!({"error": "tool timed out"}));
        let calls = house.get("/v1/tools/calls?limit=1").await.expect(200);
        let call = &calls["data"][0];
        assert_eq!(
            (&call["ok"], &call["error"], &call["outcome"]),
            (&json!(false), &json!("tool timed out"), &json!(outcome))
        );
    }
}

#[tokio::test]
async fn a_long_result_is_cut_at_its_structure() {
    let items: Vec<Value> = (0..2000).map(|id| json!({"id": id})).collect();
    let text = json!({ "items": items }).to_string();
    let shown = told(move || Reply::json(&text), "read").await;
    assert!(shown.to_string().len() <= 6144, "{}", shown.to_string().len());
    assert!(shown["_truncated"]["bytes"].as_u64().unwrap() > 6144, "{}", shown["_truncated"]);
    assert!(shown["_truncated"]["left_out"][0].as_str().unwrap().starts_with("$.items["));
}

#[tokio::test]
async fn a_disabled_tool_stays_bound_and_is_refused() {
    let receiver = TestServer::answering("{}").await;
    let house = House::reaching(&receiver).await;
    let made = house.tool(json!({"name": "t", "webhook_url": receiver.url("/")})).await;
    let agent = house.agent_with(json!([{"tool_id": made["id"]}])).await;
    let session = house.session(&agent).await;
    let path = format!("/v1/tools/{}", text(&made, "id"));
    house.post(&path, json!({"status": "disabled"})).await.expect(200);
    assert!(house.call(session, "t", json!({})).await.told["error"].is_string());
    assert!(receiver.requests().is_empty());
    let later = house.session(&agent).await;
    assert!(house.engine.get_session(house.scope(), later).await.unwrap().tools.is_empty(), "not offered");
    let bound = house.get(&format!("/v1/agents/{agent}/tools")).await.expect(200);
    assert_eq!(bound["data"].as_array().unwrap().len(), 1);
}
