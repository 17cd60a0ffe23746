//! Tools: created, read, changed, deleted, rotated.

use hookswitch_model::key::Permission;
use hookswitch_model::{AgentId, Mode, ToolId};
use http::Method;
use serde_json::{Value, json};

use crate::house::{House, text};

fn note() -> Value {
    json!({
        "name": "log_note", "description": "Write a note",
        "input_schema": {"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"],
            "additionalProperties": false},
        "config_schema": {"fields": [{"key": "board", "label": "Board", "required": true}]},
        "webhook_url": "https://app.example.com/tools/log_note", "auth_header": "X-Tool-Secret",
        "auth_secret": "s3cr3t-of-the-tool", "side_effect": "action", "timeout_ms": 5000
    })
}

#[tokio::test]
async fn a_tool_is_created_with_its_secret_shown_once() {
    let house = House::open().await;
    let made = house.tool(note()).await;
    let secret = text(&made, "hmac_secret");
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().shift_remove("hmac_secret");
    let id = text(&made, "id");
    assert!(id.starts_with("tool_"), "{id}");
    let read = house.get(&format!("/v1/tools/{id}")).await.expect(200);
    assert_eq!(read, shown);
    for (field, value) in [
        ("object", json!("tool")),
        ("org_id", json!(house.scope().org)),
        ("kind", json!("custom")),
        ("execution", json!("server")),
        ("auth_header", json!("X-Tool-Secret")),
        ("has_auth", json!(true)),
        ("side_effect", json!("action")),
        ("timeout_ms", json!(5000)),
        ("status", json!("active")),
        ("input_schema", note()["input_schema"].clone()),
    ] {
        assert_eq!(read[field], value, "{field}");
    }
    let field = json!({"key": "board", "label": "Board", "type": "text", "required": true, "secret": false,
        "help": null, "placeholder": null, "options": null});
    assert_eq!(read["config_schema"], json!({"fields": [field]}));
    assert!(read["created_at"].as_i64().unwrap() > 1_700_000_000, "seconds: {read}");
    let list = house.get("/v1/tools").await;
    assert!(!list.text.contains("s3cr3t-of-the-tool") && !list.text.contains(&secret), "{}", list.text);
}

#[tokio::test]
async fn a_tool_of_the_app_gets_its_secret_too() {
    let house = House::open().await;
    let made = house.tool(json!({"name": "show_map"})).await;
    let secret = text(&made, "hmac_secret");
    assert_eq!(made["execution"], "client");
    // Once the server calls it, it signs with that secret: none is made anew and none shown.
    let url = json!({"name": "show_map", "webhook_url": "https://app.example.com/map"});
    let updated = house.post("/v1/tools", url).await.expect(200);
    assert_eq!((&updated["execution"], updated.get("hmac_secret")), (&json!("server"), None));
    let opened =
        house.registry().open_signing_secrets(house.scope(), text(&made, "id").parse().unwrap()).await;
    let opened: Vec<String> =
        opened.unwrap().iter().map(|s| secrecy::ExposeSecret::expose_secret(s).to_owned()).collect();
    assert_eq!(opened, [secret]);
}

#[tokio::test]
async fn fields_that_are_given_change_and_others_stay() {
    let house = House::open().await;
    let made = house.tool(note()).await;
    let path = format!("/v1/tools/{}", text(&made, "id"));
    let changed =
        house.post(&path, json!({"description": "Other words", "timeout_ms": 900})).await.expect(200);
    assert_eq!(changed["description"], "Other words");
    assert_eq!((&changed["auth_header"], &changed["has_auth"]), (&json!("X-Tool-Secret"), &json!(true)));
    assert!(changed.get("hmac_secret").is_none());
    let patched = house.patch(&path, json!({"status": "disabled", "config_schema": null})).await.expect(200);
    assert_eq!((&patched["status"], &patched["config_schema"]), (&json!("disabled"), &json!(null)));
    assert_eq!(patched["timeout_ms"], 900);
    let named = house.post(&path, json!({"name": "take_note", "status": "active"})).await.expect(200);
    assert_eq!((&named["name"], &named["status"]), (&json!("take_note"), &json!("active")));
    house.post(&path, json!({"name": null})).await.problem(400, "invalid_request", Some("name"));
    house.post(&path, json!({"status": "sleeping"})).await.problem(400, "invalid_request", Some("status"));
    house.tool(json!({"name": "other"})).await;
    house.post(&path, json!({"name": "other"})).await.problem(409, "name_conflict", Some("name"));
    let same = house.send(Method::POST, &path, None).await.expect(200);
    assert_eq!(same["name"], "take_note", "no body changes nothing");
}

