//! Bad input is answered, never with a 5xx, and leaves nothing behind.

use http::Method;
use serde_json::{Value, json};

use crate::house::{House, text};

fn bodies() -> Vec<Vec<u8>> {
    let deep = format!("{}1{}", "[".repeat(3000), "]".repeat(3000));
    let texts = [
        "",
        "{",
        "nul",
        "[]",
        "7",
        "\"x\"",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{\"name\":1e999}",
        "{\"name\":\"\\ud800\"}",
        "{\"name\":\"\\u0000\"}",
        "{\"name\":{\"a\":[]}}",
        &deep,
        "{\"timeout_ms\":-1,\"name\":\"t\"}",
        "{\"timeout_ms\":1e30,\"name\":\"t\"}",
        "{\"name\":\"t\",\"input_schema\":{\"$ref\":\"#\"}}",
        "{\"name\":\"t\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"pattern\":\"(\"}}}}",
        "{\"name\":\"t\",\"webhook_url\":\"https://\\u0000.example\"}",
        "{\"name\":\"t\",\"auth_header\":\"X\\r\\nY\",\"auth_secret\":\"s\"}",
        "{\"allowed_origins\":[null]}",
        "[{\"tool_id\":\"\\u0000\"}]",
        "[[]]",
        "{\"arguments\":{},\"config\":{\"a\":{\"sealed\":\"x\"}}}",
    ];
    let mut all: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    all.push(b"{\"name\":\"\xff\xfe\"}".to_vec());
    all.push(vec![0; 64]);
    all
}

#[tokio::test]
async fn no_body_and_no_id_breaks_anything() {
    let house = House::open().await;
    let tool =
        text(&house.tool(json!({"name": "kept", "webhook_url": "https://a.example.com/"})).await, "id");
    let agent = house.agent_with(json!([])).await;
    let bearer = format!("Bearer {}", house.key);
    let headers = [("authorization", bearer.as_str())];
    let strange = ["%00", "%ff", "..", "tool_", "tool_prebuilt_", "a%2Fb", "%F0%9F%98%80", &"x".repeat(3000)];
    let mut ids: Vec<&str> = strange.to_vec();
    ids.extend([tool.as_str(), agent.as_str()]);
    for body in bodies() {
        for id in &ids {
            for (method, path) in [
                (Method::POST, "/v1/tools".to_owned()),
                (Method::POST, format!("/v1/tools/{id}")),
                (Method::PATCH, format!("/v1/tools/{id}")),
                (Method::POST, format!("/v1/tools/{id}/test")),
                (Method::POST, "/v1/agents".to_owned()),
                (Method::POST, format!("/v1/agents/{id}")),
                (Method::PUT, format!("/v1/agents/{id}/tools")),
                (Method::POST, "/v1/omni/sessions".to_owned()),
                (Method::POST, "/v1/webhooks/signing-secret".to_owned()),
            ] {
                let reply = house.send_bytes(&headers, method.clone(), &path, body.clone()).await;
                assert!(
                    reply.status < 500,
                    "{method} {path} {:?}: {}",
                    String::from_utf8_lossy(&body),
                    reply.text
                );
                assert!(reply.json().is_object(), "{}", reply.text);
            }
        }
    }
    for id in &ids {
        for path in [format!("/v1/tools/{id}"), format!("/v1/agents/{id}"), format!("/v1/agents/{id}/tools")]
        {
            let reply = house.send_bytes(&headers, Method::GET, &path, Vec::new()).await;
            assert!(reply.status < 500, "{path}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn a_refused_body_writes_nothing() {
    let house = House::open().await;
    let empty = house.get("/v1/tools?kind=custom").await.expect(200);
    for body in bodies() {
        let bearer = format!("Bearer {}", house.key);
        let reply =
            house.send_bytes(&[("authorization", &bearer)], Method::POST, "/v1/tools", body.clone()).await;
        if reply.status == 201 {
            let id = text(&reply.json(), "id");
            house.delete(&format!("/v1/tools/{id}")).await.expect(200);
        } else {
            let body: Value = reply.json();
            assert_eq!(body["status"], 400, "{body}");
        }
    }
    assert_eq!(house.get("/v1/tools?kind=custom").await.expect(200), empty);
}

#[tokio::test]
async fn a_body_counts_whatever_its_content_type_says() {
    let house = House::open().await;
    let bearer = format!("Bearer {}", house.key);
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8"] {
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        let reply = house.send_bytes(&headers, Method::POST, "/v1/agents", br#"{"name":"A"}"#.to_vec()).await;
        assert_eq!(reply.status, 201, "{kind}");
    }
}
