//! Faults of the public implementation that this one must not have (burki: section 6), as far as they concern
//! definitions and endpoint tools. Others have their tests beside what they are about.

use std::time::{Duration, Instant};

use hookswitch_testkit::Reply;
use serde_json::{Value, json};

use crate::house::{House, endpoint, texts};

#[tokio::test]
async fn a_custom_tool_runs_in_a_live_call_and_the_model_hears_of_it() {
    let house = House::answering(|_| Reply::json(r#"{"status":"shipped"}"#)).await;
    let configuration = json!({"url": house.url("/orders/${parameters.id}"), "method": "GET"});
    let (_, session) = house.ready("order_status", configuration, texts(&["id"])).await;
    let answer = house.call(session, "order_status", json!({"id": "7"})).await;
    assert_eq!(*answer.told, json!({"status": "shipped"}));
    let refused = house.call(session, "order_status", json!({"id": 7})).await;
    assert!(refused.told["error"].is_string(), "{}", refused.told);
    assert_eq!(house.receiver.requests().len(), 1);
}

#[tokio::test]
async fn metadata_addresses_are_refused_at_save_and_at_redirects() {
    let house = House::answering(|request| match request.target.as_str() {
        "/loop" => Reply::redirect(302, "http://127.0.0.1:1/"),
        _ => Reply::redirect(307, "http://169.254.169.254/latest/meta-data"),
    })
    .await;
    for url in [
        "http://169.254.169.254/",
        "http://127.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "http://localhost/",
    ] {
        let refused =
            house.post("/api/v1/tools", endpoint("t", json!({ "url": url }), texts(&[]))).await.detail(400);
        assert!(refused.starts_with("URL not allowed: "), "{url}: {refused}");
        assert!(!refused.contains("169.254"), "{refused}");
    }
    for path in ["/loop", "/metadata"] {
        let body =
            json!({"tool_type": "endpoint", "configuration": {"url": house.url(path), "method": "GET"}});
        let failed = house.post("/api/tools/test", body).await.expect(200);
        assert_eq!(failed["error"], "redirect refused", "{path}");
    }
}

#[tokio::test]
async fn redirects_change_methods_as_they_should() {
    let house = House::answering(|request| match request.target.as_str() {
        "/303" => Reply::redirect(303, "/end"),
        "/302" => Reply::redirect(302, "/end"),
        "/307" => Reply::redirect(307, "/end"),
        _ => Reply::json("{}"),
    })
    .await;
    for (path, method, arrives, body) in [
        ("/303", "POST", "GET", ""),
        ("/302", "PUT", "GET", ""),
        ("/302", "HEAD", "HEAD", ""),
        ("/307", "POST", "POST", r#"{"a":1}"#),
    ] {
        let configuration = json!({"url": house.url(path), "method": method, "request_template": {"a": 1}});
        let configuration =
            if method == "HEAD" { json!({"url": house.url(path), "method": method}) } else { configuration };
        let body_of = json!({"tool_type": "endpoint", "configuration": configuration});
        let done = house.post("/api/tools/test", body_of).await.expect(200);
        assert_eq!(done["success"], true, "{path} {method}: {done}");
        let last = house.receiver.requests().pop().unwrap();
        assert_eq!(
            (last.target.as_str(), last.method.as_str(), last.text().as_str()),
            ("/end", arrives, body)
        );
    }
}

#[tokio::test]
async fn the_servers_environment_is_nobodys() {
    let house = House::new().await;
    for name in ["PATH", "HOME"] {
        let configuration = json!({"url": house.url("/x"), "method": "POST", "request_template": {"v": format!("${{env.{name}}}")}});
        let body = json!({"tool_type": "endpoint", "configuration": configuration});
        let refused = house.post("/api/tools/test", body).await.expect(200);
        assert_eq!(refused["error"], format!("unresolved placeholder ${{env.{name}}}"));
    }
    assert!(house.receiver.requests().is_empty());
}

#[tokio::test]
async fn one_slow_tool_holds_nobody_up() {
    let house = std::sync::Arc::new(
        House::answering(|request| match request.target.as_str() {
            "/slow" => Reply::silence(),
            _ => Reply::json("{}"),
        })
        .await,
    );
    let slow =
        house.ready("slow", json!({"url": house.url("/slow"), "timeout_seconds": 5}), texts(&[])).await.1;
    let quick = house.ready("quick", json!({"url": house.url("/quick")}), texts(&[])).await.1;
    let waiting = std::sync::Arc::clone(&house);
    let held = tokio::spawn(async move { waiting.call(slow, "slow", json!({})).await });
    house.receiver.wait_until(|server| !server.requests().is_empty()).await;
    let started = Instant::now();
    house.call(quick, "quick", json!({})).await;
    assert!(started.elapsed() < Duration::from_secs(2));
    held.abort();
}

#[tokio::test]
async fn gets_answer_what_was_stored() {
    let house = House::new().await;
    let id = house.tool("t", json!({"url": "https://example.com"}), texts(&[])).await;
    house.assistant("a").await;
    house.assign(id, 1).await;
    for path in ["/api/v1/tools/1", "/api/organization/tools/1", "/api/assistants/1/tools"] {
        assert_eq!(house.get(path).await.status, 200, "{path}");
    }
    assert_eq!(house.put("/api/organization/tools/1", json!({"display_name": "New"})).await.status, 200);
}

#[tokio::test]
async fn settings_count() {
    let house = House::answering(|_| Reply::redirect(302, "/elsewhere")).await;
    let configuration = json!({"url": house.url("/x"), "follow_redirects": false, "timeout_seconds": 3});
    let mut body = endpoint("t", configuration, texts(&[]));
    body["retry_attempts"] = json!(7);
    house.post("/api/v1/tools", body).await.expect(200);
    let stored = house.registry().tool_by_number(house.scope, 1).await.unwrap();
    assert_eq!((stored.draft.max_tries, stored.draft.timeout_ms.map(|time| time.0)), (Some(8), Some(3000)));
    let done = house.post("/api/organization/tools/1/test", json!({})).await.expect(200);
    assert_eq!(done["result"]["data"]["status_code"], 302);
    let python = json!({"name": "p", "tool_type": "python", "configuration": null,
        "python_config": {"code": "def f(): pass", "max_memory_mb": 64, "allowed_modules": "json, math"}});
    let made = house.post("/api/v1/tools", python).await.expect(200);
    assert_eq!(made["configuration"]["allowed_modules"], "json, math");
    let stored = house.registry().tool_by_number(house.scope, 2).await.unwrap().draft.python.unwrap();
    assert_eq!(
        (stored.max_memory_mb, stored.allowed_modules),
        (Some(64), vec!["json".to_owned(), "math".to_owned()])
    );
}

#[tokio::test]
async fn a_failed_assignment_drops_none_of_the_others() {
    let house = House::new().await;
    for name in ["one", "two"] {
        house.tool(name, json!({"url": "https://example.com"}), texts(&[])).await;
    }
    house.assistant("a").await;
    house.assign(1, 1).await;
    let body = json!({"tool_ids": [2, 99]});
    house.post("/api/assistants/1/tools/assign", body).await.expect(404);
    let body = json!({"tool_ids": [1, 2], "custom_configuration": {"method": "BREW"}});
    house.post("/api/assistants/1/tools/assign", body).await.expect(400);
    house.patch("/api/v1/assistants/1", json!({"name": "b"})).await.expect(200);
    let list = house.get("/api/assistants/1/tools").await.expect(200);
    let ids: Vec<&Value> = list["tools"].as_array().unwrap().iter().map(|tool| &tool["tool"]["id"]).collect();
    assert_eq!(ids, [&json!(1)]);
}
