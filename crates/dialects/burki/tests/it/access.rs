//! Who may do what, and how it is said (burki: 1, Auth and HTTP rules).

use bytes::Bytes;
use hookswitch_model::Mode;
use hookswitch_model::key::Permission;
use http::Method;
use serde_json::json;

use crate::house::{House, endpoint, texts};

#[tokio::test]
async fn without_a_valid_key_nothing_is_said() {
    let house = House::new().await;
    for headers in
        [vec![], vec![("authorization", "Bearer hs_live_unknown")], vec![("authorization", "Basic x")]]
    {
        let answer = house.send_bytes(&headers, Method::GET, "/api/v1/tools", Bytes::new()).await;
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        let detail = answer.detail(401);
        assert_eq!(detail, "Authentication required. Provide a valid API key or login session.");
    }
    let cookie = [("cookie", "session=abc")];
    assert_eq!(house.send_bytes(&cookie, Method::GET, "/api/v1/tools", Bytes::new()).await.status, 401);
}

#[tokio::test]
async fn a_key_without_the_permission_is_told_so() {
    let house = House::new().await;
    let reader = house.key_with(&[Permission::ToolsRead], Mode::Live).await;
    assert_eq!(house.send_as(&reader, Method::GET, "/api/v1/tools", None).await.status, 200);
    let body = endpoint("t", json!({"url": "https://example.com"}), texts(&[]));
    for (method, path) in [(Method::POST, "/api/v1/tools"), (Method::POST, "/api/organization/tools")] {
        let answer = house.send_as(&reader, method, path, Some(body.clone())).await;
        assert_eq!(answer.detail(403), "You don't have permission to access this tool");
    }
    let writer = house.key_with(&[Permission::ToolsWrite, Permission::ToolsRead], Mode::Live).await;
    let tool = house.tool("t", json!({"url": "https://example.com"}), texts(&[])).await;
    let rotate = format!("/api/v1/tools/{tool}/rotate-secret");
    assert_eq!(house.send_as(&writer, Method::POST, &rotate, None).await.status, 403);
}

#[tokio::test]
async fn other_organisations_and_modes_see_the_same_bytes_as_nobody() {
    let house = House::new().await;
    let tool = house.tool("t", json!({"url": "https://example.com"}), texts(&[])).await;
    let assistant = house.assistant("a").await;
    house.assign(tool, assistant).await;
    let session = house.session(assistant).await;
    let call = house.registry().store().get_session(house.scope, session).await.unwrap().number;
    let keys = [house.stranger().await, house.key_with(&Permission::ALL, Mode::Test).await];
    let patch = json!({"name": "x", "display_name": "x", "url": "https://evil.com"});
    let requests = [
        (Method::GET, "/api/v1/tools/{}", None, tool),
        (Method::PATCH, "/api/v1/tools/{}", Some(patch.clone()), tool),
        (Method::DELETE, "/api/v1/tools/{}", None, tool),
        (Method::POST, "/api/v1/tools/{}/assign", Some(json!({"assistant_id": assistant})), tool),
        (Method::POST, "/api/v1/tools/{}/unassign", Some(json!({"assistant_id": assistant})), tool),
        (Method::GET, "/api/v1/tools/{}/assignments", None, tool),
        (Method::POST, "/api/v1/tools/{}/rotate-secret", None, tool),
        (Method::GET, "/api/v1/tools/public/{}", None, tool),
        (Method::GET, "/api/organization/tools/{}", None, tool),
        (Method::PUT, "/api/organization/tools/{}", Some(patch), tool),
        (Method::DELETE, "/api/organization/tools/{}", None, tool),
        (Method::POST, "/api/organization/tools/{}/duplicate", None, tool),
        (Method::POST, "/api/organization/tools/{}/test", Some(json!({})), tool),
        (Method::GET, "/api/organization/tools/{}/export", None, tool),
        (Method::GET, "/api/organization/tools/{}/logs", None, tool),
        (Method::GET, "/api/assistants/{}/tools", None, assistant),
        (Method::POST, "/api/assistants/{}/tools/assign", Some(json!({"tool_ids": [tool]})), assistant),
        (Method::GET, "/api/assistants/{}/tool-executions", None, assistant),
        (Method::GET, "/api/v1/assistants/{}", None, assistant),
        (Method::PATCH, "/api/v1/assistants/{}", Some(json!({"name": "x"})), assistant),
        (Method::DELETE, "/api/v1/assistants/{}", None, assistant),
        (Method::GET, "/api/calls/{}/tool-executions", None, call),
    ];
    for key in &keys {
        for (method, path, body, id) in &requests {
            let real = path.replace("{}", &id.to_string());
            let absent = path.replace("{}", "987654");
            let foreign = house.send_as(key, method.clone(), &real, body.clone()).await;
            assert_eq!(foreign.status, 404, "{method} {path}: {}", foreign.body);
            let nobody = house.send_as(key, method.clone(), &absent, body.clone()).await.expect(404);
            let text = foreign.body.to_string().replace(&id.to_string(), "987654");
            assert_eq!(text, nobody.to_string(), "{method} {path}");
        }
    }
    let unchanged = house.get(&format!("/api/v1/tools/{tool}")).await.expect(200);
    assert_eq!(unchanged["configuration"]["url"], "https://example.com");
}

