//! Whatever comes in, nothing of ours breaks.

use hookswitch_testkit::Reply;
use serde_json::{Value, json};

use crate::house::{House, KEY, plain};

const BODIES: [(&str, &str); 13] = [
    ("POST", "/v1/tools"),
    ("PATCH", "/v1/tools/t"),
    ("POST", "/v1/projects"),
    ("PATCH", "/v1/projects/main"),
    ("POST", "/v1/agents"),
    ("PUT", "/v1/agents/upsert"),
    ("PATCH", "/v1/agents/a"),
    ("POST", "/v1/agents/a/enable"),
    ("POST", "/v1/auth/session_token"),
    ("POST", "/v1/auth/conversation_token"),
    ("POST", "/v1/conversations/outbound_call"),
    ("DELETE", "/v1/agents/nobody"),
    ("GET", "/v1/tools"),
];

async fn house() -> House {
    let house = House::answering(|_| Reply::json("{}")).await;
    house.tool(plain("custom_context", json!({"context": "c"}))).await;
    house.post("/v1/agents", json!({"name": "a"})).await.expect(201);
    house
}

#[tokio::test]
async fn malformed_bodies() {
    let house = house().await;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let bodies: Vec<Vec<u8>> = vec![
        b"{".to_vec(),
        b"nothing".to_vec(),
        b"[]".to_vec(),
        b"1".to_vec(),
        b"null".to_vec(),
        b"\"x\"".to_vec(),
        b"{\"name\":\"a\",\"name\":\"b\"}".to_vec(),
        vec![0xff, 0xfe],
        b"\0".to_vec(),
        deep.into_bytes(),
        b"{\"a\":1e999}".to_vec(),
        b"{} {}".to_vec(),
    ];
    for (method, path) in BODIES
        .into_iter()
        .filter(|(method, path)| !matches!(*method, "DELETE" | "GET") && !path.ends_with("enable"))
    {
        for body in &bodies {
            let answer = house.send(KEY, method, path, Some(body.clone())).await;
            assert!(answer.refused(400).is_empty(), "{method} {path} {}", String::from_utf8_lossy(body));
        }
    }
}

#[tokio::test]
async fn wrong_values_are_never_our_fault() {
    let house = house().await;
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!("\u{0}"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"a": {"b": [null]}}),
        json!("x".repeat(100_000)),
        json!([{"name": 1}]),
    ];
    let fields = [
        "name",
        "description",
        "type",
        "execution_mode",
        "parameters",
        "parameter_locations",
        "endpoint_method",
        "endpoint_url",
        "endpoint_headers",
        "endpoint_timeout_ms",
        "phone_number",
        "dtmf",
        "agents_to_transfer_to",
        "respond_after_sec",
        "context",
        "tools",
        "template_variables",
        "configuration_endpoint",
        "built_in_tool_configs",
        "system_prompt",
        "timezone",
        "custom_phone_numbers",
        "tasks",
        "default_agent",
        "max_active_conversations",
        "agent_id",
        "ttl_seconds",
        "to_phone_number",
        "config",
        "dry_run",
        "keep_listening",
        "wait_for_response",
    ];
    let kinds = [
        "custom_webhook",
        "custom_websocket",
        "custom_context",
        "built_in_transfer_to_phone_number",
        "built_in_transfer_to_agent",
        "built_in_keypad_input",
        "built_in_choose_not_to_respond",
    ];
    for field in fields {
        for value in &values {
            let mut bodies = vec![json!({ field: value })];
            for kind in kinds {
                bodies.push(plain(kind, json!({ field: value })));
            }
            for (method, path) in BODIES {
                let picked = if path == "/v1/tools" { &bodies[..] } else { &bodies[..1] };
                for body in picked {
                    let sent = Some(body.to_string().into_bytes());
                    let answer = house.send(KEY, method, path, sent).await;
                    assert!(answer.status < 500, "{method} {path} {body}: {}", answer.body);
                }
            }
        }
    }
}

#[tokio::test]
async fn huge_bodies() {
    let house = house().await;
    let body = format!("{{\"description\":\"{}\"}}", "x".repeat(1024 * 1024));
    for (method, path) in [("POST", "/v1/tools"), ("PATCH", "/v1/agents/a")] {
        house.send(KEY, method, path, Some(body.clone().into_bytes())).await.refused(413);
    }
}

#[tokio::test]
async fn odd_paths_and_queries() {
    let house = house().await;
    for path in [
        "/v1/tools/%00",
        "/v1/tools/%ff",
        "/v1/tools/%2e%2e",
        "/v1/tools?project=%00",
        "/v1/tools?project=",
        "/v1/tools?project=%ff&x",
        "/v1/tools?%%%",
        "/v1/tools/tool_x",
        "/v1/agents/agent_",
        "/v1/projects/proj_",
        "/v1/conversations/conv_",
        "/v1/tools/t?project=main&project=x&y=1",
    ] {
        let answer = house.get(path).await;
        assert!(matches!(answer.status, 200 | 404), "{path}: {} {}", answer.status, answer.body);
    }
    let long = format!("/v1/tools/{}", "n".repeat(5000));
    house.get(&long).await.refused(404);
}

#[tokio::test]
async fn the_order_of_members_means_nothing() {
    let house = house().await;
    let body = Value::from_iter([
        ("context", "c"),
        ("execution_mode", "sync"),
        ("description", "d"),
        ("name", "last"),
        ("type", "custom_context"),
    ]);
    house.tool(body).await;
}
