//! Session and conversation tokens.

use std::time::Duration;

use hookswitch_registry::NewAccessToken;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::house::{House, KEY};

async fn minted(house: &House, path: &str, body: Value, field: &str) -> String {
    let answer = house.post(path, body).await.ok();
    assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
    assert!(answer["expires_at"].as_str().unwrap().ends_with('Z'));
    answer[field].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn session_tokens() {
    let house = House::open().await;
    let token = minted(&house, "/v1/auth/session_token", json!({"ttl_seconds": 60}), "session_token").await;
    assert!(token.starts_with("ph_session_"));
    let opened = house.registry().access_token(&token).await.unwrap();
    assert_eq!((opened.project, opened.agent, opened.org), (house.project, None, house.scope.org));
    assert_eq!(opened.expires_at.since(opened.created_at), Duration::from_mins(1));
    // The body is optional.
    let answer = house.send(KEY, "POST", "/v1/auth/session_token", None).await.ok();
    assert_ne!(answer["session_token"], token);
    for wrong in [json!(59), json!(3601), json!("60")] {
        let answer = house.post("/v1/auth/session_token", json!({ "ttl_seconds": wrong })).await;
        assert_eq!(answer.refused(400), ["ttl_seconds"]);
    }
}

#[tokio::test]
async fn conversation_tokens() {
    let house = House::open().await;
    let agent = house.post("/v1/agents", json!({"name": "desk"})).await.expect(201);
    let path = "/v1/auth/conversation_token";
    let token = minted(&house, path, json!({"agent_id": agent["id"]}), "conversation_token").await;
    assert!(token.starts_with("ph_conversation_"));
    let opened = house.registry().access_token(&token).await.unwrap();
    assert_eq!(format!("agent_{}", opened.agent.unwrap().uuid()), agent["id"].as_str().unwrap());
    assert_eq!(opened.expires_at.since(opened.created_at), Duration::from_secs(30));
    for (body, keys) in [
        (json!({}), vec!["agent_id"]),
        (json!({"agent_id": agent["id"], "ttl_seconds": 61}), vec!["ttl_seconds"]),
    ] {
        assert_eq!(house.post(path, body).await.refused(400), keys);
    }
    for unknown in ["agent_12cf6e88-c254-4d3e-a149-ddf1bdd2254c", "desk"] {
        let answer = house.post(path, json!({ "agent_id": unknown })).await;
        assert_eq!(answer.message(), "Agent not found");
        answer.refused(404);
    }
    house.post("/v1/agents/desk/disable", json!({})).await.ok();
    house.post(path, json!({"agent_id": agent["id"]})).await.refused(409);
}

#[tokio::test]
async fn tokens_do_nothing_on_rest() {
    let house = House::open().await;
    let token = minted(&house, "/v1/auth/session_token", json!({}), "session_token").await;
    let body = || Some(b"{}".to_vec());
    for (method, path, message) in [
        ("POST", "/v1/tools", "Agent authentication cannot create tools"),
        ("POST", "/v1/auth/session_token", "Only API keys can be used to create session tokens"),
        ("POST", "/v1/auth/conversation_token", "Only API keys can be used to create conversation tokens"),
    ] {
        let answer = house.send(&token, method, path, body()).await;
        assert_eq!(answer.message(), message);
        assert!(answer.refused(403).is_empty());
        // The same with a key of the request.
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", "k")];
        house.send_with(&headers, method, path, body()).await.refused(403);
    }
    house.send(&token, "GET", "/v1/tools", None).await.refused(403);
    house.send(&format!("{token}x"), "GET", "/v1/tools", None).await.refused(401);
    house.send("ph_conversation_", "POST", "/v1/tools", body()).await.refused(401);
}

#[tokio::test]
async fn tokens_are_stored_as_hashes_and_expire() {
    let house = House::open().await;
    let new = NewAccessToken {
        project: house.project,
        agent: None,
        label: None,
        origins: Vec::new(),
        minted_by: house.registry().authenticate(KEY).await.unwrap().key.id,
        valid_for: Duration::ZERO,
    };
    let (token, _) = house.registry().mint_access_token(house.scope, "ph_session_", new).await.unwrap();
    house.send(token.expose_secret(), "GET", "/v1/tools", None).await.refused(401);
}
