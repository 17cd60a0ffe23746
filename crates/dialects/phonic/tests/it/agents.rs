//! Agents: verbs, tools by name, versions, switches.

use hookswitch_model::Dialect;
use serde_json::{Value, json};

use crate::house::{House, plain};

async fn made(house: &House, body: Value) -> Value {
    let made = house.post("/v1/agents", body).await.expect(201);
    assert_eq!(made.as_object().unwrap().len(), 2);
    house.get(&format!("/v1/agents/{}", made["id"].as_str().unwrap())).await.ok()["agent"].clone()
}

async fn refused(house: &House, body: Value) -> Vec<String> {
    house.post("/v1/agents", body).await.refused(400)
}

#[tokio::test]
async fn verbs() {
    let house = House::open().await;
    let agent = made(&house, json!({"name": "support-agent", "system_prompt": "Help."})).await;
    assert_eq!(house.get("/v1/agents/support-agent").await.ok(), json!({ "agent": agent }));
    assert_eq!(house.get("/v1/agents").await.ok(), json!({"agents": [agent]}));
    let changed = house.patch("/v1/agents/support-agent", json!({"system_prompt": "Help well."})).await.ok();
    assert_eq!((&changed["success"], &changed["version_number"]), (&json!(true), &json!(2)));
    assert_eq!(changed["agent"]["system_prompt"], "Help well.");
    assert_eq!(house.delete("/v1/agents/support-agent").await.ok(), json!({"success": true}));
    let gone = house.get("/v1/agents/support-agent").await;
    assert_eq!(gone.message(), "Agent not found");
    gone.refused(404);
}

#[tokio::test]
async fn versions_count_changes() {
    let house = House::open().await;
    made(&house, json!({"name": "a"})).await;
    let version = async |body: Value| house.patch("/v1/agents/a", body).await.ok()["version_number"].clone();
    assert_eq!(version(json!({})).await, 1, "no change");
    assert_eq!(version(json!({"welcome_message": "Hi"})).await, 2);
    assert_eq!(version(json!({"welcome_message": "Hi"})).await, 2);
    assert_eq!(version(json!({"tools": ["keypad_input"]})).await, 3);
}

#[tokio::test]
async fn names() {
    let house = House::open().await;
    made(&house, json!({"name": "desk"})).await;
    assert_eq!(refused(&house, json!({"name": "desk"})).await, ["name"]);
    for wrong in [json!("Desk"), json!("a_b"), json!(""), json!(1), Value::Null, json!("a".repeat(65))] {
        assert_eq!(refused(&house, json!({ "name": wrong })).await, ["name"], "{wrong}");
    }
    made(&house, json!({"name": "other"})).await;
    assert_eq!(house.patch("/v1/agents/other", json!({"name": "desk"})).await.refused(400), ["name"]);
    // Free in another project.
    house.post("/v1/projects", json!({"name": "p2"})).await.expect(201);
    house.post("/v1/agents?project=p2", json!({"name": "desk"})).await.expect(201);
    house.patch("/v1/agents/other", json!({"name": "front-desk"})).await.ok();
    house.get("/v1/agents/front-desk").await.ok();
}

#[tokio::test]
async fn upsert() {
    let house = House::open().await;
    let first = house
        .put("/v1/agents/upsert?project=main", json!({"name": "desk", "welcome_message": "Hi"}))
        .await
        .ok();
    assert_eq!((&first["inserted"], &first["updated"]), (&json!(true), &json!(false)));
    let second = house.put("/v1/agents/upsert", json!({"name": "desk", "system_prompt": "Help"})).await.ok();
    assert_eq!((&second["inserted"], &second["updated"]), (&json!(false), &json!(true)));
    assert_eq!(second["agent"]["id"], first["agent"]["id"]);
    assert_eq!(
        (&second["agent"]["welcome_message"], &second["agent"]["system_prompt"]),
        (&json!("Hi"), &json!("Help"))
    );
    assert_eq!(house.put("/v1/agents/upsert", json!({})).await.refused(400), ["name"]);
}

#[tokio::test]
async fn enable_and_disable() {
    let house = House::open().await;
    made(&house, json!({"name": "desk"})).await;
    assert_eq!(house.post("/v1/agents/desk/disable", json!({})).await.ok(), json!({"success": true}));
    assert_eq!(house.get("/v1/agents/desk").await.ok()["agent"]["is_disabled"], true);
    house.patch("/v1/agents/desk", json!({"welcome_message": "Hi"})).await.refused(409);
    house.put("/v1/agents/upsert", json!({"name": "desk"})).await.refused(409);
    assert_eq!(
        house.send(crate::house::KEY, "POST", "/v1/agents/desk/enable", None).await.ok(),
        json!({"success": true})
    );
    house.patch("/v1/agents/desk", json!({"welcome_message": "Hi"})).await.ok();
    house.post("/v1/agents/nobody/enable", json!({})).await.refused(404);
}