#[tokio::test]
async fn paths_answer_directly_and_unknown_ones_say_so() {
    let house = House::new().await;
    for path in ["/api/v1/tools", "/api/v1/tools/", "/api/organization/tools/", "/api/v1/assistants/"] {
        assert_eq!(house.get(path).await.status, 200, "{path}");
    }
    for path in ["/", "/api/v1", "/api/v1/calls", "/api/v1/assistants/me/organization", "/api/v1/tools/1/2/3"]
    {
        assert_eq!(house.get(path).await.detail(404), "Not Found", "{path}");
    }
    for word in ["export", "providers", "cloned-voices", "me"] {
        assert_eq!(house.get(&format!("/api/v1/assistants/{word}")).await.detail(404), "Not Found");
        assert_eq!(house.get(&format!("/api/v1/tools/{word}")).await.detail(404), "Not Found");
    }
    assert_eq!(house.get("/api/organization/tools/import").await.detail(405), "Method Not Allowed");
    assert_eq!(house.put("/api/v1/tools", json!({})).await.detail(405), "Method Not Allowed");
    let v1 = house.get("/api/v1/tools/x").await.expect(422);
    assert_eq!(
        v1,
        json!({"detail": [{"loc": ["path", "tool_id"], "msg": "value is not a valid integer",
            "type": "type_error.integer"}]})
    );
    let v2 = house.get("/api/organization/tools/x").await.expect(422);
    assert_eq!(
        v2,
        json!({"detail": [{"type": "int_parsing", "loc": ["path", "tool_id"],
            "msg": "Input should be a valid integer", "input": "x"}]})
    );
}

#[tokio::test]
async fn the_same_key_gives_the_same_answer() {
    let house = House::new().await;
    let body = endpoint("t", json!({"url": "https://example.com"}), texts(&[]));
    let authorization = format!("Bearer {}", house.key);
    let headers = [("authorization", authorization.as_str()), ("idempotency-key", "one")];
    let send = |path: &'static str, body: serde_json::Value| {
        house.send_bytes(&headers, Method::POST, path, Bytes::from(body.to_string()))
    };
    let first = send("/api/v1/tools", body.clone()).await.expect(200);
    let second = send("/api/v1/tools", body.clone()).await;
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(second.expect(200), first);
    let mut other = body;
    other["name"] = json!("u");
    assert_eq!(
        send("/api/v1/tools", other).await.detail(409),
        "Idempotency-Key was used with a different request"
    );
}
