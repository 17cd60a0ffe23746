//! Tools: saved, changed, switched, tried.

use http::Method;
use serde_json::{Value, json};

use crate::support::{World, text, webhook};

#[tokio::test]
async fn a_name_is_created_once_and_saved_again() {
    let world = World::new().await;
    let admin = &world.admin;
    let mut body = webhook("pay me", &world.upstream.url("/pay"));
    let path = "/v1/tools/by-name/pay%20me";
    let made = admin.put(path, body.clone()).await.expect(201);
    assert_eq!(
        (&made["created"], &made["changed"], &made["version"]),
        (&json!(true), &json!(true), &json!(1))
    );
    assert!(text(&made, "signing_secret").starts_with("whsec_"));
    let same = admin.put(path, body.clone()).await.expect(200);
    assert_eq!(
        (&same["created"], &same["changed"], &same["version"]),
        (&json!(false), &json!(false), &json!(1))
    );
    assert_eq!(same.get("signing_secret"), None);
    body["timeout_ms"] = json!(900);
    let saved = admin.put(path, body.clone()).await.expect(200);
    assert_eq!(
        (&saved["created"], &saved["changed"], &saved["version"]),
        (&json!(false), &json!(true), &json!(2))
    );
    admin.post("/v1/tools", body).await.problem(409, "name_taken");
}

#[tokio::test]
async fn patches_change_what_they_name() {
    let world = World::new().await;
    let path = format!("/v1/tools/{}", world.tool);
    let admin = &world.admin;
    let change = json!({"timeout_ms": 700, "tags": ["a"], "webhook": {"headers": {"x-a": "1"}}});
    let saved = admin.patch(&path, change).await.expect(200);
    assert_eq!((&saved["version"], &saved["definition"]["timeout_ms"]), (&json!(2), &json!(700)));
    assert_eq!(saved["definition"]["webhook"]["method"], "POST");
    let saved = admin.patch(&path, json!({"timeout_ms": null, "enabled": false})).await.expect(200);
    assert_eq!((&saved["version"], &saved["enabled"]), (&json!(3), &json!(false)));
    assert_eq!(saved["definition"].get("timeout_ms"), None);
    // Switching alone saves no version.
    let saved = admin.patch(&path, json!({"enabled": true})).await.expect(200);
    assert_eq!(
        (&saved["version"], &saved["enabled"], &saved["changed"]),
        (&json!(3), &json!(true), &json!(false))
    );
    let stale =
        admin.send_with(Method::PATCH, &path, &[("if-match", "\"1\"")], Some(json!({"tags": []}))).await;
    stale.problem(409, "version_mismatch");
    let fresh =
        admin.send_with(Method::PATCH, &path, &[("if-match", "\"3\"")], Some(json!({"tags": []}))).await;
    assert_eq!(fresh.expect(200)["version"], 4);
    let whole = webhook("book", &world.upstream.url("/other"));
    let stale = admin.send_with(Method::PUT, &path, &[("if-match", "\"1\"")], Some(whole.clone())).await;
    stale.problem(409, "version_mismatch");
    assert_eq!(admin.put(&path, whole).await.expect(200)["version"], 5);
}

