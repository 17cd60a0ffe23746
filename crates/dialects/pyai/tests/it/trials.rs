//! Tests of tools.

use std::sync::Arc;

use hookswitch_testkit::{Reply, TestServer};
use serde_json::{Value, json};

use crate::house::{House, text};

async fn world() -> (TestServer, House, String) {
    let receiver = TestServer::start(|_| Reply::json(r#"{"saved":true}"#)).await;
    let house = House::reaching(&receiver).await;
    let schema = json!({"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"]});
    let made = house
        .tool(json!({"name": "log_note", "webhook_url": receiver.url("/n"), "input_schema": schema}))
        .await;
    (receiver, house, text(&made, "id"))
}

#[tokio::test]
async fn without_arguments_nothing_is_said_to_the_receiver() {
    let (receiver, house, id) = world().await;
    let path = format!("/v1/tools/{id}/test");
    for body in [None, Some(json!({})), Some(json!({"config": {}, "other": 1}))] {
        let tested = house.send(http::Method::POST, &path, body).await.expect(200);
        let expected = json!({"object": "tool.test", "tool_id": id, "name": "log_note", "ok": true,
            "message": "webhook reachable without verified TLS; not called"});
        assert_eq!(tested, expected);
    }
    receiver.wait_until(|receiver| receiver.closed_connections() == 3).await;
    assert!(receiver.requests().is_empty());
    receiver.stop().await;
    let tested = house.post(&path, json!({})).await.expect(200);
    assert_eq!((&tested["ok"], &tested["message"]), (&json!(false), &json!("connection refused")));
}

#[tokio::test]
async fn with_arguments_the_tool_is_called_and_told_that_it_is_a_test() {
    let (receiver, house, id) = world().await;
    let path = format!("/v1/tools/{id}/test");
    let tested = house.post(&path, json!({"arguments": {"note": "x"}})).await.expect(200);
    assert_eq!(
        (&tested["ok"], &tested["result"], &tested["status_code"]),
        (&json!(true), &json!({"saved": true}), &json!(200))
    );
    assert!(tested["latency_ms"].is_u64(), "{tested}");
    let requests = receiver.requests();
    let body: Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(
        (&body["test"], &body["arguments"], &body["agent_id"]),
        (&json!(true), &json!({"note": "x"}), &json!(null))
    );
    assert!(body["call_id"].as_str().unwrap().starts_with("call_"));
    assert!(requests[0].header("x-pyai-signature").unwrap().starts_with("t="));
    let tested = house.post(&path, json!({"arguments": {}})).await.expect(200);
    assert_eq!(
        (&tested["ok"], &tested["message"]),
        (&json!(false), &json!("missing required parameter \"note\""))
    );
    house.post(&path, json!({"arguments": []})).await.problem(400, "invalid_request", Some("arguments"));
    house.post(&path, json!({"config": 1})).await.problem(400, "invalid_tool_config", Some("config"));
    house.post("/v1/tools/tool_x/test", json!({})).await.problem(404, "tool_not_found", None);
}

#[tokio::test]
async fn settings_of_a_test_take_the_place_of_a_binding() {
    let (receiver, house, id) = world().await;
    let fields = json!({"fields": [{"key": "board", "required": true}, {"key": "token", "secret": true}]});
    house.post(&format!("/v1/tools/{id}"), json!({"config_schema": fields})).await.expect(200);
    let path = format!("/v1/tools/{id}/test");
    let tested = house.post(&path, json!({"arguments": {"note": "x"}})).await.expect(200);
    assert_eq!((&tested["ok"], &tested["message"]), (&json!(false), &json!("tool is not configured")));
    let body = json!({"arguments": {"note": "x"}, "config": {"board": "main"}});
    assert_eq!(house.post(&path, body).await.expect(200)["ok"], true);
    let sent: Value = serde_json::from_slice(&receiver.requests()[0].body).unwrap();
    assert_eq!(sent["config"], json!({"board": "main"}));
    let body = json!({"arguments": {"note": "x"}, "config": {"board": "main", "token": "in clear"}});
    let tested = house.post(&path, body).await.expect(200);
    assert_eq!(tested["ok"], false, "{tested}");
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn tools_that_run_elsewhere_say_so() {
    let house = House::open().await;
    let client = text(&house.tool(json!({"name": "c"})).await, "id");
    for id in [client.as_str(), "tool_prebuilt_end_call"] {
        let path = format!("/v1/tools/{id}/test");
        let looked = house.post(&path, json!({})).await.expect(200);
        assert_eq!(looked["ok"], true, "{looked}");
        assert!(text(&looked, "message").contains("the connected app"), "{looked}");
        let called = house.post(&path, json!({"arguments": {}})).await.expect(200);
        assert_eq!((&called["ok"], &called["message"]), (&json!(false), &json!("runs on the connected app")));
    }
    let path = "/v1/tools/tool_prebuilt_datetime/test";
    let looked = house.post(path, json!({})).await.expect(200);
    assert_eq!(
        (&looked["ok"], &looked["message"]),
        (&json!(true), &json!("configuration is valid; this server runs it"))
    );
    let called = house.post(path, json!({"arguments": {"timezone": "UTC"}})).await.expect(200);
    assert_eq!((&called["ok"], &called["result"]["timezone"]), (&json!(true), &json!("UTC")));
    assert_eq!((&called["tool_id"], &called["name"]), (&json!("tool_prebuilt_datetime"), &json!("datetime")));
    let parked = house
        .tool(json!({"name": "p", "execution": "server", "webhook_url": "https://app.example.com/"}))
        .await;
    let path = format!("/v1/tools/{}", text(&parked, "id"));
    house.post(&path, json!({"webhook_url": null})).await.expect(200);
    for body in [json!({}), json!({"arguments": {}})] {
        let tested = house.post(&format!("{path}/test"), body).await.expect(200);
        assert_eq!((&tested["ok"], &tested["message"]), (&json!(false), &json!("tool has no webhook_url")));
    }
}

#[tokio::test]
async fn failures_are_answers() {
    let receiver = TestServer::start(|_| Reply::status(503, r#"{"message":"closed"}"#)).await;
    let house = Arc::new(House::reaching(&receiver).await);
    let made =
        house.tool(json!({"name": "t", "webhook_url": receiver.url("/"), "side_effect": "action"})).await;
    let path = format!("/v1/tools/{}/test", text(&made, "id"));
    let tested = house.post(&path, json!({"arguments": {}})).await.expect(200);
    assert_eq!(
        (&tested["ok"], &tested["message"], &tested["status_code"]),
        (&json!(false), &json!("HTTP 503: closed"), &json!(503))
    );
    assert_eq!(tested["result"], json!({"error": "HTTP 503: closed", "done": "unknown"}));
    let nowhere = house.tool(json!({"name": "n", "webhook_url": "https://nobody.example.com/"})).await;
    let tested = house.post(&format!("/v1/tools/{}/test", text(&nowhere, "id")), json!({})).await.expect(200);
    assert_eq!(tested["ok"], false, "a host that does not resolve is said here: {tested}");
}
