//! `custom_configuration` of assignments (burki: 2.6, 3.12).

use serde_json::{Value, json};

use crate::house::{House, texts};

async fn shown(house: &House, assistant: i64) -> Value {
    let list = house.get(&format!("/api/assistants/{assistant}/tools")).await.expect(200);
    list["tools"][0]["assignment"]["custom_configuration"].clone()
}

#[tokio::test]
async fn it_is_laid_over_the_tool_for_one_assistant() {
    let house = House::new().await;
    let configuration = json!({"endpoint_url": house.url("/base/${id}"), "method": "GET",
        "headers": {"Authorization": "Bearer sk-of-the-tool"}});
    house.tool("t", configuration, texts(&["id"])).await;
    for name in ["plain", "special"] {
        house.assistant(name).await;
    }
    house.assign(1, 1).await;
    let custom =
        json!({"url": house.url("/own/${id}"), "headers": {"X-Api-Key": "sk-of-the-assistant", "X-A": "b"}});
    let body = json!({"tool_ids": [1], "custom_configuration": custom});
    house.post("/api/assistants/2/tools/assign", body).await.expect(200);
    let mut seen = shown(&house, 2).await;
    assert_eq!(seen["headers"], json!({"X-Api-Key": "[REDACTED]", "X-A": "b"}));
    assert_eq!(shown(&house, 1).await, Value::Null);
    for assistant in [1, 2] {
        let session = house.session(assistant).await;
        house.call(session, "t", json!({"id": "7"})).await;
    }
    let requests = house.receiver.requests();
    assert_eq!((requests[0].target.as_str(), requests[1].target.as_str()), ("/base/7", "/own/7"));
    assert_eq!(requests[0].header("authorization"), Some("Bearer sk-of-the-tool"));
    assert_eq!(requests[1].header("authorization"), None);
    assert_eq!(requests[1].header("x-api-key"), Some("sk-of-the-assistant"));
    // What was got can be put back, and what is shown as redacted stays.
    seen["headers"]["X-A"] = json!("c");
    let body = json!({"custom_configuration": seen});
    house.put("/api/assistants/2/tools/1/configure", body).await.expect(200);
    // The rest follows the tool.
    house.patch("/api/v1/tools/1", json!({"method": "POST"})).await.expect(200);
    let session = house.session(2).await;
    house.call(session, "t", json!({"id": "8"})).await;
    let request = house.receiver.requests().pop().unwrap();
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/own/8"));
    assert_eq!(
        (request.header("x-api-key"), request.header("x-a")),
        (Some("sk-of-the-assistant"), Some("c"))
    );
    // The older API leaves it alone, the newer one takes it away.
    house.assign(1, 2).await;
    assert_ne!(shown(&house, 2).await, Value::Null);
    house.put("/api/assistants/2/tools/1/configure", json!({"custom_configuration": null})).await.expect(200);
    assert_eq!(shown(&house, 2).await, Value::Null);
}

#[tokio::test]
async fn the_merged_configuration_must_be_valid() {
    let house = House::new().await;
    house.tool("t", json!({"url": house.url("/x"), "method": "GET"}), texts(&["id"])).await;
    house.assistant("a").await;
    let put = |custom: Value| {
        house.put("/api/assistants/1/tools/1/configure", json!({ "custom_configuration": custom }))
    };
    assert_eq!(put(json!({"method": "BREW"})).await.detail(400), "Invalid HTTP method: BREW");
    let refused = put(json!({"url": "http://169.254.169.254/"})).await.detail(400);
    assert!(refused.starts_with("URL not allowed: "), "{refused}");
    let wrong = put(json!({"timeout": "soon"})).await.expect(422);
    assert_eq!(wrong["detail"][0]["loc"], json!(["body", "custom_configuration", "timeout"]));
    let absent = put(json!({"headers": {"X-Key": "[REDACTED]"}})).await.detail(400);
    assert_eq!(absent, "No stored value for custom_configuration.headers.X-Key");
    assert_eq!(house.get("/api/assistants/1/tools").await.expect(200)["tools"], json!([]));
    put(json!({"timeout_seconds": 3, "follow_redirects": false})).await.expect(200);
    assert_eq!(shown(&house, 1).await, json!({"timeout_seconds": 3, "follow_redirects": false}));
}

#[tokio::test]
async fn a_session_keeps_it_over_a_restart() {
    let house = House::new().await;
    house.tool("t", json!({"url": house.url("/base")}), texts(&[])).await;
    house.assistant("a").await;
    let custom = json!({"custom_configuration": {"url": house.url("/own")}});
    house.put("/api/assistants/1/tools/1/configure", custom).await.expect(200);
    let session = house.session(1).await;
    let stored = house.registry().store().get_session(house.scope, session).await.unwrap();
    assert!(!stored.tools[0].changes.is_empty());
    // Cleared afterwards: the session goes on with what it started with.
    house.put("/api/assistants/1/tools/1/configure", json!({})).await.expect(200);
    house.call(session, "t", json!({})).await;
    assert_eq!(house.receiver.requests()[0].target, "/own");
}
