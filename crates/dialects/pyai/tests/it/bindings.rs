//! Tools of agents.

use serde_json::{Value, json};

use crate::house::{House, text};

async fn configured(house: &House) -> String {
    let fields = json!([
        {"key": "board", "required": true}, {"key": "token", "type": "secret"}, {"key": "size", "type": "number"},
        {"key": "loud", "type": "boolean"}, {"key": "home", "type": "url"},
        {"key": "colour", "type": "select", "options": ["red", "blue"]}
    ]);
    let made = house
        .tool(json!({"name": "log_note", "description": "Write a note", "config_schema": {"fields": fields}}))
        .await;
    text(&made, "id")
}

#[tokio::test]
async fn a_list_replaces_all_bindings_in_its_order() {
    let house = House::open().await;
    let (note, other) = (configured(&house).await, text(&house.tool(json!({"name": "b"})).await, "id"));
    let agent = house.agent_with(json!([])).await;
    let path = format!("/v1/agents/{agent}/tools");
    let wanted = json!([
        {"tool_id": other, "enabled": false},
        {"tool_id": note, "config": {"board": "main", "extra": [1]}, "name": "ignored", "description": "ignored"}
    ]);
    let bound = house.put(&path, wanted).await.expect(200);
    let expected = json!([
        {"tool_id": other, "enabled": false, "config": {}, "name": "b", "description": ""},
        {"tool_id": note, "enabled": true, "config": {"board": "main", "extra": [1]}, "name": "log_note",
            "description": "Write a note"}
    ]);
    assert_eq!(bound, json!({"object": "list", "data": expected, "has_more": false}));
    assert_eq!(house.get(&path).await.expect(200), bound);
    assert_eq!(house.get(&format!("/v1/agents/{agent}")).await.expect(200)["tools"], expected);
    assert_eq!(house.put(&path, expected.clone()).await.expect(200), bound, "written back as shown");
    let none = house.put(&path, json!([])).await.expect(200);
    assert_eq!(none["data"], json!([]));
}

#[tokio::test]
async fn any_error_leaves_all_bindings_as_they_were() {
    let house = House::open().await;
    let note = configured(&house).await;
    let agent = house.agent_with(json!([{"tool_id": note, "config": {"board": "main"}}])).await;
    let path = format!("/v1/agents/{agent}/tools");
    let before = house.get(&path).await.expect(200);
    let good = json!({"tool_id": note, "config": {"board": "other"}});
    let absent = format!("tool_{}", "0".repeat(26));
    let cases = [
        (json!([good, {"tool_id": absent}]), 404, "tool_not_found", None),
        (json!([good, {"tool_id": "nonsense"}]), 404, "tool_not_found", None),
        (json!([good, {"tool_id": "tool_prebuilt_nothing"}]), 404, "tool_not_found", None),
        (json!([good, good]), 400, "invalid_request", Some("tool_id")),
        (json!(vec![good.clone(); 129]), 400, "invalid_request", None),
        (json!({"tools": [good]}), 400, "invalid_request", None),
        (json!([{"tool_id": 7}]), 400, "invalid_request", Some("tool_id")),
        (json!([{"tool_id": note, "config": {}}]), 400, "invalid_tool_config", Some("config.board")),
        (
            json!([{"tool_id": note, "config": {"board": "b", "size": "9"}}]),
            400,
            "invalid_tool_config",
            Some("config.size"),
        ),
        (
            json!([{"tool_id": note, "config": {"board": "b", "loud": 1}}]),
            400,
            "invalid_tool_config",
            Some("config.loud"),
        ),
        (
            json!([{"tool_id": note, "config": {"board": "b", "home": "x"}}]),
            400,
            "invalid_tool_config",
            Some("config.home"),
        ),
        (
            json!([{"tool_id": note, "config": {"board": "b", "colour": "green"}}]),
            400,
            "invalid_tool_config",
            Some("config.colour"),
        ),
        (
            json!([{"tool_id": note, "config": {"board": "b", "token": "[REDACTED]"}}]),
            400,
            "invalid_tool_config",
            Some("config.token"),
        ),
    ];
    for (body, status, code, param) in cases {
        house.put(&path, body).await.problem(status, code, param);
        assert_eq!(house.get(&path).await.expect(200), before);
    }
    let disabled = house.put(&path, json!([{"tool_id": note, "enabled": false}])).await.expect(200);
    assert_eq!(disabled["data"][0]["config"], json!({}), "a disabled binding may lack what a call needs");
    let body = house.put("/v1/agents/agent_nobody/tools", json!([])).await;
    body.problem(404, "agent_not_found", None);
}