#[tokio::test]
async fn tools_by_name() {
    let house = House::open().await;
    house.tool(house.webhook(json!({}))).await;
    house
        .tool(plain("built_in_natural_conversation_ending", json!({"name": "natural_conversation_ending"})))
        .await;
    let names = json!(["keypad_input", "book", "choose_not_to_respond", "natural_conversation_ending"]);
    let agent = made(&house, json!({"name": "desk", "tools": names})).await;
    assert_eq!(agent["tools"], names);
    let other = json!(["book", "keypad_input"]);
    let changed = house.patch("/v1/agents/desk", json!({ "tools": other })).await.ok();
    assert_eq!(changed["agent"]["tools"], other);
    let keys =
        refused(&house, json!({"name": "u", "tools": ["book", "nobody", "book", "web_search", 1]})).await;
    assert_eq!(keys, ["tools[2]", "tools[4]", "tools[1]"]);
    assert_eq!(house.patch("/v1/agents/desk", json!({"tools": ["nobody"]})).await.refused(400), ["tools[0]"]);
    assert_eq!(house.patch("/v1/agents/desk", json!({"tools": null})).await.refused(400), ["tools"]);
    let many: Vec<Value> = (0..129).map(|n| json!(format!("t{n}"))).collect();
    assert!(refused(&house, json!({"name": "u", "tools": many})).await.contains(&"tools".to_owned()));
    assert_eq!(house.patch("/v1/agents/desk", json!({"tools": []})).await.ok()["agent"]["tools"], json!([]));
}

#[tokio::test]
async fn tools_of_another_project_are_unknown() {
    let house = House::open().await;
    house.post("/v1/projects", json!({"name": "p2"})).await.expect(201);
    house.post("/v1/tools?project=p2", house.webhook(json!({}))).await.expect(201);
    assert_eq!(refused(&house, json!({"name": "desk", "tools": ["book"]})).await, ["tools[0]"]);
    let answer = house.post("/v1/agents?project=p2", json!({"name": "desk", "tools": ["book"]})).await;
    answer.expect(201);
}

#[tokio::test]
async fn settings_of_bindings_made_elsewhere_stay() {
    let house = House::open().await;
    let draft = json!({"name": "crm", "kind": "webhook", "webhook": {"url": house.receiver.url("/"), "signature": "none"},
        "config_schema": {"fields": [{"key": "tenant", "required": true}]}});
    let id = house.foreign(Dialect::Pyai, draft).await;
    let agent = made(&house, json!({"name": "desk"})).await;
    // This API has no way to give the setting that the tool wants.
    assert_eq!(house.patch("/v1/agents/desk", json!({"tools": ["crm"]})).await.refused(400), ["tools[0]"]);
    let uuid = agent["id"].as_str().unwrap().strip_prefix("agent_").unwrap().parse().unwrap();
    let agent = hookswitch_model::AgentId::from_uuid(uuid);
    let config = serde_json::Map::from_iter([("tenant".to_owned(), json!("acme"))]);
    let binding = hookswitch_registry::NewBinding { tool: crate::house::tool_id(&id), enabled: true, config };
    house.registry().put_binding(house.scope, agent, binding).await.unwrap();
    house.patch("/v1/agents/desk", json!({"tools": ["keypad_input", "crm"]})).await.ok();
    let bindings = house.registry().list_bindings(house.scope, agent).await.unwrap();
    assert_eq!(bindings[0].config["tenant"], "acme");
}

#[tokio::test]
async fn what_was_got_can_be_given_back() {
    let house = House::open().await;
    house.tool(house.webhook(json!({}))).await;
    let agent = made(&house, json!({"name": "desk", "tools": ["book", "keypad_input"], "system_prompt": "p",
        "welcome_message": "w", "timezone": "Europe/Berlin", "voice_id": "sam", "template_variables": {"a": {"default_value": "1"}},
        "phone_number": "custom", "custom_phone_numbers": ["+15550001111"], "boosted_keywords": ["x"],
        "configuration_endpoint": {"url": house.receiver.url("/c"), "headers": {"Authorization": "s"}}})).await;
    let changed = house.patch("/v1/agents/desk", agent.clone()).await.ok();
    assert_eq!((&changed["agent"], &changed["version_number"]), (&agent, &json!(1)));
}

#[tokio::test]
async fn an_agents_tools_are_those_of_its_sessions() {
    let house = House::open().await;
    house.tool(house.webhook(json!({}))).await;
    let agent = made(&house, json!({"name": "desk", "tools": ["book"]})).await;
    let uuid = agent["id"].as_str().unwrap().strip_prefix("agent_").unwrap().parse().unwrap();
    let start = hookswitch_engine::SessionStart {
        agent: Some(hookswitch_model::AgentId::from_uuid(uuid)),
        ..hookswitch_engine::SessionStart::default()
    };
    let session = house.engine.start_session(house.scope, house.project, start).await.unwrap();
    assert_eq!(session.tools[0].function, "book");
    house.call(session.id, "book", json!({})).await;
    assert_eq!(house.receiver.requests().len(), 1);
}

#[tokio::test]
async fn a_refused_change_changes_nothing() {
    let house = House::open().await;
    house.tool(house.webhook(json!({}))).await;
    let before = made(&house, json!({"name": "desk", "tools": ["book"]})).await;
    made(&house, json!({"name": "taken"})).await;
    for body in [
        json!({"tools": [], "timezone": "Mars/Base"}),
        json!({"tools": [], "name": "taken"}),
        json!({"welcome_message": "Hi", "tools": ["nobody"]}),
    ] {
        house.patch("/v1/agents/desk", body).await.refused(400);
        assert_eq!(house.get("/v1/agents/desk").await.ok()["agent"], before);
    }
}

#[tokio::test]
async fn of_many_upserts_at_once_one_inserts() {
    let house = std::sync::Arc::new(House::open().await);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let house = std::sync::Arc::clone(&house);
        tasks.spawn(async move { house.put("/v1/agents/upsert", json!({"name": "desk"})).await.ok() });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer["inserted"] == true).count(), 1);
    assert!(answers.iter().all(|answer| answer["agent"]["id"] == answers[0]["agent"]["id"]));
}
