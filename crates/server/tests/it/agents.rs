//! Agents, bindings, secrets.

use serde_json::{Value, json};

use crate::support::{World, text, webhook};

async fn configurable(world: &World) -> String {
    let mut tool = webhook("crm", &world.upstream.url("/crm/{{config.area}}"));
    tool["webhook"]["headers"] = json!({"x-token": "{{config.token}}"});
    tool["config_schema"] = json!({"fields": [
        {"key": "area", "required": true},
        {"key": "token", "type": "secret", "required": true},
        {"key": "limit", "type": "number"},
    ]});
    text(&world.admin.post("/v1/tools", tool).await.expect(201), "id")
}

#[tokio::test]
async fn agents_are_changed_and_deleted() {
    let world = World::new().await;
    let path = format!("/v1/agents/{}", world.agent);
    let admin = &world.admin;
    let patched = admin.patch(&path, json!({"greeting": "Hi", "variables": {"a": 1}})).await.expect(200);
    assert_eq!((&patched["name"], &patched["greeting"]), (&json!("Reception"), &json!("Hi")));
    let patched = admin.patch(&path, json!({"variables": {"b": 2}})).await.expect(200);
    assert_eq!(patched["variables"], json!({"a": 1, "b": 2}));
    let replaced = admin.put(&path, json!({"name": "Night", "timezone": "Europe/Berlin"})).await.expect(200);
    assert_eq!((&replaced["greeting"], &replaced["variables"]), (&Value::Null, &json!({})));
    let zone = admin.patch(&path, json!({"timezone": "Nowhere/At all"})).await;
    assert_eq!(zone.problem(422, "invalid_definition")["errors"][0]["path"], "$.timezone");
    admin.post("/v1/agents", json!({"name": "Night"})).await.problem(409, "name_taken");
    let moved = admin.patch(&path, json!({"project_id": world.project})).await;
    assert_eq!(moved.problem(400, "invalid_request")["errors"][0]["path"], "$.project_id");
    admin.delete(&path).await.expect(204);
    admin.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn bindings_hold_settings_and_hide_secrets() {
    let world = World::new().await;
    let admin = &world.admin;
    let tool = configurable(&world).await;
    let path = format!("/v1/agents/{}/tools/{tool}", world.agent);
    let missing =
        admin.put(&path, json!({"config": {"limit": "many"}})).await.problem(422, "invalid_definition");
    let paths: Vec<&str> =
        missing["errors"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["$.config.area", "$.config.token", "$.config.limit"]);
    let config = json!({"area": "north", "token": "token_of_the_crm", "limit": 3});
    let bound = admin.put(&path, json!({"config": config})).await.expect(200);
    assert_eq!(bound["config"], json!({"area": "north", "token": "[REDACTED]", "limit": 3}));
    assert_eq!((&bound["name"], &bound["enabled"]), (&json!("crm"), &json!(true)));
    // What was shown can be sent back: the secret stays.
    admin.put(&path, json!({"config": bound["config"]})).await.expect(200);
    let session = admin.post("/v1/sessions", json!({"agent_id": world.agent})).await.expect(201);
    let call = json!({"name": "crm", "arguments": {"date": "d"}});
    let answer = admin.post(&format!("/v1/sessions/{}/calls", text(&session, "id")), call).await.expect(200);
    assert_eq!(answer["outcome"], "done", "{answer}");
    let sent = world.upstream.requests().pop().unwrap();
    assert_eq!((sent.target.as_str(), sent.header("x-token")), ("/crm/north", Some("token_of_the_crm")));
    let list = admin.get(&format!("/v1/agents/{}/tools", world.agent)).await;
    assert!(!list.text().contains("token_of_the_crm"));
    assert_eq!(list.expect(200)["data"].as_array().unwrap().len(), 2);
    admin.delete(&path).await.expect(204);
    admin.delete(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn all_bindings_or_none_are_replaced() {
    let world = World::new().await;
    let admin = &world.admin;
    let tool = configurable(&world).await;
    let path = format!("/v1/agents/{}/tools", world.agent);
    let names = |list: &Value| -> Vec<String> {
        list["data"].as_array().unwrap().iter().map(|one| text(one, "name")).collect()
    };
    let broken = json!([{"tool_id": world.spare_tool}, {"tool_id": tool, "config": {}}]);
    let problem = admin.put(&path, broken).await.problem(422, "invalid_definition");
    assert_eq!(problem["errors"][0]["path"], "$[1].config.area");
    assert_eq!(names(&admin.get(&path).await.expect(200)), ["book"]);
    let twice = json!([{"tool_id": world.tool}, {"tool_id": world.tool}]);
    admin.put(&path, twice).await.problem(422, "invalid_definition");
    let config = json!({"area": "n", "token": "token_of_the_crm"});
    let good = json!([{"tool_id": world.spare_tool, "enabled": false}, {"tool_id": tool, "config": config}]);
    let mut replaced = names(&admin.put(&path, good).await.expect(200));
    replaced.sort();
    assert_eq!(replaced, ["crm", "fail"]);
    let session = admin.post("/v1/sessions", json!({"agent_id": world.agent})).await.expect(201);
    assert_eq!(session["tools"].as_array().unwrap().len(), 1, "disabled ones are not offered");
    assert_eq!(admin.put(&path, json!([])).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn secrets_are_set_listed_deleted_and_never_shown() {
    let world = World::new().await;
    let admin = &world.admin;
    let first = admin.put("/v1/secrets/Api-Token", json!({"value": "secret_value_one"})).await;
    assert!(!first.text().contains("secret_value_one"));
    let first = first.expect(201);
    assert_eq!(first["warnings"], json!([]));
    let second = admin.put("/v1/secrets/api-token", json!({"value": "secret_value_two"})).await.expect(200);
    assert_eq!(first["id"], second["id"]);
    assert_ne!(first["fingerprint"], second["fingerprint"]);
    let short = admin.put("/v1/secrets/short", json!({"value": "abc"})).await.expect(201);
    assert_eq!(short["warnings"].as_array().unwrap().len(), 1);
    for value in [String::new(), "x".repeat(8193), "a\u{0}b".to_owned()] {
        let problem =
            admin.put("/v1/secrets/bad", json!({"value": value})).await.problem(422, "invalid_definition");
        assert_eq!(problem["errors"][0]["path"], "$.value");
    }
    let list = admin.get("/v1/secrets").await;
    assert!(!list.text().contains("secret_value_two"));
    assert_eq!(list.expect(200)["data"].as_array().unwrap().len(), 3);
    admin.delete("/v1/secrets/API-TOKEN").await.expect(204);
    admin.delete("/v1/secrets/api-token").await.problem(404, "not_found");
}
