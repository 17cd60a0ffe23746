//! Tests of tools (burki: 2.7, 3.3).

use std::time::{Duration, Instant};

use hookswitch_testkit::{Reply, Step};
use serde_json::{Value, json};

use crate::house::{House, endpoint, texts};

async fn house() -> House {
    House::answering(|request| match request.target.split('?').next().unwrap_or_default() {
        "/fail" => Reply::with(500, &[("content-type", "application/json")], r#"{"error":{"code":7}}"#),
        "/list" => Reply::with(422, &[("content-type", "application/json")], "[1]"),
        "/plain" => Reply::ok("hello"),
        "/empty" => Reply::with(204, &[], ""),
        "/slow" => Reply::silence(),
        "/drip" => Reply::steps(vec![
            Step::Write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".into()),
            Step::DripForever("x".into(), Duration::from_millis(100)),
        ]),
        "/huge" => Reply::json(&format!("\"{}\"", "x".repeat(2 * 1024 * 1024))),
        "/reset" => Reply::reset(),
        _ => Reply::json(r#"{"data":{"id":7},"note":"secret-value-of-ours"}"#),
    })
    .await
}

async fn test(house: &House, path: &str, method: &str) -> Value {
    let name = format!("t{}{method}", path.replace(['/', '?'], "_"));
    let configuration = json!({"url": house.url(path), "method": method, "timeout_seconds": 1});
    let id = house.tool(&name, configuration, texts(&[])).await;
    house.post(&format!("/api/organization/tools/{id}/test"), json!({})).await.expect(200)
}

#[tokio::test]
async fn a_success_has_the_executors_result() {
    let house = house().await;
    house.secret("TOKEN", "secret-value-of-ours").await;
    let configuration =
        json!({"url": house.url("/ok/${id}?t=${env.TOKEN}"), "response_mapping": {"id": "data.id"}});
    house.tool("t", configuration, texts(&["id"])).await;
    let body = json!({"parameters": {"id": "a/b"}, "context_variables": null});
    let done = house.post("/api/organization/tools/1/test", body).await.expect(200);
    let url = house.url("/ok/a%2Fb?t=[REDACTED]");
    assert_eq!((&done["success"], &done["message"]), (&json!(true), &json!("Tool executed successfully")));
    assert_eq!(
        done["result"]["data"],
        json!({"status_code": 200, "response": {"data": {"id": 7}, "note": "[REDACTED]"}, "url": url, "method": "GET"})
    );
    assert_eq!(done["result"]["message"], format!("Successfully called GET {url}"));
    assert!(done["result"]["timestamp"].is_f64() && done["duration_ms"].is_u64());
    let refused = house.post("/api/organization/tools/1/test", json!({})).await.expect(200);
    assert_eq!(refused["error"], "missing required parameter \"id\"");
    assert_eq!(house.receiver.requests().len(), 1);
}

#[tokio::test]
async fn every_kind_of_answer_is_read() {
    let house = house().await;
    let plain = test(&house, "/plain", "GET").await;
    assert_eq!(plain["result"]["data"]["response"], json!({"text": "hello"}));
    assert_eq!(test(&house, "/empty", "POST").await["success"], true);
    let failed = test(&house, "/fail", "POST").await;
    assert_eq!((&failed["success"], &failed["error"]), (&json!(false), &json!("HTTP 500: {\"code\":7}")));
    assert_eq!(failed["message"], "Tool execution failed: HTTP 500: {\"code\":7}");
    assert_eq!(failed["result"]["data"]["status_code"], 500);
    let list = test(&house, "/list", "GET").await;
    assert_eq!(list["error"], "HTTP 422: Unprocessable Entity");
    assert_eq!(test(&house, "/huge", "GET").await["error"], "Response too large");
    assert_eq!(test(&house, "/reset", "GET").await["error"], "Connection error: reset");
}

#[tokio::test]
async fn the_budget_covers_the_whole_exchange() {
    let house = house().await;
    for path in ["/slow", "/drip"] {
        let started = Instant::now();
        let failed = test(&house, path, "GET").await;
        assert!(started.elapsed() < Duration::from_secs(3), "{path}");
        assert_eq!(failed["success"], false);
        assert_eq!(failed["error"], "Request timeout after 1 seconds", "{path}");
    }
}

#[tokio::test]
async fn unsaved_definitions_are_tried() {
    let house = house().await;
    let body = json!({"tool_type": "endpoint", "test_parameters": {"id": 7},
        "configuration": {"url": house.url("/ok/${parameters.id}"), "method": "POST",
            "headers": {"Authorization": "Bearer sk-literal-of-test", "X-From": "${phone_number}"}},
        "context_variables": {"phone_number": "+15550100", "call_id": 9}});
    let done = house.post("/api/tools/test", body).await.expect(200);
    assert_eq!(
        (&done["success"], &done["message"]),
        (&json!(true), &json!("Tool test completed successfully"))
    );
    assert!(!done.to_string().contains("sk-literal"), "{done}");
    let request = house.receiver.requests().remove(0);
    assert_eq!((request.target.as_str(), request.text().as_str()), ("/ok/7", "{}"));
    assert_eq!(request.header("authorization"), Some("Bearer sk-literal-of-test"));
    assert_eq!(request.header("x-from"), Some("+15550100"));
    let unknown =
        house.post("/api/tools/test", json!({"tool_type": "nope", "configuration": {}})).await.expect(200);
    assert_eq!(
        unknown,
        json!({"success": false, "error": "Unknown tool type: nope", "message": "Tool test failed: Unknown tool type: nope"})
    );
    for (configuration, start) in [
        (json!({"method": "GET"}), "Missing required field for endpoint tool: url"),
        (json!({"url": "http://10.0.0.1/", "method": "GET"}), "URL not allowed: "),
        (
            json!({"url": "https://example.com", "method": "GET", "headers": {"X-Key": "[REDACTED]"}}),
            "No stored value for configuration.headers.X-Key",
        ),
    ] {
        let body = json!({"tool_type": "endpoint", "configuration": configuration});
        let refused = house.post("/api/tools/test", body).await.expect(200);
        assert!(refused["error"].as_str().unwrap().starts_with(start), "{refused}");
    }
    let missing = house.post("/api/tools/test", json!({})).await.expect(422);
    assert_eq!(missing["detail"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn without_a_sandbox_code_says_so() {
    let house = house().await;
    let configuration = json!({"python_code": "def f():\n    return 1"});
    let mut body = endpoint("python_function", configuration.clone(), texts(&[]));
    body["tool_type"] = json!("python_function");
    let made = house.post("/api/organization/tools", body).await.expect(200);
    let path = format!("/api/organization/tools/{}/test", made["tool"]["id"]);
    let stored = house.post(&path, json!({})).await.expect(200);
    let unsaved = json!({"tool_type": "python_function", "configuration": configuration});
    for answer in [stored, house.post("/api/tools/test", unsaved).await.expect(200)] {
        assert_eq!(
            (&answer["success"], &answer["error"]),
            (&json!(false), &json!("this server runs no Python code"))
        );
    }
}

#[tokio::test]
async fn tests_leave_no_trace_in_logs_and_counters() {
    let house = house().await;
    house.tool("t", json!({"url": house.url("/ok")}), texts(&[])).await;
    house.patch("/api/v1/tools/1", json!({"is_active": false})).await.expect(200);
    let done = house.post("/api/organization/tools/1/test", json!({})).await.expect(200);
    assert_eq!(done["success"], true);
    assert_eq!(house.get("/api/organization/tools/1/logs").await.expect(200)["logs"], json!([]));
    let shown = house.get("/api/organization/tools/1").await.expect(200)["tool"].clone();
    assert_eq!((&shown["execution_count"], &shown["recent_executions"]), (&json!(0), &json!([])));
    let absent = house.post("/api/organization/tools/9/test", json!({})).await.detail(404);
    assert_eq!(absent, "Tool with ID 9 not found");
    let wrong = house.post("/api/organization/tools/1/test", json!({"parameters": []})).await.expect(422);
    assert_eq!(wrong["detail"][0]["loc"], json!(["body", "parameters"]));
}
