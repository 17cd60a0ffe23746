//! Tools of other dialects through this one: shown, run, changed, and still what they were.

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::{Dialect, KeyId};
use serde_json::{Value, json};

use crate::house::House;

async fn native(house: &House, draft: Value) -> ToolDraft {
    let draft: ToolDraft = serde_json::from_value(draft).unwrap();
    let made = house
        .registry()
        .create_tool(house.scope, house.project, Dialect::Native, draft, KeyId::generate())
        .await
        .unwrap();
    made.tool.draft
}

fn webhook(house: &House) -> Value {
    json!({"name": "book slot", "description": "Books", "kind": "webhook", "timeout_ms": 2500,
        "webhook": {"url": house.url("/{{input.id}}"), "method": "POST", "headers": {"X-Api-Key": "sk-1-of-native"},
            "query": {"from": "{{system.from}}"}},
        "parameters": [{"name": "id", "schema": {"type": "string"}, "required": true, "place": "path"},
            {"name": "note", "schema": {"type": "string"}, "description": "A note", "send_as": "remark"},
            {"name": "fixed", "source": {"static": 7}}],
        "effect": "idempotent", "extract": {"ref": "$.id"}})
}

#[tokio::test]
async fn they_are_shown_and_run() {
    let house = House::new().await;
    native(&house, webhook(&house)).await;
    let shown = house.get("/api/v1/tools/1").await.expect(200);
    assert_eq!(
        (&shown["name"], &shown["tool_type"], &shown["display_name"]),
        (&json!("book slot"), &json!("endpoint"), &json!("book slot"))
    );
    assert_eq!((&shown["timeout_seconds"], &shown["retry_attempts"]), (&json!(3), &json!(2)));
    assert_eq!(
        shown["configuration"],
        json!({"url": house.url("/{{input.id}}"), "method": "POST", "headers": {"X-Api-Key": "[REDACTED]"},
            "follow_redirects": false})
    );
    assert_eq!(shown["function_definition"]["name"], "book slot");
    let names: Vec<&Value> = shown["parameters"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, [&json!("id"), &json!("note")]);
    let body =
        json!({"parameters": {"id": "a b", "note": "n"}, "context_variables": {"phone_number": "+1555"}});
    let done = house.post("/api/organization/tools/1/test", body).await.expect(200);
    assert_eq!(done["success"], true, "{done}");
    let request = house.receiver.requests().remove(0);
    assert_eq!(request.target, "/a%20b?from=%2B1555");
    assert_eq!(request.text(), r#"{"remark":"n","fixed":7}"#);
}

#[tokio::test]
async fn what_was_got_and_put_back_changes_nothing() {
    let house = House::new().await;
    let draft = native(&house, webhook(&house)).await;
    for path in ["/api/v1/tools/1", "/api/organization/tools/1"] {
        let mut got = house.get(path).await.expect(200);
        if let Some(tool) = got.get("tool") {
            got = tool.clone();
        }
        house.put(path, got).await.expect(200);
        let stored = house.registry().tool_by_number(house.scope, 1).await.unwrap();
        let mut kept = stored.draft;
        kept.extras.clear();
        kept.display_name = None;
        assert_eq!(kept, draft, "{path}");
        assert_eq!(stored.dialect, Dialect::Native);
    }
}

#[tokio::test]
async fn a_change_leaves_the_rest_as_it_is() {
    let house = House::new().await;
    let before = native(&house, webhook(&house)).await;
    let shown = house.get("/api/v1/tools/1").await.expect(200);
    let mut configuration = shown["configuration"].clone();
    configuration["method"] = json!("PUT");
    let parameters =
        json!([{"name": "id", "type": "string", "required": true}, {"name": "page", "type": "int"}]);
    house
        .patch("/api/v1/tools/1", json!({"configuration": configuration, "parameters": parameters}))
        .await
        .expect(200);
    let after = house.registry().tool_by_number(house.scope, 1).await.unwrap().draft;
    let (old, new) = (before.webhook.unwrap(), after.webhook.unwrap());
    assert_eq!(new.method.as_deref(), Some("PUT"));
    assert_eq!(
        (new.headers, new.query, new.variables, new.redirects),
        (old.headers, old.query, old.variables, old.redirects)
    );
    assert_eq!(
        (after.effect, after.extract, after.timeout_ms),
        (before.effect, before.extract, before.timeout_ms)
    );
    let parameters = after.parameters.unwrap();
    let names: Vec<&str> = parameters.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["id", "page", "fixed"]);
    assert_eq!(parameters[0].place, before.parameters.unwrap()[0].place);
}

#[tokio::test]
async fn kinds_that_are_not_ours_are_left_out_and_keep_their_names() {
    let house = House::new().await;
    native(&house, json!({"name": "hours", "kind": "context", "context": {"text": "Open."}})).await;
    assert_eq!(house.get("/api/v1/tools").await.expect(200)["total"], 0);
    assert_eq!(house.get("/api/v1/tools/1").await.detail(404), "Tool with ID 1 not found");
    let body = json!({"name": "hours", "tool_type": "http", "http_config": {"url": "https://example.com"}});
    assert_eq!(
        house.post("/api/v1/tools", body).await.detail(400),
        "Tool name 'hours' already exists in organization"
    );
}

#[tokio::test]
async fn what_others_change_in_our_tools_wins() {
    let house = House::new().await;
    let configuration = json!({"endpoint_url": "https://example.com/a", "method": "get", "timeout": 20, "own": 1,
        "headers": "{\"A\": \"b\"}"});
    house.tool("t", configuration, crate::house::texts(&["q"])).await;
    let stored = house.registry().tool_by_number(house.scope, 1).await.unwrap();
    let mut draft = stored.draft.clone();
    let webhook = draft.webhook.as_mut().unwrap();
    webhook.url = "https://example.com/b".to_owned();
    webhook.method = Some("POST".to_owned());
    draft.timeout_ms = Some(hookswitch_model::Millis(7000));
    draft.description = "New".to_owned();
    house.registry().update_tool(house.scope, stored.id, None, draft, KeyId::generate()).await.unwrap();
    let shown = house.get("/api/v1/tools/1").await.expect(200);
    assert_eq!(
        shown["configuration"],
        json!({"endpoint_url": "https://example.com/b", "method": "POST", "timeout": 7, "own": 1, "headers": {"A": "b"}})
    );
    assert_eq!((&shown["timeout_seconds"], &shown["description"]), (&json!(7), &json!("New")));
}
