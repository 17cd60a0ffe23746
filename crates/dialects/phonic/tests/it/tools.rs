//! The five verbs, their statuses and their errors.

use hookswitch_model::Mode;
use hookswitch_model::key::Permission;
use serde_json::json;

use crate::house::{House, KEY, plain};

fn context(name: &str) -> serde_json::Value {
    plain("custom_context", json!({"name": name, "context": "Open at nine."}))
}

#[tokio::test]
async fn five_verbs() {
    let house = House::open().await;
    let made = house.post("/v1/tools?project=main", context("hours")).await.expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(made, json!({"id": id, "name": "hours"}));
    let by_id = house.get(&format!("/v1/tools/{id}")).await.ok();
    assert_eq!(house.get("/v1/tools/hours?project=main").await.ok(), by_id);
    assert_eq!(house.get("/v1/tools").await.ok(), json!({"tools": [by_id["tool"]]}));
    let change = json!({"description": "When we are open"});
    assert_eq!(house.patch("/v1/tools/hours", change).await.ok(), json!({"success": true}));
    assert_eq!(house.shown(&id).await["description"], "When we are open");
    assert_eq!(house.delete(&format!("/v1/tools/{id}")).await.ok(), json!({"success": true}));
    let gone = house.get(&format!("/v1/tools/{id}")).await;
    assert_eq!(gone.body, json!({"error": {"message": "Tool not found"}}));
    assert!(gone.refused(404).is_empty());
}

#[tokio::test]
async fn tools_are_listed_newest_first() {
    let house = House::open().await;
    for name in ["first", "second", "third"] {
        house.tool(context(name)).await;
    }
    let listed = house.get("/v1/tools").await.ok();
    let names: Vec<_> = listed["tools"].as_array().unwrap().iter().map(|tool| tool["name"].clone()).collect();
    assert_eq!(names, ["third", "second", "first"]);
}

#[tokio::test]
async fn names_are_unique_in_the_organisation() {
    let house = House::open().await;
    house.tool(context("hours")).await;
    house.post("/v1/projects", json!({"name": "customer-support"})).await.expect(201);
    let again = house.post("/v1/tools?project=customer-support", context("hours")).await;
    assert_eq!(again.refused(409), ["name"]);
    let other = house.tool(context("other")).await;
    assert_eq!(
        house.patch(&format!("/v1/tools/{other}"), json!({"name": "hours"})).await.refused(409),
        ["name"]
    );
    // Its own name again is no conflict.
    house.patch("/v1/tools/hours", json!({"name": "hours"})).await.ok();
}

#[tokio::test]
async fn a_tool_belongs_to_its_project() {
    let house = House::open().await;
    let project = house.post("/v1/projects", json!({"name": "sales"})).await.expect(201);
    let made = house.post("/v1/tools?project=sales", context("hours")).await.expect(201);
    let id = made["id"].as_str().unwrap();
    assert_eq!(house.get("/v1/tools").await.ok(), json!({"tools": []}));
    house.get("/v1/tools/hours").await.refused(404);
    // The project counts for names only.
    let shown = house.get(&format!("/v1/tools/{id}?project=main")).await.ok();
    assert_eq!(shown["tool"]["project"], json!({"id": project["id"], "name": "sales"}));
    let by_project_id = format!("/v1/tools/hours?project={}", project["id"].as_str().unwrap());
    assert_eq!(house.get(&by_project_id).await.ok(), shown);
}

#[tokio::test]
async fn unknown_projects_are_not_found() {
    let house = House::open().await;
    for path in ["/v1/tools?project=customer+support", "/v1/tools?project=a%20b", "/v1/agents?project=x"] {
        let answer = house.get(path).await;
        assert_eq!(answer.message(), "Project not found");
        answer.refused(404);
    }
    let answer = house.post("/v1/tools?project=nowhere", context("t")).await;
    assert_eq!(answer.message(), "Project not found");
    answer.refused(404);
}

#[tokio::test]
async fn keys_are_asked_for() {
    let house = House::open().await;
    for headers in [
        vec![],
        vec![("authorization", "Bearer hs_live_nobody_knows_this_key_00000")],
        vec![("authorization", "x")],
    ] {
        let answer = house.send_with(&headers, "GET", "/v1/tools", None).await;
        assert_eq!(answer.body, json!({"error": {"message": "Unauthorized"}}));
        answer.refused(401);
    }
}

