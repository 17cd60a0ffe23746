//! Keys: who gets in, and what they may do.

use serde_json::json;

use crate::support::{Touches, World, operations, text};

const ALL: [&str; 5] = ["tools:read", "tools:write", "tools:secrets", "sessions", "admin"];

#[tokio::test]
async fn every_operation_wants_its_permission() {
    let world = World::new().await;
    let nobody = world.server.nobody();
    let other_admin = world.other_org().await;
    for needed in ALL {
        let rest: Vec<&str> = ALL.into_iter().filter(|one| *one != needed).collect();
        let client = world.key_with(&rest, "live").await;
        for operation in operations(&world).iter().filter(|one| one.needs == Some(needed)) {
            let reply = client.send(operation.method.clone(), &operation.path, operation.body.clone()).await;
            let problem = reply.problem(403, "forbidden");
            assert!(problem["detail"].as_str().unwrap().contains(needed), "{}: {problem}", operation.id);
        }
    }
    for operation in operations(&world) {
        let reply = nobody.send(operation.method.clone(), &operation.path, operation.body.clone()).await;
        assert!(reply.header("www-authenticate").starts_with("Bearer"), "{}", operation.id);
        reply.problem(401, "unauthorized");
        if operation.touches == Touches::Server {
            let reply = other_admin.send(operation.method.clone(), &operation.path, operation.body).await;
            reply.problem(403, "forbidden");
        }
    }
}

#[tokio::test]
async fn only_whole_valid_keys_get_in() {
    let world = World::new().await;
    let made = world.admin.post("/v1/keys", json!({"name": "k", "permissions": ALL})).await.expect(201);
    let (id, secret) = (text(&made, "id"), text(&made, "secret"));
    assert!(secret.starts_with(&text(&made, "hint")));
    world.server.client(&secret).get("/v1/me").await.expect(200);
    let nobody = world.server.nobody();
    for value in [
        String::new(),
        secret.clone(),
        format!("Basic {secret}"),
        "Bearer ".to_owned(),
        format!("Bearer {}", &secret[..secret.len() - 1]),
        format!("Bearer {secret}x"),
        format!("Bearer {}", "a".repeat(10_000)),
        "Bearer hs_live_0000000000000000000000000000".to_owned(),
    ] {
        let reply = nobody.send_with(http::Method::GET, "/v1/me", &[("authorization", &value)], None).await;
        reply.problem(401, "unauthorized");
    }
    // Two at once: which one counts is nobody's guess.
    let both = [("authorization", format!("Bearer {secret}")), ("authorization", "Bearer x".to_owned())];
    let both: Vec<(&str, &str)> = both.iter().map(|(name, value)| (*name, value.as_str())).collect();
    nobody.send_with(http::Method::GET, "/v1/me", &both, None).await.problem(401, "unauthorized");
    let shown = world.admin.get(&format!("/v1/keys/{id}")).await;
    assert!(!shown.text().contains(&secret[12..]));
    world.admin.post(&format!("/v1/keys/{id}/revoke"), json!({})).await.expect(200);
    world.server.client(&secret).get("/v1/me").await.problem(401, "unauthorized");
}

#[tokio::test]
async fn test_keys_make_no_live_keys() {
    let world = World::new().await;
    let test_admin = world.key_with(&["admin"], "test").await;
    assert_eq!(test_admin.get("/v1/me").await.expect(200)["mode"], "test");
    let reply = test_admin.post("/v1/keys", json!({"name": "k", "mode": "live"})).await;
    reply.problem(403, "forbidden");
    let made = test_admin.post("/v1/keys", json!({"name": "k"})).await.expect(201);
    assert_eq!(made["mode"], "test");
    assert_eq!(made["permissions"], json!(["tools:read", "tools:write", "sessions"]));
}

#[tokio::test]
async fn keys_expire() {
    let world = World::new().await;
    let past = world.admin.post("/v1/keys", json!({"name": "k", "expires_at": "2020-01-01T00:00:00Z"})).await;
    assert_eq!(past.problem(422, "invalid_definition")["errors"][0]["path"], "$.expires_at");
    let later = json!({"name": "k", "expires_at": "2099-01-01T00:00:00Z"});
    let made = world.admin.post("/v1/keys", later).await.expect(201);
    assert_eq!(made["expires_at"], "2099-01-01T00:00:00.000Z");
}