#[tokio::test]
async fn a_schema_that_is_none_is_refused_with_its_field() {
    let house = House::open().await;
    for schema in [
        json!({"type": "object", "properties": {"a": {"type": "text"}}}),
        json!({"type": "object", "required": "a"}),
        json!({"$ref": "https://elsewhere.example/schema"}),
    ] {
        let body = json!({"name": "t", "input_schema": schema});
        house.post("/v1/tools", body).await.problem(400, "invalid_request", Some("input_schema"));
    }
    let fields = |fields: Value| json!({"name": "t", "config_schema": {"fields": fields}});
    for wrong in [
        json!([{"key": "a b"}]),
        json!([{"key": "a"}, {"key": "a"}]),
        json!((0..33).map(|n| json!({"key": format!("k{n}")})).collect::<Vec<_>>()),
        json!([{"key": "a", "type": "select"}]),
    ] {
        let refused = house.post("/v1/tools", fields(wrong)).await;
        refused.problem(400, "invalid_request", Some("config_schema"));
    }
    let odd = json!([{"key": "a", "type": "colour"}, {"key": "b", "type": "secret"}]);
    let made = house.tool(fields(odd)).await;
    assert_eq!(made["config_schema"]["fields"][0]["type"], "colour", "unknown types are texts");
    let typeless = house.tool(json!({"name": "u", "input_schema": {"properties": {"a": {}}}})).await;
    assert_eq!(typeless["input_schema"], json!({"properties": {"a": {}}}));
}

#[tokio::test]
async fn a_deleted_tool_is_gone_with_its_bindings() {
    let house = House::open().await;
    let made = house.tool(json!({"name": "t"})).await;
    let id = text(&made, "id");
    let agent = house.agent_with(json!([{"tool_id": id}])).await;
    let gone = house.delete(&format!("/v1/tools/{id}")).await.expect(200);
    assert_eq!(gone, json!({"object": "tool.deleted", "tool_id": id, "deleted": true}));
    let left = house.get(&format!("/v1/agents/{agent}/tools")).await.expect(200);
    assert_eq!(left, json!({"object": "list", "data": [], "has_more": false}));
    let body = house.get(&format!("/v1/tools/{id}")).await.problem(404, "tool_not_found", None);
    assert_eq!(body["detail"], format!("Tool {id} not found"));
    house.delete(&format!("/v1/tools/{id}")).await.problem(404, "tool_not_found", None);
    house.tool(json!({"name": "t"})).await;
}

