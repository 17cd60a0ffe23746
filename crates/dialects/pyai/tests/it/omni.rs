//! Tokens for Omni sessions and the project's signing secret.

use http::Method;
use serde_json::{Value, json};

use crate::house::{House, text};

#[tokio::test]
async fn a_token_is_minted_and_kept_by_its_hash() {
    let house = House::open().await;
    let body = json!({"allowed_origins": ["https://app.example.com"], "session_label": "agent_7f3a0b12", "other": 1});
    let before = hookswitch_model::Stamp::now().micros() / 1000;
    let made = house.post("/v1/omni/sessions", body).await.expect(200);
    let token = text(&made, "token");
    assert!(token.starts_with("hs_live_sess_"), "{token}");
    assert!(
        token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
        "fits a subprotocol: {token}"
    );
    let expires = made["expires_at"].as_i64().unwrap();
    assert!((expires - before - 60_000).abs() < 10_000, "milliseconds: {expires}");
    assert_eq!(made["url"], "wss://tools.example.com/pyai/v1/omni?format=pcm16&rate=24000");
    assert_eq!((&made["object"], &made["session_label"]), (&json!("omni.session"), &json!("agent_7f3a0b12")));
    let found = house.registry().access_token(&token).await.unwrap();
    assert_eq!(found.minted_by, house.caller.key.id);
    assert_eq!(found.origins, ["https://app.example.com"]);
    let refused = house.send_as(&token, Method::GET, "/v1/tools", None).await;
    refused.gateway(401, "authentication_error", "unauthorized");
    let plain = house
        .post("/v1/omni/sessions", json!({"allowed_origins": ["https://a.example.com"]}))
        .await
        .expect(200);
    assert_eq!(plain["session_label"], Value::Null);
}

#[tokio::test]
async fn what_a_token_may_be_is_checked() {
    let house = House::open().await;
    let origins = json!(["https://app.example.com"]);
    for (body, param) in [
        (json!({}), "allowed_origins"),
        (json!({"allowed_origins": []}), "allowed_origins"),
        (json!({"allowed_origins": null}), "allowed_origins"),
        (json!({"allowed_origins": "https://a.example.com"}), "allowed_origins"),
        (json!({"allowed_origins": ["*"]}), "allowed_origins"),
        (json!({"allowed_origins": ["https://a.example.com/x"]}), "allowed_origins"),
        (json!({"allowed_origins": vec!["https://a.example.com"; 51]}), "allowed_origins"),
        (json!({"allowed_origins": origins, "ttl_seconds": 0}), "ttl_seconds"),
        (json!({"allowed_origins": origins, "ttl_seconds": 601}), "ttl_seconds"),
        (json!({"allowed_origins": origins, "session_label": "x".repeat(257)}), "session_label"),
        (json!({"allowed_origins": origins, "session_label": "a\u{7}"}), "session_label"),
    ] {
        house.post("/v1/omni/sessions", body).await.problem(400, "invalid_request", Some(param));
    }
    let most = json!({"allowed_origins": vec!["https://a.example.com"; 50], "ttl_seconds": 600, "session_label": "x".repeat(256)});
    house.post("/v1/omni/sessions", most).await.expect(200);
}

#[tokio::test]
async fn the_signing_secret_is_shown_once() {
    let house = House::open().await;
    let path = "/v1/webhooks/signing-secret";
    let none = house.get(path).await.expect(200);
    assert_eq!(none, json!({"object": "webhook_signing_secret", "configured": false, "last4": null}));
    let made = house.post(path, json!({})).await.expect(200);
    let secret = text(&made, "secret");
    assert!(secret.starts_with("whsec_") && secret.len() == 50);
    assert_eq!((&made["configured"], &made["last4"]), (&json!(true), &json!(secret[46..])));
    let shown = house.get(path).await.expect(200);
    assert_eq!(shown, json!({"object": "webhook_signing_secret", "configured": true, "last4": secret[46..]}));
    let second = text(&house.send(Method::POST, path, None).await.expect(200), "secret");
    let project = house.caller.key.project;
    let opened = house.registry().open_project_signing_secrets(house.scope(), project).await.unwrap();
    let opened: Vec<&str> = opened.iter().map(secrecy::ExposeSecret::expose_secret).collect();
    assert_eq!(opened, [second.as_str(), secret.as_str()], "a day of overlap");
}
