//! Assignments from both sides (burki: 2.4, 2.6).

use serde_json::json;

use crate::house::{House, texts};

async fn house() -> House {
    let house = House::new().await;
    for name in ["one", "two"] {
        house.tool(name, json!({"url": house.url("/x")}), texts(&[])).await;
    }
    for name in ["Front desk", "Back desk"] {
        house.assistant(name).await;
    }
    house
}

#[tokio::test]
async fn a_tool_is_assigned_to_assistants() {
    let house = house().await;
    let one = house.post("/api/v1/tools/1/assign", json!({"assistant_id": 1})).await.expect(200);
    let at = one["assignments"][0]["assigned_at"].clone();
    assert_eq!(
        one,
        json!({"success": true, "tool_id": 1, "message": "Tool successfully assigned to 1 assistant",
            "assignments": [{"assistant_id": 1, "assistant_name": "Front desk", "enabled": true, "assigned_at": at}]})
    );
    let both = json!({"assistant_ids": [2, 1], "assistant_id": 1, "enabled": false});
    let two = house.post("/api/v1/tools/1/assign", both).await.expect(200);
    assert_eq!(two["message"], "Tool successfully assigned to 2 assistants");
    let listed = house.get("/api/v1/tools/1/assignments").await.expect(200);
    assert_eq!(
        listed["assignments"][0],
        json!({"assistant_id": 1, "assistant_name": "Front desk", "enabled": false, "assigned_at": at,
            "usage_count": 0, "last_used_at": null})
    );
    assert_eq!((&listed["tool_name"], &listed["total_assignments"]), (&json!("one"), &json!(2)));
    let gone = house.post("/api/v1/tools/1/unassign", json!({"assistant_ids": [1]})).await.expect(200);
    assert_eq!(
        gone,
        json!({"success": true, "tool_id": 1, "unassigned": [1],
            "message": "Tool successfully unassigned from 1 assistant"})
    );
    let again = house.post("/api/v1/tools/1/unassign", json!({"assistant_ids": [1, 2]})).await.expect(200);
    assert_eq!(again["unassigned"], json!([2]));
}

#[tokio::test]
async fn nothing_changes_when_one_is_absent() {
    let house = house().await;
    let absent = house.post("/api/v1/tools/1/assign", json!({"assistant_ids": [1, 9]})).await.detail(404);
    assert_eq!(absent, "Assistant with ID 9 not found in your organization");
    let absent = house.post("/api/v1/tools/9/assign", json!({"assistant_id": 1})).await.detail(404);
    assert_eq!(absent, "Tool with ID 9 not found");
    assert_eq!(house.get("/api/v1/tools/1/assignments").await.expect(200)["total_assignments"], 0);
    let empty = house.post("/api/v1/tools/1/assign", json!({"assistant_ids": []})).await.detail(400);
    assert_eq!(empty, "assistant_ids cannot be empty");
    let missing = house.post("/api/v1/tools/1/assign", json!({})).await.expect(422);
    assert_eq!(missing["detail"][0]["type"], "value_error.missing");
    let absent = house.post("/api/assistants/1/tools/assign", json!({"tool_ids": [1, 9]})).await.detail(404);
    assert_eq!(absent, "Tool with ID 9 not found");
    assert_eq!(house.get("/api/assistants/1/tools").await.expect(200)["tools"], json!([]));
    let missing = house.post("/api/assistants/1/tools/assign", json!({})).await.expect(422);
    assert_eq!(missing["detail"][0]["loc"], json!(["body", "tool_ids"]));
}

#[tokio::test]
async fn an_assistant_gets_tools() {
    let house = house().await;
    let done = house.post("/api/assistants/1/tools/assign", json!({"tool_ids": [1, 2]})).await.expect(200);
    assert_eq!(done, json!({"success": true, "message": "Successfully assigned 2 tools", "assignments": 2}));
    let done = house.put("/api/assistants/2/tools/1/configure", json!({"enabled": false})).await.expect(200);
    assert_eq!(done, json!({"success": true, "message": "Tool configuration updated successfully"}));
    let listed = house.get("/api/assistants/1/tools").await.expect(200);
    assert_eq!(
        listed["tools"][0]["tool"],
        json!({"id": 1, "name": "one", "display_name": "Order status", "description": "Looks up an order",
            "tool_type": "endpoint", "execution_count": 0})
    );
    let at = &listed["tools"][0]["assignment"]["assigned_at"];
    assert_eq!(
        listed["tools"][0]["assignment"],
        json!({"enabled": true, "custom_configuration": null, "assigned_at": at, "execution_count": 0,
            "last_executed_at": null})
    );
    let other = house.get("/api/assistants/2/tools").await.expect(200);
    assert_eq!(other["tools"][0]["assignment"]["enabled"], false);
    let done = house.delete("/api/assistants/1/tools/1/unassign").await.expect(200);
    assert_eq!(done, json!({"success": true, "message": "Tool unassigned successfully"}));
    let absent = house.delete("/api/assistants/1/tools/1/unassign").await.detail(404);
    assert_eq!(absent, "Tool assignment not found");
    assert_eq!(house.delete("/api/assistants/1/tools/x/unassign").await.status, 422);
}

#[tokio::test]
async fn what_is_not_enabled_is_not_offered() {
    let house = house().await;
    house.post("/api/v1/tools/1/assign", json!({"assistant_id": 1, "enabled": false})).await.expect(200);
    house.assign(2, 1).await;
    let session = house.session(1).await;
    let answer = house.call(session, "one", json!({})).await;
    assert_eq!(answer.refusal, Some("unknown_tool"));
    house.patch("/api/v1/tools/2", json!({"is_active": false})).await.expect(200);
    let answer = house.call(session, "two", json!({})).await;
    assert!(answer.told["error"].is_string(), "{}", answer.told);
    assert!(house.receiver.requests().is_empty());
}

#[tokio::test]
async fn deleting_an_assistant_removes_its_assignments_only() {
    let house = house().await;
    house.assign(1, 1).await;
    house.assign(1, 2).await;
    house.patch("/api/v1/assistants/2", json!({"name": "Renamed"})).await.expect(200);
    house.delete("/api/v1/assistants/1").await.expect(200);
    let left = house.get("/api/v1/tools/1/assignments").await.expect(200);
    assert_eq!(
        (&left["total_assignments"], &left["assignments"][0]["assistant_name"]),
        (&json!(1), &json!("Renamed"))
    );
}
