//! Header values: sealed at rest, shown by right and name.

use hookswitch_model::Mode;
use hookswitch_model::key::Permission;
use hookswitch_model::secret::Sealable;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn every_value_is_sealed() {
    let house = House::open().await;
    let headers = json!({"Authorization": "Bearer s3cr3t", "Content-Type": "application/json"});
    let id = house.tool(house.webhook(json!({ "endpoint_headers": headers }))).await;
    let stored = house.stored(&id).await.draft;
    let values: Vec<&Sealable> = stored.webhook.as_ref().unwrap().headers.values().collect();
    assert!(values.iter().all(|value| matches!(value, Sealable::Sealed { .. })), "{values:?}");
    assert!(!serde_json::to_string(&stored).unwrap().contains("s3cr3t"));
}

#[tokio::test]
async fn values_of_secret_names_are_for_keys_that_may_read_them() {
    let house = House::open().await;
    let headers = json!({"Authorization": "a", "Cookie": "b", "X-Api-Key": "c", "My-Secret": "d", "Auth-X": "e",
        "X-Token": "f", "Password": "g", "Proxy-Authorization": "h", "Idempotency-Key": "i", "Accept": "j"});
    let id = house.tool(house.webhook(json!({ "endpoint_headers": headers }))).await;
    assert_eq!(house.shown(&id).await["endpoint_headers"], headers);
    let key = house.key_with(&[Permission::ToolsRead, Permission::ToolsWrite], Mode::Live).await;
    let path = format!("/v1/tools/{id}");
    let shown = house.send(&key, "GET", &path, None).await.ok()["tool"]["endpoint_headers"].clone();
    for (name, value) in shown.as_object().unwrap() {
        let is_open = matches!(name.as_str(), "Idempotency-Key" | "Accept");
        assert_eq!(*value == json!("[REDACTED]"), !is_open, "{name}");
    }
    let listed = house.send(&key, "GET", "/v1/tools", None).await.ok();
    assert_eq!(listed["tools"][0]["endpoint_headers"], shown);
    // Written back, they keep what is stored; another value takes their place.
    let mut back = shown.clone();
    back["Accept"] = json!("other");
    let body = json!({ "endpoint_headers": back }).to_string().into_bytes();
    house.send(&key, "PATCH", &path, Some(body)).await.ok();
    let after = house.shown(&id).await["endpoint_headers"].clone();
    assert_eq!((&after["X-Api-Key"], &after["Accept"]), (&json!("c"), &json!("other")));
}

#[tokio::test]
async fn a_placeholder_without_a_value_is_refused() {
    let house = House::open().await;
    let body =
        house.webhook(json!({"endpoint_headers": {"Authorization": "[REDACTED]", "X-Plain": "[REDACTED]"}}));
    let keys = house.post("/v1/tools", body).await.refused(400);
    assert_eq!(keys, ["endpoint_headers.Authorization", "endpoint_headers[\"X-Plain\"]"]);
}

#[tokio::test]
async fn values_are_sent_literally() {
    let house = House::open().await;
    let headers = json!({"Authorization": "Bearer {{secret.x}}", "X-Plain": "{{input.a}} ${A} {b}"});
    let id = house.tool(house.webhook(json!({ "endpoint_headers": headers }))).await;
    house.run(&id, "book", json!({})).await;
    let sent = &house.receiver.requests()[0];
    assert_eq!(sent.header("authorization"), Some("Bearer {{secret.x}}"));
    assert_eq!(sent.header("x-plain"), Some("{{input.a}} ${A} {b}"));
    assert_eq!(house.shown(&id).await["endpoint_headers"], headers);
}
