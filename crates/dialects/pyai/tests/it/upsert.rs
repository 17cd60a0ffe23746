//! Create or update by name.

use http::Method;
use serde_json::json;

use crate::house::{House, text};

#[tokio::test]
async fn the_same_name_again_updates_in_place_and_keeps_the_secret() {
    let house = House::open().await;
    let first = json!({"name": "sync", "description": "one", "webhook_url": "https://a.example.com/x",
        "auth_secret": "kept", "timeout_ms": 700});
    let made = house.post("/v1/tools", first).await.expect(201);
    let second = json!({"name": "sync", "description": "two", "timeout_ms": null, "status": "disabled"});
    let saved = house.post("/v1/tools", second.clone()).await.expect(200);
    assert_eq!(saved["id"], made["id"]);
    assert!(saved.get("hmac_secret").is_none());
    assert_eq!((&saved["description"], &saved["timeout_ms"]), (&json!("two"), &json!(5000)));
    assert_eq!(
        (&saved["webhook_url"], &saved["has_auth"]),
        (&json!("https://a.example.com/x"), &json!(true))
    );
    assert_eq!(saved["status"], "active", "a status here is ignored");
    let opened =
        house.registry().open_signing_secrets(house.scope(), text(&made, "id").parse().unwrap()).await;
    let opened = opened.unwrap();
    assert_eq!(opened.len(), 1);
    assert_eq!(secrecy::ExposeSecret::expose_secret(&opened[0]), text(&made, "hmac_secret"));
    let again = house.post("/v1/tools", second).await.expect(200);
    assert_eq!(again["updated_at"], saved["updated_at"], "the same again saves nothing");
    house.post("/v1/tools", json!({"description": "no name"})).await.problem(
        400,
        "invalid_request",
        Some("name"),
    );
    house.post("/v1/tools", json!({"name": null})).await.problem(400, "invalid_request", Some("name"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_make_one_tool_and_one_secret() {
    let house = std::sync::Arc::new(House::open().await);
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let house = std::sync::Arc::clone(&house);
            tokio::spawn(async move {
                let body = json!({"name": "raced", "webhook_url": "https://a.example.com/x", "timeout_ms": 1000 + number});
                house.post("/v1/tools", body).await
            })
        })
        .collect();
    let mut secrets = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    for task in tasks {
        let reply = task.await.unwrap();
        let is_new = reply.status == 201;
        let body = reply.expect(if is_new { 201 } else { 200 });
        assert_eq!(body.get("hmac_secret").is_some(), is_new);
        secrets.extend(body.get("hmac_secret").cloned());
        ids.insert(text(&body, "id"));
    }
    assert_eq!((secrets.len(), ids.len()), (1, 1));
}

#[tokio::test]
async fn a_prebuilt_name_is_free_for_own_tools() {
    let house = House::open().await;
    house.tool(json!({"name": "datetime", "description": "our own clock"})).await;
    let list = house.get("/v1/tools").await.expect(200);
    let named: Vec<&serde_json::Value> =
        list["data"].as_array().unwrap().iter().filter(|tool| tool["name"] == "datetime").collect();
    assert_eq!(named.len(), 1, "a look by name finds one tool");
    assert_eq!(named[0]["description"], "our own clock");
    house.get("/v1/tools/tool_prebuilt_datetime").await.expect(200);
}

#[tokio::test]
async fn a_repeated_request_is_answered_again_with_its_secret() {
    let house = House::open().await;
    let headers = [("authorization", format!("Bearer {}", house.key)), ("idempotency-key", "k-1".to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let send = async |body: serde_json::Value| {
        house.send_bytes(&headers, Method::POST, "/v1/tools", body.to_string().into_bytes()).await
    };
    let first = send(json!({"name": "once"})).await.expect(201);
    let second = send(json!({"name": "once"})).await;
    assert_eq!(second.headers["content-type"], "application/json");
    assert_eq!(second.expect(201), first, "the secret too");
    send(json!({"name": "twice"})).await.problem(409, "idempotency_conflict", None);
}