#[tokio::test]
async fn a_secret_is_rotated_with_a_day_of_overlap() {
    let house = House::open().await;
    let made = house.tool(note()).await;
    let (id, first) = (text(&made, "id"), text(&made, "hmac_secret"));
    let path = format!("/v1/tools/{id}/rotate-secret");
    let rotated = house.post(&path, json!({})).await.expect(200);
    assert_eq!((&rotated["object"], &rotated["tool_id"]), (&json!("tool.secret"), &json!(id)));
    let second = text(&rotated, "hmac_secret");
    assert_ne!(first, second);
    let until = rotated["previous_valid_until"].as_i64().unwrap();
    let now = hookswitch_model::Stamp::now().seconds();
    assert!((until - now - 86_400).abs() < 60, "{until} is a day from {now}");
    let opened = async || {
        let secrets =
            house.registry().open_signing_secrets(house.scope(), id.parse().unwrap()).await.unwrap();
        secrets.iter().map(|s| secrecy::ExposeSecret::expose_secret(s).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(opened().await, [second.clone(), first]);
    let third = text(&house.post(&path, json!({})).await.expect(200), "hmac_secret");
    assert_eq!(opened().await, [third, second], "the oldest is dropped");
    let client = house.tool(json!({"name": "c"})).await;
    let path = format!("/v1/tools/{}/rotate-secret", text(&client, "id"));
    house.post(&path, json!({})).await.problem(400, "invalid_request", None);
}

#[tokio::test]
async fn tools_of_other_dialects_are_shown_where_they_have_a_form() {
    let house = House::open().await;
    let webhook = house
        .native_tool(
            json!({"name": "w", "kind": "webhook", "webhook": {"url": "https://crm.example.com/{{input.id}}",
            "headers": {"Authorization": "Bearer {{secret.crm}}"}},
            "parameters": [{"name": "id", "required": true, "schema": {"type": "string"}}]}),
        )
        .await;
    let context =
        house.native_tool(json!({"name": "x", "kind": "context", "context": {"text": "9 to 5"}})).await;
    let shown = house.get(&format!("/v1/tools/{webhook}")).await.expect(200);
    assert_eq!(shown["webhook_url"], "https://crm.example.com/{{input.id}}");
    assert_eq!((&shown["side_effect"], &shown["has_auth"]), (&json!("read"), &json!(true)));
    house.get(&format!("/v1/tools/{context}")).await.problem(404, "tool_not_found", None);
    house.delete(&format!("/v1/tools/{context}")).await.problem(404, "tool_not_found", None);
    let taken = house.post("/v1/tools", json!({"name": "x"})).await;
    taken.problem(409, "name_conflict", Some("name"));
    let updated = house.post("/v1/tools", json!({"name": "w", "description": "now"})).await.expect(200);
    assert_eq!(updated["id"], json!(webhook.long()));
    let stored = house.registry().get_tool(house.scope(), webhook).await.unwrap();
    assert_eq!(stored.dialect, hookswitch_model::Dialect::Native);
    assert_eq!(stored.draft.webhook.as_ref().unwrap().method, None, "its request form stays");
}

#[tokio::test]
async fn reading_and_changing_need_their_permissions() {
    let house = House::open().await;
    let id = text(&house.tool(json!({"name": "t"})).await, "id");
    let reader = house.key_with(Mode::Live, &[Permission::ToolsRead]).await;
    house.send_as(&reader, Method::GET, &format!("/v1/tools/{id}"), None).await.expect(200);
    for (method, path) in [
        (Method::POST, "/v1/tools".to_owned()),
        (Method::POST, format!("/v1/tools/{id}")),
        (Method::DELETE, format!("/v1/tools/{id}")),
        (Method::POST, format!("/v1/tools/{id}/test")),
        (Method::POST, format!("/v1/tools/{id}/rotate-secret")),
        (Method::GET, "/v1/tools/calls".to_owned()),
        (Method::POST, "/v1/agents".to_owned()),
        (Method::POST, "/v1/omni/sessions".to_owned()),
        (Method::POST, "/v1/webhooks/signing-secret".to_owned()),
    ] {
        let refused = house.send_as(&reader, method, &path, Some(json!({}))).await;
        let message = refused.gateway(403, "permission_error", "forbidden");
        assert!(message.contains("omni:session"), "{path}: {message}");
    }
}

#[tokio::test]
async fn ids_are_shown_with_their_uuid_and_read_in_both_spellings() {
    let house = House::open().await;
    let made = house.tool(json!({"name": "log_note"})).await;
    let shown = text(&made, "id");
    let id: ToolId = shown.parse().unwrap();
    assert_eq!(shown, format!("tool_{}", id.uuid()));
    assert_eq!(house.get(&format!("/v1/tools/{id}")).await.expect(200)["id"], json!(shown));
    let agent = house.agent_with(json!([{"tool_id": id}])).await;
    let uuid = agent.parse::<AgentId>().unwrap().uuid();
    assert_eq!(agent, format!("agent_{uuid}"));
    let both = json!([{"tool_id": id}, {"tool_id": shown}]);
    let twice = house.put(&format!("/v1/agents/{agent}/tools"), both).await;
    twice.problem(400, "invalid_request", Some("tool_id"));
    let bound = house.get(&format!("/v1/agents/{agent}")).await.expect(200);
    assert_eq!((&bound["agent_id"], &bound["tools"][0]["tool_id"]), (&json!(agent), &json!(shown)));
    let gone = house.delete(&format!("/v1/tools/{id}")).await.expect(200);
    assert_eq!(gone["tool_id"], json!(shown));
}
