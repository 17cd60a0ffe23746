//! `Idempotency-Key` on writes.

use hookswitch_testkit::{Reply as Answer, TestServer as Upstream};
use http::Method;
use serde_json::{Value, json};

use crate::support::{Client, Reply, Setup, World, text, webhook};

async fn keyed(client: &Client, key: &str, path: &str, body: &Value) -> Reply {
    client.send_with(Method::POST, path, &[("idempotency-key", key)], Some(body.clone())).await
}

#[tokio::test]
async fn the_same_key_gets_the_same_answer_with_its_secrets() {
    let world = World::new().await;
    let body = webhook("keyed", &world.upstream.url("/book"));
    let first = keyed(&world.admin, "k1", "/v1/tools", &body).await;
    let again = keyed(&world.admin, "k1", "/v1/tools", &body).await;
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_ne!(first.header("x-request-id"), again.header("x-request-id"));
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(first.body, again.body);
    let tool = first.expect(201);
    assert!(text(&tool, "signing_secret").starts_with("whsec_"));
    assert_eq!(again.expect(201), tool);
    let key = keyed(&world.admin, "k2", "/v1/keys", &json!({"name": "k"})).await.expect(201);
    assert_eq!(keyed(&world.admin, "k2", "/v1/keys", &json!({"name": "k"})).await.expect(201), key);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    let world = World::new().await;
    keyed(&world.admin, "k", "/v1/agents", &json!({"name": "A"})).await.expect(201);
    let other = keyed(&world.admin, "k", "/v1/agents", &json!({"name": "B"})).await;
    other.problem(409, "idempotency_conflict");
    let elsewhere = keyed(&world.admin, "k", "/v1/projects", &json!({"name": "A"})).await;
    elsewhere.problem(409, "idempotency_conflict");
    // Keys of different callers have nothing to do with each other.
    let colleague = world.key_with(&["tools:read", "tools:write"], "live").await;
    keyed(&colleague, "k", "/v1/agents", &json!({"name": "B"})).await.expect(201);
    let names = world.admin.get("/v1/agents").await.expect(200);
    assert_eq!(names["data"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn what_failed_may_be_sent_again() {
    let world = World::new().await;
    let wrong = json!({"name": "Reception"});
    keyed(&world.admin, "k", "/v1/agents", &wrong).await.problem(409, "name_taken");
    world.admin.delete(&format!("/v1/agents/{}", world.agent)).await.expect(204);
    keyed(&world.admin, "k", "/v1/agents", &wrong).await.expect(201);
    let limited = world.key_with(&["tools:read"], "live").await;
    keyed(&limited, "k", "/v1/agents", &json!({"name": "B"})).await.problem(403, "forbidden");
    keyed(&world.server.nobody(), "k", "/v1/agents", &json!({"name": "B"}))
        .await
        .problem(401, "unauthorized");
}

#[tokio::test]
async fn empty_answers_are_replayed_too() {
    let world = World::new().await;
    let path = format!("/v1/agents/{}", world.agent);
    let headers = [("idempotency-key", "gone")];
    for _ in 0..2 {
        let reply = world.admin.send_with(Method::DELETE, &path, &headers, None).await;
        assert_eq!((reply.status, reply.body.len()), (204, 0));
    }
    world.admin.delete(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_call_that_is_running_is_not_started_twice() {
    let (started, mut has_started) = tokio::sync::mpsc::channel::<()>(4);
    let upstream = Upstream::start(move |_| {
        started.try_send(()).unwrap();
        Answer::json("{}").after(std::time::Duration::from_millis(700))
    })
    .await;
    let server = Setup::reaching(&[upstream.allow_entry()]).start().await;
    let admin = server.admin();
    let mut tool = webhook("slow", &upstream.url("/slow"));
    tool["repeats"] = json!("free");
    admin.post("/v1/tools", tool).await.expect(201);
    let session = admin.post("/v1/sessions", json!({"tools": ["slow"]})).await.expect(201);
    let path = format!("/v1/sessions/{}/calls", text(&session, "id"));
    let body = json!({"name": "slow", "arguments": {"date": "d"}});
    let first = tokio::spawn({
        let (admin, path, body) = (admin.clone(), path.clone(), body.clone());
        async move { keyed(&admin, "k", &path, &body).await.expect(200) }
    });
    has_started.recv().await.unwrap();
    let meanwhile = keyed(&admin, "k", &path, &body).await;
    assert_eq!(meanwhile.header("retry-after"), "1");
    meanwhile.problem(409, "idempotency_in_progress");
    let first = first.await.unwrap();
    assert_eq!(keyed(&admin, "k", &path, &body).await.expect(200), first);
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn a_caller_who_hangs_up_finds_the_answer_later() {
    let (started, mut has_started) = tokio::sync::mpsc::channel::<()>(4);
    let upstream = Upstream::start(move |_| {
        started.try_send(()).unwrap();
        Answer::json(r#"{"done":1}"#).after(std::time::Duration::from_millis(300))
    })
    .await;
    let server = Setup::reaching(&[upstream.allow_entry()]).start().await;
    let admin = server.admin();
    admin.post("/v1/tools", webhook("slow", &upstream.url("/slow"))).await.expect(201);
    let session = admin.post("/v1/sessions", json!({"tools": ["slow"]})).await.expect(201);
    let path = format!("/v1/sessions/{}/calls", text(&session, "id"));
    let body = json!({"name": "slow", "arguments": {"date": "d"}});
    let impatient = tokio::spawn({
        let (admin, path, body) = (admin.clone(), path.clone(), body.clone());
        async move { keyed(&admin, "k", &path, &body).await }
    });
    has_started.recv().await.unwrap();
    impatient.abort();
    loop {
        let reply = keyed(&admin, "k", &path, &body).await;
        if reply.status == 200 {
            assert_eq!(reply.json()["result"], json!({"done": 1}));
            break;
        }
        reply.problem(409, "idempotency_in_progress");
        tokio::task::yield_now().await;
    }
    assert_eq!(upstream.requests().len(), 1);
}
