//! Who the key is.

use hookswitch_model::Mode;
use hookswitch_model::key::Permission;
use http::Method;
use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn the_key_is_shown_as_documented() {
    let house = House::open().await.limited_to(50, 100, 20);
    let me = house.get("/v1/me").await.expect(200);
    let key = &house.caller.key;
    let expected = json!({"object": "identity", "key_id": key.id, "org_id": key.org, "project_id": key.project,
        "env": "live", "environment": "live", "status": "active", "org_status": "active",
        "scopes": ["omni:session"], "expires_at": null, "plan": "self_hosted",
        "limits": {"rps": 50, "burst": 100, "concurrency": 20, "monthly_units": null, "daily_unit_cap": null},
        "credit": {"gated": false, "available_cents": null}, "key_budget_cents": null});
    assert_eq!(me, expected);
    let test = house.key_with(Mode::Test, &[Permission::ToolsRead]).await;
    let me = house.send_as(&test, Method::GET, "/v1/me", None).await.expect(200);
    assert_eq!(
        (&me["env"], &me["environment"], &me["scopes"]),
        (&json!("test"), &json!("test"), &json!(["tools:read"]))
    );
}

#[tokio::test]
async fn the_limits_shown_are_the_limits_held() {
    let house = House::open().await.limited_to(1, 3, 20);
    let me = house.get("/v1/me").await.expect(200);
    assert_eq!((&me["limits"]["rps"], &me["limits"]["burst"]), (&json!(1), &json!(3)));
    for _ in 0..2 {
        house.get("/v1/me").await.expect(200);
    }
    let refused = house.get("/v1/tools").await;
    let header = |name: &str| refused.headers[name].to_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(
        (header("retry-after"), header("x-ratelimit-limit"), header("x-ratelimit-remaining")),
        (1, 3, 0)
    );
    assert!(header("x-ratelimit-reset") > 1_600_000_000);
    refused.gateway(429, "rate_limit_error", "rate_limit_exceeded");
    let other = house.key_with(Mode::Live, &[Permission::ToolsRead]).await;
    house.send_as(&other, Method::GET, "/v1/tools", None).await.expect(200);
    let nobody =
        house.send_as("hs_live_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Method::GET, "/v1/tools", None).await;
    nobody.gateway(401, "authentication_error", "unauthorized");
}

#[tokio::test]
async fn a_repeated_write_counts_once() {
    let house = House::open().await.limited_to(1, 2, 20);
    let body = json!({"name": "log_note", "webhook_url": "https://app.example.com/a"}).to_string();
    let bearer = format!("Bearer {}", house.key);
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "k1")];
    for status in [201, 201, 429] {
        let reply = house.send_bytes(&headers, Method::POST, "/v1/tools", body.clone().into_bytes()).await;
        assert_eq!(reply.status, status, "{}", reply.text);
    }
}

#[tokio::test]
async fn models_and_voices_are_lists() {
    let house = House::open().await;
    let model = json!({"id": "pyai-omni-realtime", "object": "model", "owned_by": "hookswitch",
        "capabilities": ["realtime", "agents", "tools"]});
    assert_eq!(house.get("/v1/models").await.expect(200), json!({"object": "list", "data": [model]}));
    let voices = house.get("/v1/voices?gender=female&region=eu").await.expect(200);
    assert_eq!(voices, json!({"object": "list", "data": Value::Array(Vec::new())}));
}

#[tokio::test]
async fn a_key_may_come_in_either_header() {
    let house = House::open().await;
    let with =
        async |headers: &[(&str, &str)]| house.send_bytes(headers, Method::GET, "/v1/me", Vec::new()).await;
    let bearer = format!("bearer {}", house.key);
    with(&[("authorization", &bearer)]).await.expect(200);
    with(&[("x-api-key", &house.key)]).await.expect(200);
    for headers in [
        &[][..],
        &[("authorization", "Bearer hs_live_nobody0000000000000000000000")],
        &[("authorization", "Basic eDp5")],
        &[("x-api-key", "pyai_live_x")],
        &[("x-api-key", "")],
    ] {
        with(headers).await.gateway(401, "authentication_error", "unauthorized");
    }
}