#[tokio::test]
async fn versions_are_kept_and_put_back() {
    let world = World::new().await;
    let path = format!("/v1/tools/{}", world.tool);
    world.admin.patch(&path, json!({"timeout_ms": 700})).await.expect(200);
    let list = world.admin.get(&format!("{path}/versions")).await.expect(200);
    let numbers: Vec<&Value> = list["data"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
    assert_eq!(numbers, [&json!(2), &json!(1)]);
    let me = world.admin.get("/v1/me").await.expect(200);
    assert_eq!(list["data"][0]["saved_by"], me["key_id"]);
    let first = world.admin.get(&format!("{path}/versions/1")).await.expect(200);
    assert_eq!(first["definition"].get("timeout_ms"), None);
    let back = world.admin.post(&format!("{path}/rollback"), json!({"version": 1})).await.expect(200);
    assert_eq!((&back["version"], back["definition"].get("timeout_ms")), (&json!(3), None));
    let never = world.admin.post(&format!("{path}/rollback"), json!({"version": 9})).await;
    never.problem(404, "not_found");
}

#[tokio::test]
async fn sealed_values_are_hidden_and_kept() {
    let world = World::new().await;
    let mut body = webhook("secretive", &world.upstream.url("/s"));
    body["webhook"]["headers"] = json!({"authorization": "Bearer tok_very_hidden_1", "x-plain": "open"});
    let made = world.admin.post("/v1/tools", body).await;
    assert!(!made.text().contains("tok_very_hidden_1"));
    let made = made.expect(201);
    let headers = &made["definition"]["webhook"]["headers"];
    assert_eq!(headers, &json!({"authorization": "[REDACTED]", "x-plain": "open"}));
    let path = format!("/v1/tools/{}", text(&made, "id"));
    // What was shown can be sent back as it is: nothing changes, the value stays.
    let shown = world.admin.get(&path).await.expect(200)["definition"].clone();
    assert_eq!(world.admin.put(&path, shown).await.expect(200)["changed"], false);
    world.admin.patch(&path, json!({"timeout_ms": 800})).await.expect(200);
    let tried = world.admin.post(&format!("{path}/test"), json!({"arguments": {"date": "d"}})).await;
    assert!(!tried.text().contains("tok_very_hidden_1"));
    assert_eq!(tried.expect(200)["outcome"], "done");
    let sent = world.upstream.requests().pop().unwrap();
    assert_eq!(sent.header("authorization"), Some("Bearer tok_very_hidden_1"));
}

#[tokio::test]
async fn a_dry_run_shows_and_sends_nothing() {
    let world = World::new().await;
    let path = format!("/v1/tools/{}/test", world.tool);
    let before = world.upstream.requests().len();
    let body = json!({"arguments": {"date": "2026-12-01"}, "dry_run": true});
    let shown = world.admin.post(&path, body).await.expect(200);
    assert_eq!((&shown["dry_run"], &shown["execution_id"]), (&json!(true), &Value::Null));
    assert_eq!(shown["request"]["method"], "POST");
    assert_eq!(shown["request"]["url"], world.upstream.url("/book"));
    assert_eq!(shown["request"]["body"], json!({"date": "2026-12-01"}));
    assert_eq!(world.upstream.requests().len(), before);
    let refused = world.admin.post(&path, json!({"arguments": {}})).await.expect(200);
    assert_eq!(refused["outcome"], "refused");
    assert_eq!(world.upstream.requests().len(), before);
}

#[tokio::test]
async fn disabled_and_deleted_tools_are_refused_at_once() {
    let world = World::new().await;
    let (path, calls) =
        (format!("/v1/tools/{}", world.tool), format!("/v1/sessions/{}/calls", world.session));
    let call = |date: &str| json!({"name": "book", "arguments": {"date": date}});
    world.admin.post(&format!("{path}/disable"), json!({})).await.expect(200);
    let answer = world.admin.post(&calls, call("a")).await.expect(200);
    assert_eq!((&answer["outcome"], answer["code"].is_string()), (&json!("refused"), true));
    world.admin.post(&format!("{path}/enable"), json!({})).await.expect(200);
    assert_eq!(world.admin.post(&calls, call("b")).await.expect(200)["outcome"], "done");
    world.admin.delete(&path).await.expect(204);
    assert_eq!(world.admin.post(&calls, call("c")).await.expect(200)["outcome"], "refused");
    world.admin.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn statistics_follow_outcomes() {
    let world = World::new().await;
    let calls = format!("/v1/sessions/{}/calls", world.session);
    for date in ["a", "b", "b"] {
        world.admin.post(&calls, json!({"name": "book", "arguments": {"date": date}})).await.expect(200);
    }
    world.admin.post(&calls, json!({"name": "book", "arguments": {}})).await.expect(200);
    let stats = world.admin.get(&format!("/v1/tools/{}/stats", world.tool)).await.expect(200);
    assert_eq!(
        (&stats["calls"], &stats["done"], &stats["refused"]),
        (&json!(2), &json!(2), &json!(1)),
        "{stats}"
    );
    assert_eq!(stats["success_rate"], 1.0);
    assert!(stats["p50_ms"].as_f64().unwrap() > 0.0 && stats["last_at"].is_string(), "{stats}");
    let never = world.admin.post("/v1/tools", webhook("never", &world.upstream.url("/n"))).await.expect(201);
    let stats = world.admin.get(&format!("/v1/tools/{}/stats", text(&never, "id"))).await.expect(200);
    assert_eq!(
        (&stats["calls"], &stats["success_rate"], &stats["p50_ms"]),
        (&json!(0), &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_check_saves_nothing() {
    let world = World::new().await;
    let mut body = webhook("book_table", &world.upstream.url("/t"));
    body["webhook"]["method"] = json!("GET");
    let checked = world.admin.post("/v1/tools/check", body).await.expect(200);
    assert_eq!((&checked["valid"], &checked["effect"]), (&json!(true), &json!("read")));
    assert_eq!(checked["findings"][0]["path"], "$.effect");
    assert_eq!(checked["function"]["function"]["name"], "book_table");
    assert_eq!(checked["function"]["function"]["parameters"]["required"], json!(["date"]));
    world.admin.get("/v1/tools/by-name/book_table").await.problem(404, "not_found");
}

#[tokio::test]
async fn tools_live_in_the_project_that_was_named() {
    let world = World::new().await;
    for (name, project) in [("by_name", "support"), ("by_id", world.project.as_str())] {
        let mut body = webhook(name, &world.upstream.url("/p"));
        body["project"] = json!(project);
        assert_eq!(world.admin.post("/v1/tools", body).await.expect(201)["project_id"], json!(world.project));
    }
    let own = world.admin.get("/v1/me").await.expect(200)["project_id"].clone();
    let tool = world.admin.get(&format!("/v1/tools/{}", world.tool)).await.expect(200);
    assert_eq!(tool["project_id"], own);
}
