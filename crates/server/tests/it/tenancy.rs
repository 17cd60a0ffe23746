//! Nobody sees, changes or learns of what belongs to another organisation or mode; for every operation of the
//! document. An operation that is missing from the list here fails the test.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Client, Operation, Touches, World, operations};

const ALL: [&str; 5] = ["tools:read", "tools:write", "tools:secrets", "sessions", "admin"];

#[tokio::test]
async fn every_operation_of_the_document_is_in_the_list() {
    let world = World::new().await;
    let document = world.server.nobody().get("/v1/openapi.json").await.expect(200);
    let mut documented = BTreeSet::new();
    let mut with_ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values().filter(|one| one["operationId"].is_string()) {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            // Not a request with an answer: strangers at the socket are looked at by the suite `live`.
            if id == "sessionSocket" {
                continue;
            }
            if path.contains('{') {
                with_ids.insert(id.clone());
            }
            assert!(documented.insert(id.clone()), "{id} is there twice");
        }
    }
    let list = operations(&world);
    let listed: BTreeSet<String> = list.iter().map(|one| one.id.to_owned()).collect();
    assert_eq!(documented, listed);
    // What takes an id is checked against strangers; these two make a thing of their own by a name.
    let checked: BTreeSet<String> =
        list.iter().filter(|one| one.touches == Touches::ById).map(|one| one.id.to_owned()).collect();
    let own_by_name: BTreeSet<String> = ["putTool", "putSecret"].map(str::to_owned).into();
    assert_eq!(with_ids.difference(&checked).cloned().collect::<BTreeSet<_>>(), own_by_name);
}

#[tokio::test]
async fn every_operation_succeeds_for_the_owner() {
    let world = World::new().await;
    for operation in operations(&world) {
        if operation.id == "deleteBinding" {
            let path = format!("/v1/agents/{}/tools/{}", world.agent, world.spare_tool);
            world.admin.put(&path, json!({})).await.expect(200);
        }
        let reply = send(&world.admin, &operation).await;
        assert_eq!(reply.status, operation.status, "{}: {}", operation.id, reply.text());
        assert!(reply.header("x-request-id").starts_with("req_"), "{}", operation.id);
    }
}

#[tokio::test]
async fn things_of_others_are_absent() {
    let world = World::new().await;
    let other_org = world.other_org().await;
    let other_mode = world.key_with(&ALL, "test").await;
    for operation in operations(&world).into_iter().filter(|one| one.touches == Touches::ById) {
        // Organisation and projects are one for both modes.
        let strangers: &[&Client] = if ["getProject", "rotateProjectSigningSecret"].contains(&operation.id) {
            &[&other_org]
        } else {
            &[&other_org, &other_mode]
        };
        for stranger in strangers {
            let theirs = without_request_id(send(stranger, &operation).await.problem(404, "not_found"));
            let absent = absent_twin(&operation);
            let nobodys = without_request_id(send(stranger, &absent).await.problem(404, "not_found"));
            assert_eq!(theirs, nobodys, "{}", operation.id);
        }
    }
    // Nothing of it left a trace.
    let tool = world.admin.get(&format!("/v1/tools/{}", world.tool)).await.expect(200);
    assert_eq!((&tool["version"], &tool["enabled"]), (&json!(1), &json!(true)));
    let session = world.admin.get(&format!("/v1/sessions/{}", world.session)).await.expect(200);
    assert_eq!(session["status"], "active");
    let execution = world.admin.get(&format!("/v1/executions/{}", world.unknown_execution)).await.expect(200);
    assert_eq!(execution["outcome"], "unknown");
    let key = world.admin.get(&format!("/v1/keys/{}", world.key)).await.expect(200);
    assert_eq!(key["revoked_at"], Value::Null);
    let secrets = world.admin.get("/v1/secrets").await.expect(200);
    assert_eq!(secrets["data"].as_array().unwrap().len(), 1);
    assert_eq!(world.upstream.requests().len(), 1, "only the owner's own call went out");
}

#[tokio::test]
async fn lists_show_only_what_is_ones_own() {
    let world = World::new().await;
    let other_org = world.other_org().await;
    for path in ["/v1/tools", "/v1/agents", "/v1/secrets", "/v1/sessions", "/v1/executions"] {
        let list = other_org.get(path).await.expect(200);
        assert_eq!(list["data"], json!([]), "{path}");
    }
    for path in ["/v1/keys", "/v1/projects"] {
        let list = other_org.get(path).await.expect(200);
        assert_eq!(list["data"].as_array().unwrap().len(), 1, "{path}");
    }
}

#[tokio::test]
async fn things_of_others_can_t_be_used_in_bodies() {
    let world = World::new().await;
    let other = world.other_org().await;
    let own = other.post("/v1/agents", json!({"name": "Theirs"})).await.expect(201);
    let agent = own["id"].as_str().unwrap();
    let cases = [
        ("POST", "/v1/sessions".to_owned(), json!({"agent_id": world.agent}), "$.agent_id"),
        ("POST", "/v1/sessions".to_owned(), json!({"tools": [world.tool]}), "$.tools[0]"),
        ("POST", "/v1/sessions".to_owned(), json!({"tools": ["book"]}), "$.tools[0]"),
        ("POST", "/v1/sessions".to_owned(), json!({"project_id": world.project}), "$.project_id"),
        ("POST", "/v1/keys".to_owned(), json!({"name": "k", "project_id": world.project}), "$.project_id"),
        ("POST", "/v1/agents".to_owned(), json!({"name": "A", "project_id": world.project}), "$.project_id"),
        ("PUT", format!("/v1/agents/{agent}/tools"), json!([{"tool_id": world.tool}]), "$[0].tool_id"),
    ];
    for (method, path, body, at) in cases {
        let reply = other.send(method.parse().unwrap(), &path, Some(body)).await;
        let problem = reply.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["path"], at, "{path}: {problem}");
    }
    other.put(&format!("/v1/agents/{agent}/tools/{}", world.tool), json!({})).await.problem(404, "not_found");
}

async fn send(client: &Client, operation: &Operation) -> crate::support::Reply {
    client.send(operation.method.clone(), &operation.path, operation.body.clone()).await
}

/// The same request for something that nobody has.
fn absent_twin(operation: &Operation) -> Operation {
    let swap = |segment: &str| match segment.split_once('_') {
        Some((prefix, rest)) if rest.len() == 26 => format!("{prefix}_{}", "0".repeat(26)),
        _ if segment == "book" || segment == "crm" => "nobody-has-this".to_owned(),
        _ => segment.to_owned(),
    };
    let (path, query) = operation.path.split_once('?').unwrap_or((&operation.path, ""));
    let path = path.split('/').map(swap).collect::<Vec<_>>().join("/");
    let path = if query.is_empty() { path } else { format!("{path}?{query}") };
    assert_ne!(path, operation.path);
    Operation { path, ..operation.clone() }
}

fn without_request_id(mut problem: Value) -> Value {
    problem.as_object_mut().unwrap().remove("request_id");
    problem
}
