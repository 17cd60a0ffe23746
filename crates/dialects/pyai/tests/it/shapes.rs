//! Wire shapes, whole. What differs from run to run is replaced by its name.

use serde_json::{Value, json};

use crate::house::{House, text};

/// Ids, secrets and moments by their names.
fn steady(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let steady_member = |(name, value): (&String, &Value)| {
                let fixed = match (name.as_str(), value) {
                    (
                        "created_at" | "updated_at" | "expires_at" | "previous_valid_until",
                        Value::Number(_),
                    ) => json!(0),
                    ("hmac_secret" | "secret", Value::String(_)) => json!("whsec_…"),
                    ("token", Value::String(_)) => json!("hs_live_sess_…"),
                    ("last4", Value::String(_)) => json!("…"),
                    ("org_id", Value::String(_)) => json!("org_…"),
                    ("request_id", Value::String(_)) => json!("req_…"),
                    ("tool_id" | "id", Value::String(id)) if !id.contains("prebuilt") => json!("tool_…"),
                    ("agent_id", Value::String(_)) => json!("agent_…"),
                    _ => steady(value),
                };
                (name.clone(), fixed)
            };
            Value::Object(members.iter().map(steady_member).collect())
        }
        Value::Array(items) => items.iter().map(steady).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn shapes_stay_as_they_are() {
    let house = House::open().await;
    let made = house
        .tool(json!({"name": "log_note", "description": "Write a note",
            "input_schema": {"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"],
                "additionalProperties": false},
            "config_schema": {"fields": [{"key": "board", "label": "Board", "required": true}]},
            "webhook_url": "https://app.example.com/tools/log_note", "auth_header": "X-Tool-Secret", "auth_secret": "s",
            "side_effect": "action", "timeout_ms": 5000}))
        .await;
    insta::assert_json_snapshot!("created_tool", steady(&made));
    let id = text(&made, "id");
    let rotated = house.post(&format!("/v1/tools/{id}/rotate-secret"), json!({})).await.expect(200);
    insta::assert_json_snapshot!("rotated_secret", steady(&rotated));
    let catalogue = house.get("/v1/tools?kind=prebuilt").await.expect(200);
    insta::assert_json_snapshot!("prebuilt_tools", steady(&catalogue));
    let bindings =
        json!([{"tool_id": id, "config": {"board": "main"}}, {"tool_id": "tool_prebuilt_datetime"}]);
    let agent = house.agent_with(bindings).await;
    let agent = house.get(&format!("/v1/agents/{agent}")).await.expect(200);
    insta::assert_json_snapshot!("agent", steady(&agent));
    let body = json!({"allowed_origins": ["https://app.example.com"], "session_label": "desk"});
    let token = house.post("/v1/omni/sessions", body).await.expect(200);
    insta::assert_json_snapshot!("omni_session", steady(&token));
    let secret = house.post("/v1/webhooks/signing-secret", json!({})).await.expect(200);
    insta::assert_json_snapshot!("signing_secret", steady(&secret));
    let refused =
        house.post("/v1/tools", json!({"name": "t", "webhook_url": "https://10.0.0.1/"})).await.expect(400);
    insta::assert_json_snapshot!("refused_url", steady(&refused));
    let unknown = house.get("/v1/nope").await.expect(404);
    insta::assert_json_snapshot!("unknown_route", steady(&unknown));
}