#[tokio::test]
async fn keys_need_their_scopes() {
    let house = House::open().await;
    let reader = house.key_with(&[Permission::ToolsRead], Mode::Live).await;
    let body = || Some(context("t").to_string().into_bytes());
    house.send(&reader, "GET", "/v1/tools", None).await.ok();
    for (method, path) in [
        ("POST", "/v1/tools"),
        ("PATCH", "/v1/tools/t"),
        ("DELETE", "/v1/tools/t"),
        ("POST", "/v1/agents"),
        ("POST", "/v1/projects"),
        ("POST", "/v1/auth/session_token"),
    ] {
        house.send(&reader, method, path, body()).await.refused(403);
    }
    let writer = house.key_with(&[Permission::ToolsWrite], Mode::Live).await;
    house.send(&writer, "POST", "/v1/tools", body()).await.expect(201);
    house.send(&writer, "GET", "/v1/tools", None).await.refused(403);
}

#[tokio::test]
async fn other_organisations_and_modes_see_nothing() {
    let house = House::open().await;
    let id = house.tool(context("hours")).await;
    let absent = house.get("/v1/tools/tool_12cf6e88-c254-4d3e-a149-ddf1bdd2254c").await.body;
    for key in [house.other_org().await, house.key_with(&Permission::ALL, Mode::Test).await] {
        for path in [format!("/v1/tools/{id}"), "/v1/tools/hours".to_owned()] {
            for method in ["GET", "PATCH", "DELETE"] {
                let answer = house.send(&key, method, &path, Some(b"{}".to_vec())).await;
                assert_eq!((answer.status, &answer.body), (404, &absent), "{method} {path}");
            }
        }
        assert_eq!(house.send(&key, "GET", "/v1/tools", None).await.ok(), json!({"tools": []}));
        // A name that another organisation or mode has is free.
        let body = context("hours").to_string().into_bytes();
        house.send(&key, "POST", "/v1/tools", Some(body)).await.expect(201);
    }
    house.shown(&id).await;
}

#[tokio::test]
async fn a_deleted_tool_leaves_every_agent() {
    let house = House::open().await;
    house.tool(context("hours")).await;
    house.post("/v1/agents", json!({"name": "desk", "tools": ["hours", "keypad_input"]})).await.expect(201);
    house.delete("/v1/tools/hours").await.ok();
    assert_eq!(house.get("/v1/agents/desk").await.ok()["agent"]["tools"], json!(["keypad_input"]));
}

#[tokio::test]
async fn a_renamed_tool_stays_with_its_agents() {
    let house = House::open().await;
    house.tool(context("hours")).await;
    house.post("/v1/agents", json!({"name": "desk", "tools": ["hours"]})).await.expect(201);
    house.patch("/v1/tools/hours", json!({"name": "opening_hours"})).await.ok();
    assert_eq!(house.get("/v1/agents/desk").await.ok()["agent"]["tools"], json!(["opening_hours"]));
}

#[tokio::test]
async fn the_same_request_is_carried_out_once() {
    let house = House::open().await;
    let bearer = format!("Bearer {KEY}");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "one")];
    let body = || Some(context("hours").to_string().into_bytes());
    let first = house.send_with(&headers, "POST", "/v1/tools", body()).await.expect(201);
    assert_eq!(house.send_with(&headers, "POST", "/v1/tools", body()).await.expect(201), first);
    let other = Some(context("other").to_string().into_bytes());
    let conflict = house.send_with(&headers, "POST", "/v1/tools", other).await;
    assert_eq!(conflict.body["error"]["code"], "idempotency_conflict");
    assert!(conflict.refused(409).is_empty());
}

#[tokio::test]
async fn every_other_path_is_not_found() {
    let house = House::open().await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v1/tools/a/b"),
        ("PUT", "/v1/tools"),
        ("POST", "/v1/tools/x/test"),
        ("PUT", "/v1/tools/upsert"),
        ("GET", "/v1/voices"),
        ("DELETE", "/v1/tools"),
    ] {
        let answer = house.send(KEY, method, path, None).await;
        assert_eq!(
            (answer.status, answer.body),
            (404, json!({"error": {"message": "Not found"}})),
            "{method} {path}"
        );
    }
    // Escaped, a slash is part of the name.
    assert_eq!(house.get("/v1/tools/a%2Fb").await.message(), "Tool not found");
}
