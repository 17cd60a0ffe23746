//! Bad input is the caller's: never a 5xx, always an object with `detail`.

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use crate::house::{House, endpoint, texts};

const WRITES: [(Method, &str); 14] = [
    (Method::POST, "/api/v1/tools"),
    (Method::PATCH, "/api/v1/tools/1"),
    (Method::PUT, "/api/v1/tools/1"),
    (Method::POST, "/api/v1/tools/1/assign"),
    (Method::POST, "/api/v1/tools/1/unassign"),
    (Method::POST, "/api/organization/tools"),
    (Method::PUT, "/api/organization/tools/1"),
    (Method::POST, "/api/organization/tools/1/test"),
    (Method::POST, "/api/assistants/1/tools/assign"),
    (Method::PUT, "/api/assistants/1/tools/1/configure"),
    (Method::POST, "/api/tools/test"),
    (Method::POST, "/api/v1/assistants"),
    (Method::PATCH, "/api/v1/assistants/1"),
    (Method::PUT, "/api/v1/assistants/1"),
];

async fn house() -> House {
    let house = House::new().await;
    house.tool("t", json!({"url": house.url("/x")}), texts(&["id"])).await;
    house.assistant("a").await;
    house
}

async fn send(house: &House, method: Method, path: &str, body: impl Into<Bytes>) -> Value {
    let authorization = format!("Bearer {}", house.key);
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let answer = house.send_bytes(&headers, method.clone(), path, body.into()).await;
    assert!((200..500).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.body);
    answer.body
}

#[tokio::test]
async fn bodies_that_are_no_json() {
    let house = house().await;
    for (method, path) in WRITES {
        for body in ["", "{", "[1,", "nul", "\"\\ud800\"", "{\"a\":1,\"a\":2}", "\u{0}"] {
            let answer = send(&house, method.clone(), path, body).await;
            let style = if path.starts_with("/api/v1/") { "value_error" } else { "" };
            let kind = answer["detail"][0]["type"].as_str().unwrap_or_default();
            assert!(kind.starts_with(style) && !kind.is_empty(), "{method} {path} {body}: {answer}");
        }
        let invalid = send(&house, method, path, &b"\xff\xfe"[..]).await;
        assert!(invalid["detail"].is_array(), "{invalid}");
    }
    let v2 = send(&house, Method::POST, "/api/tools/test", "{").await;
    assert_eq!(
        (&v2["detail"][0]["loc"], &v2["detail"][0]["type"]),
        (&json!(["body", 0]), &json!("json_invalid"))
    );
    let v1 = send(&house, Method::POST, "/api/v1/tools", "").await;
    assert_eq!(
        v1,
        json!({"detail": [{"loc": ["body"], "msg": "field required", "type": "value_error.missing"}]})
    );
}

#[tokio::test]
async fn bodies_of_wrong_form() {
    let house = house().await;
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    for (method, path) in WRITES {
        for body in ["null", "7", "\"x\"", "[]", "[{}]", "true", deep.as_str()] {
            send(&house, method.clone(), path, body.to_owned()).await;
        }
        for member in [
            "name",
            "display_name",
            "description",
            "tool_type",
            "configuration",
            "function_definition",
            "parameters",
            "is_active",
            "is_public",
            "timeout_seconds",
            "retry_attempts",
            "http_config",
            "python_config",
            "lambda_config",
            "assistant_ids",
            "assistant_id",
            "tool_ids",
            "enabled",
            "custom_configuration",
            "context_variables",
            "test_parameters",
            "phone_numbers",
            "tools_settings",
            "llm_settings",
            "url",
            "headers",
        ] {
            for value in
                [json!(7), json!("x\u{0}y"), json!([1, {}]), json!({"a": [null]}), json!(-1e300), json!(true)]
            {
                send(&house, method.clone(), path, json!({ (member): value }).to_string()).await;
            }
        }
    }
}

#[tokio::test]
async fn hostile_configurations() {
    let house = house().await;
    let long = "x".repeat(300_000);
    for configuration in [
        json!({ "url": long }),
        json!({"url": "https://example.com", "headers": {"bad name": "x"}}),
        json!({"url": "https://example.com", "headers": {"A": "x\r\ny"}}),
        json!({"url": "https://example.com", "headers": {"A": "\u{0}"}}),
        json!({"url": "https://example.com", "headers": "not json"}),
        json!({"url": "ftp://example.com"}),
        json!({"url": "https://"}),
        json!({"url": "https://example.com/../x"}),
        json!({"url": "https://example.com", "request_template": {"a": "${a..b}"}, "method": "POST"}),
        json!({"url": "https://example.com", "response_mapping": {"a": ""}}),
        json!({"url": "https://example.com", "response_mapping": {"a": "a..b"}}),
        json!({ "url": "https://example.com", "own": long.repeat(2) }),
        json!({"url": "https://[::1]/"}),
        json!({"url": "https://example.com:22/"}),
        json!({"url": "https://exa mple.com/"}),
        json!({"url": "https://2130706433/"}),
    ] {
        for path in ["/api/v1/tools", "/api/tools/test"] {
            let mut body = endpoint("new", configuration.clone(), texts(&[]));
            body["configuration"]["method"] =
                configuration.get("method").cloned().unwrap_or_else(|| json!("GET"));
            let answer = send(&house, Method::POST, path, body.to_string()).await;
            let is_refused = answer.get("detail").is_some() || answer["success"] == false;
            assert!(is_refused, "{}: {answer}", configuration.to_string().get(..80).unwrap_or_default());
        }
    }
    let body = format!("{{\"name\":\"{}\"}}", "x".repeat(1024 * 1024));
    let large = send(&house, Method::POST, "/api/v1/tools", body).await;
    assert_eq!(large, json!({"detail": "Request body too large"}));
}

#[tokio::test]
async fn odd_paths_and_queries() {
    let house = house().await;
    for path in [
        "/api/v1/tools/99999999999999999999",
        "/api/v1/tools/-1",
        "/api/v1/tools/1.5",
        "/api/v1/tools/%00",
        "/api/v1/tools/%ff",
        "/api/v1/tools?page=99999999999999999999",
        "/api/v1/tools?search=%00",
        "/api/v1/tools?%ff=1",
        "/api/v1/tools?page=4294967295",
        "/api/organization/tools?per_page=",
        "/api/v1/assistants?skip=9223372036854775807",
        "/api/v1/assistants/by-phone/%00",
        "/api/assistants/1/tool-executions?tool_id=x",
        "/api/v1/tools?tool_type=",
        "/api/calls/0/tool-executions",
        "/api/organization/tools/1/logs?limit=0",
    ] {
        send(&house, Method::GET, path, "").await;
    }
}