#[tokio::test]
async fn secret_settings_are_sealed_and_kept_when_written_back() {
    let house = House::open().await;
    let note = configured(&house).await;
    let bindings = json!([{"tool_id": note, "config": {"board": "main", "token": "tok-of-the-binding"}}]);
    let agent = house.agent_with(bindings).await;
    let path = format!("/v1/agents/{agent}/tools");
    let shown = house.get(&path).await.expect(200);
    assert_eq!(shown["data"][0]["config"], json!({"board": "main", "token": "[REDACTED]"}));
    let again = house.put(&path, shown["data"].clone()).await.expect(200);
    assert_eq!(again, shown);
    let files = ["house.db", "house.db-wal"];
    let bytes: Vec<u8> =
        files.iter().filter_map(|file| std::fs::read(house.folder().join(file)).ok()).flatten().collect();
    let secret = b"tok-of-the-binding";
    assert!(!bytes.windows(secret.len()).any(|window| window == secret), "sealed in the database");
    let stored = house.registry().list_bindings(house.scope(), agent.parse().unwrap()).await.unwrap();
    assert!(hookswitch_model::binding::sealed_reference(&stored[0].config["token"]).is_some());
}

#[tokio::test]
async fn call_control_that_nobody_could_carry_out_is_not_bound() {
    let house = House::open().await;
    let hand_over = json!({"name": "hand_over", "kind": "call_control",
        "call_control": {"operation": "transfer_to_phone_number", "phone_number": "+15551234567"}});
    let tool = house.native_tool(hand_over).await;
    let agent = house.agent_with(json!([])).await;
    let path = format!("/v1/agents/{agent}/tools");
    house.put(&path, json!([{"tool_id": tool}])).await.problem(
        400,
        "capability_unavailable",
        Some("tool_id"),
    );
    let bye = json!({"name": "bye", "kind": "call_control", "call_control": {"operation": "end_call"}});
    let tool = house.native_tool(bye).await;
    house.put(&path, json!([{"tool_id": tool}])).await.expect(200);
}

#[tokio::test]
async fn what_another_dialect_bound_may_stay() {
    let house = House::open().await;
    let text_tool =
        house.native_tool(json!({"name": "hours", "kind": "context", "context": {"text": "9 to 5"}})).await;
    let agent = house.agent_with(json!([])).await;
    let path = format!("/v1/agents/{agent}/tools");
    house.put(&path, json!([{"tool_id": text_tool}])).await.problem(404, "tool_not_found", None);
    let new =
        hookswitch_registry::NewBinding { tool: text_tool, enabled: true, config: serde_json::Map::new() };
    house.registry().put_binding(house.scope(), agent.parse().unwrap(), new).await.unwrap();
    let shown = house.get(&path).await.expect(200);
    assert_eq!(
        shown["data"],
        json!([{"tool_id": text_tool.long(), "enabled": true, "config": {}}]),
        "no name: it has no form here"
    );
    assert_eq!(house.put(&path, shown["data"].clone()).await.expect(200), shown);
}

#[tokio::test]
async fn a_field_that_became_required_refuses_the_call() {
    let house = House::open().await;
    let made = house.tool(json!({"name": "t", "webhook_url": "https://app.example.com/x"})).await;
    let agent = house.agent_with(json!([{"tool_id": made["id"]}])).await;
    let schema: Value = json!({"fields": [{"key": "board", "required": true}]});
    house
        .post(&format!("/v1/tools/{}", text(&made, "id")), json!({"config_schema": schema}))
        .await
        .expect(200);
    let session = house.session(&agent).await;
    let answer = house.call(session, "t", json!({})).await;
    assert_eq!(*answer.told, json!({"error": "tool is not configured"}));
}
