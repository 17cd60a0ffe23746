//! The shapes of answers, whole.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::house::{House, parameter, plain};

/// A tool as shown, with what differs from run to run replaced.
async fn shape(house: &House, body: Value) -> Value {
    let id = house.tool(body).await;
    let mut shown = house.shown(&id).await;
    assert_eq!(shown["id"], id);
    shown["id"] = json!("tool_…");
    shown["project"]["id"] = json!("proj_…");
    shown
}

#[tokio::test]
async fn every_type_of_tool() {
    let house = House::open().await;
    house.post("/v1/agents", json!({"name": "sales"})).await.expect(201);
    let https = json!({"endpoint_url": "https://api.example.com/book"});
    let list = json!([parameter("date", json!({"location": "request_body"}))]);
    let webhook = crate::house::with(house.webhook(json!({"parameters": list})), https.clone());
    assert_json_snapshot!("webhook_list", shape(&house, webhook).await);
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
    let object =
        json!({"name": "object", "parameters": schema, "parameter_locations": {"a": "request_body"}});
    let webhook = crate::house::with(house.webhook(object), https);
    assert_json_snapshot!("webhook_object", shape(&house, webhook).await);
    let list = json!([parameter("a", json!({}))]);
    let socket = plain("custom_websocket", json!({"name": "socket", "parameters": list}));
    assert_json_snapshot!("websocket", shape(&house, socket).await);
    let context = plain("custom_context", json!({"name": "context", "context": "c"}));
    assert_json_snapshot!("context", shape(&house, context).await);
    let transfer = json!({"name": "transfer_to_support", "phone_number": "+15551234567", "dtmf": "1234"});
    assert_json_snapshot!(
        "transfer_phone",
        shape(&house, plain("built_in_transfer_to_phone_number", transfer)).await
    );
    let hand_over = json!({"name": "hand_over", "agents_to_transfer_to": ["sales"]});
    assert_json_snapshot!(
        "transfer_agent",
        shape(&house, plain("built_in_transfer_to_agent", hand_over)).await
    );
    let ending = plain("built_in_natural_conversation_ending", json!({"name": "ending"}));
    assert_json_snapshot!("ending", shape(&house, ending).await);
    assert_json_snapshot!(
        "keypad",
        shape(&house, plain("built_in_keypad_input", json!({"name": "keypad"}))).await
    );
    let silence = plain("built_in_choose_not_to_respond", json!({"name": "silence"}));
    assert_json_snapshot!("silence", shape(&house, silence).await);
}

#[tokio::test]
async fn errors() {
    let house = House::open().await;
    let body = house.webhook(json!({"name": "Bad", "parameters": [parameter("a", json!({}))]}));
    assert_json_snapshot!("invalid", house.post("/v1/tools", body).await.body);
    house.tool(house.webhook(json!({}))).await;
    assert_json_snapshot!("name_taken", house.post("/v1/tools", house.webhook(json!({}))).await.body);
}
