//! The bodies of the wire, as a whole.

use serde_json::{Value, json};

use crate::house::House;

/// The body without what differs from run to run.
fn steady(mut body: Value, house: &House) -> Value {
    fn walk(value: &mut Value, address: &str) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match name.as_str() {
                        "tool_id" | "call_id" | "c_id" | "id" if member.is_string() => {
                            *member = json!("<id>");
                        }
                        "created_at" | "started_at" | "end_at" | "webhook-timestamp"
                            if member.is_string() =>
                        {
                            *member = json!("<moment>");
                        }
                        "webhook-id" | "webhook-signature" | "idempotency-key" => *member = json!("<fresh>"),
                        "duration_ms" => *member = json!(1.5),
                        _ => walk(member, address),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, address)),
            Value::String(text) => *text = text.replace(address, "https://receiver"),
            _ => {}
        }
    }
    walk(&mut body, &house.url(""));
    body
}

#[tokio::test]
async fn bodies_keep_their_shape() {
    let house = House::open().await;
    let id = house.tool(json!({"speech": "One moment, I am booking that.", "timeout": 99_999_999,
        "headers": {"Authorization": "Bearer {{SECRET.crm_key}}"}, "body": {"slot": "{{input}}"},
        "input_schema": {"type": "object", "example": {"date": "2026-03-16"}, "required": ["date"], "properties": {"date": "YYYY-MM-DD"}},
        "response": {"confirmation_message": "$.message"}})).await;
    house.post("/v1/secrets", json!({"name": "crm_key", "value": "a value of the crm"})).await.ok();
    let tool = format!("/v1/tools/{id}");
    let input = json!({"input": {"date": "2026-03-16"}});
    insta::assert_json_snapshot!("show", steady(house.get(&tool).await.ok(), &house));
    insta::assert_json_snapshot!("list", steady(house.get("/v1/tools").await.ok(), &house));
    insta::assert_json_snapshot!(
        "test",
        steady(house.post(&format!("{tool}/test"), input).await.ok(), &house)
    );
    insta::assert_json_snapshot!("secrets", steady(house.get("/v1/secrets").await.ok(), &house));
    let call = json!({"tools": [id], "from": "+15550002222", "request_data": {"name": "Ada"}});
    let session = house.call(call).await;
    house.run(session, "BookAppointment", json!({"date": "2026-03-16"})).await;
    house.run(session, "BookAppointment", json!({})).await;
    let path = format!("/v1/calls/{}", session.uuid());
    insta::assert_json_snapshot!("call", steady(house.get(&path).await.ok(), &house));
    let wrong = json!({"name": "PlayMusic", "url": "http://api.example.com/", "timeout": -1});
    insta::assert_json_snapshot!("refused", house.post("/v1/tools", wrong).await.body);
}
