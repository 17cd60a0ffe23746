//! Outbound calls: checked whole, placed by nobody.

use serde_json::{Value, json};

use crate::house::{House, with};

const PATH: &str = "/v1/conversations/outbound_call";

fn call(more: Value) -> Value {
    with(json!({"to_phone_number": "+15551234567"}), more)
}

#[tokio::test]
async fn without_a_call_engine() {
    let house = House::open().await;
    let answer = house.post(PATH, call(json!({}))).await;
    assert_eq!(answer.body["error"]["code"], "no_call_engine");
    assert!(answer.refused(400).is_empty());
}

#[tokio::test]
async fn dry_runs_check_everything() {
    let house = House::open().await;
    house.tool(house.webhook(json!({}))).await;
    house.post("/v1/agents", json!({"name": "desk"})).await.expect(201);
    let config = json!({"agent": "desk", "project": "main", "tools": ["book", "keypad_input"], "system_prompt": "p",
        "welcome_message": "w", "template_variables": {"a": "b"}});
    let answer = house.post(PATH, call(json!({"config": config, "dry_run": true}))).await.ok();
    assert_eq!(answer, json!({"conversation_id": null, "dry_run": true}));
    let config = json!({"agent": "desk", "tools": ["nobody"], "template_variables": {"a": 1}});
    let keys = house.post(PATH, call(json!({"config": config, "dry_run": true}))).await.refused(400);
    assert_eq!(keys, ["config.template_variables.a", "config.tools[0]"]);
}

#[tokio::test]
async fn numbers() {
    let house = House::open().await;
    for wrong in [json!("5551234567"), json!("+0"), json!(1), Value::Null] {
        let answer = house.post(PATH, json!({"to_phone_number": wrong, "dry_run": true})).await;
        assert_eq!(answer.body["error"]["code"], "invalid_phone_number", "{wrong}");
        assert_eq!(answer.refused(400), ["to_phone_number"]);
    }
}

#[tokio::test]
async fn agents() {
    let house = House::open().await;
    let unknown = house.post(PATH, call(json!({"config": {"agent": "nobody"}, "dry_run": true}))).await;
    assert_eq!(unknown.message(), "Agent not found");
    unknown.refused(404);
    house.post(PATH, call(json!({"config": {"project": "nowhere"}}))).await.refused(404);
    house.post("/v1/agents", json!({"name": "desk"})).await.expect(201);
    house.post("/v1/agents/desk/disable", json!({})).await.ok();
    house.post(PATH, call(json!({"config": {"agent": "desk"}, "dry_run": true}))).await.refused(409);
}
