//! Projects.

use hookswitch_model::Mode;
use hookswitch_model::key::Permission;
use hookswitch_model::session::Channel;
use serde_json::{Value, json};

use crate::house::{House, plain};

async fn shown(house: &House, name: &str) -> Value {
    house.get(&format!("/v1/projects/{name}")).await.ok()["project"].clone()
}

#[tokio::test]
async fn verbs() {
    let house = House::open().await;
    let main = shown(&house, "main").await;
    let id = main["id"].clone();
    let expected = json!({"id": id, "name": "main", "default_agent": null, "active_conversations": 0,
        "max_active_conversations": null});
    assert_eq!(main, expected, "there from the first start");
    let made = house.post("/v1/projects", json!({"name": "sales"})).await.expect(201);
    assert_eq!(made, json!({"id": made["id"], "name": "sales"}));
    assert_eq!(shown(&house, made["id"].as_str().unwrap()).await["name"], "sales");
    let listed = house.get("/v1/projects").await.ok();
    assert_eq!(listed["projects"].as_array().unwrap().len(), 2);
    assert_eq!(house.delete("/v1/projects/sales").await.ok(), json!({"success": true}));
    let gone = house.get("/v1/projects/sales").await;
    assert_eq!(gone.message(), "Project not found");
    gone.refused(404);
}

#[tokio::test]
async fn names() {
    let house = House::open().await;
    for wrong in
        [json!("Sales"), json!("a b"), json!("a_b"), json!(""), json!("a".repeat(65)), Value::Null, json!(1)]
    {
        assert_eq!(
            house.post("/v1/projects", json!({ "name": wrong })).await.refused(400),
            ["name"],
            "{wrong}"
        );
    }
    assert_eq!(house.post("/v1/projects", json!({"name": "main"})).await.refused(400), ["name"]);
    house.post("/v1/projects", json!({"name": "sales"})).await.expect(201);
    assert_eq!(house.patch("/v1/projects/sales", json!({"name": "main"})).await.refused(400), ["name"]);
    assert_eq!(
        house.patch("/v1/projects/sales", json!({"name": "sales-eu"})).await.ok(),
        json!({"success": true})
    );
    shown(&house, "sales-eu").await;
    house.get("/v1/projects/sales").await.refused(404);
}

#[tokio::test]
async fn default_agent() {
    let house = House::open().await;
    let agent = house.post("/v1/agents", json!({"name": "desk"})).await.expect(201);
    house.patch("/v1/projects/main", json!({"default_agent": "desk"})).await.ok();
    assert_eq!(shown(&house, "main").await["default_agent"], json!({"id": agent["id"], "name": "desk"}));
    for wrong in [json!("nobody"), json!(1)] {
        assert_eq!(
            house.patch("/v1/projects/main", json!({ "default_agent": wrong })).await.refused(400),
            ["default_agent"]
        );
    }
    house.patch("/v1/projects/main", json!({"default_agent": null})).await.ok();
    assert_eq!(shown(&house, "main").await["default_agent"], Value::Null);
    house.patch("/v1/projects/main", json!({"default_agent": "desk"})).await.ok();
    house.delete("/v1/agents/desk").await.ok();
    assert_eq!(shown(&house, "main").await["default_agent"], Value::Null);
}

#[tokio::test]
async fn conversations_are_counted() {
    let house = House::open().await;
    let tool = house.tool(plain("custom_context", json!({"context": "c"}))).await;
    let session = house.session(&tool, Channel::Text, json!({})).await;
    assert_eq!(shown(&house, "main").await["active_conversations"], 1);
    house.engine.end_session(house.scope, session).await.unwrap();
    assert_eq!(shown(&house, "main").await["active_conversations"], 0);
    house.patch("/v1/projects/main", json!({"max_active_conversations": 3})).await.ok();
    assert_eq!(shown(&house, "main").await["max_active_conversations"], 3);
    for wrong in [json!(0), json!(1.5), json!("3")] {
        let keys =
            house.patch("/v1/projects/main", json!({ "max_active_conversations": wrong })).await.refused(400);
        assert_eq!(keys, ["max_active_conversations"]);
    }
    house.patch("/v1/projects/main", json!({"max_active_conversations": null})).await.ok();
    assert_eq!(shown(&house, "main").await["max_active_conversations"], Value::Null);
}

#[tokio::test]
async fn a_deleted_project_takes_its_tools_and_agents() {
    let house = House::open().await;
    house.post("/v1/projects", json!({"name": "sales"})).await.expect(201);
    let tool = house
        .post("/v1/tools?project=sales", plain("custom_context", json!({"context": "c"})))
        .await
        .expect(201);
    let agent =
        house.post("/v1/agents?project=sales", json!({"name": "desk", "tools": ["t"]})).await.expect(201);
    house.delete("/v1/projects/sales").await.ok();
    house.get(&format!("/v1/tools/{}", tool["id"].as_str().unwrap())).await.refused(404);
    house.get(&format!("/v1/agents/{}", agent["id"].as_str().unwrap())).await.refused(404);
    // The name is free again.
    house.tool(plain("custom_context", json!({"context": "c"}))).await;
}

#[tokio::test]
async fn the_last_project_stays() {
    let house = House::open().await;
    let answer = house.delete("/v1/projects/main").await;
    assert_eq!(
        answer.body,
        json!({"error": {"message": "Cannot delete the last project in a workspace",
        "code": "last_project_in_workspace"}})
    );
    answer.refused(409);
    // With another one to go to, the keys of `main` still work.
    house.post("/v1/projects", json!({"name": "sales"})).await.expect(201);
    house.delete("/v1/projects/main").await.ok();
    assert_eq!(house.get("/v1/projects").await.ok()["projects"].as_array().unwrap().len(), 1);
    let answer = house.get("/v1/tools").await;
    assert_eq!(answer.message(), "Project not found", "nothing is called main any more");
    house.delete("/v1/projects/sales").await.refused(409);
}

#[tokio::test]
async fn test_keys_remove_nothing_live() {
    let house = House::open().await;
    house.post("/v1/projects", json!({"name": "sales"})).await.expect(201);
    house.post("/v1/agents?project=sales", json!({"name": "desk"})).await.expect(201);
    let key = house.key_with(&Permission::ALL, Mode::Test).await;
    house.send(&key, "DELETE", "/v1/projects/sales", None).await.refused(403);
    house.delete("/v1/agents/desk?project=sales").await.ok();
    house.send(&key, "DELETE", "/v1/projects/sales", None).await.ok();
}

#[tokio::test]
async fn other_organisations_have_projects_of_their_own() {
    let house = House::open().await;
    let id = shown(&house, "main").await["id"].clone();
    let key = house.other_org().await;
    for method in ["GET", "PATCH", "DELETE"] {
        let path = format!("/v1/projects/{}", id.as_str().unwrap());
        house.send(&key, method, &path, Some(b"{}".to_vec())).await.refused(404);
    }
    let listed = house.send(&key, "GET", "/v1/projects", None).await.ok();
    assert_ne!(listed["projects"][0]["id"], id);
}
