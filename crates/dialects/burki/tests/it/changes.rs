//! Updates and deletion (burki: 2.4, 2.5, 3.6, 3.10).

use serde_json::{Value, json};

use crate::house::{House, endpoint, texts};

async fn tool(house: &House) -> Value {
    let configuration = json!({"url": "https://example.com/${id}", "method": "POST",
        "headers": {"Authorization": "Bearer sk-1", "X-Plain": "a"}, "request_template": {"id": "${id}", "api_key": "sk-2"},
        "timeout_seconds": 20, "own": {"thing": 1, "password": "sk-3"}});
    let body = endpoint("order_status", configuration, texts(&["id"]));
    house.post("/api/v1/tools", body).await.expect(200)
}

fn without_time(mut tool: Value) -> Value {
    tool["updated_at"] = Value::Null;
    tool["warnings"] = Value::Null;
    tool
}

#[tokio::test]
async fn only_what_is_given_changes() {
    let house = House::new().await;
    let made = tool(&house).await;
    for (body, member, value) in [
        (json!({"name": "renamed"}), "name", json!("renamed")),
        (json!({"display_name": "New"}), "display_name", json!("New")),
        (json!({"isActive": false}), "is_active", json!(false)),
        (json!({"is_public": true}), "is_public", json!(true)),
        (json!({"timeout_seconds": 12}), "timeout_seconds", json!(12)),
        (json!({"retry_attempts": 5}), "retry_attempts", json!(5)),
        (json!({"tool_type": "http"}), "tool_type", json!("endpoint")),
        (json!({"name": null, "http_config": null, "nonsense": 1}), "name", json!("renamed")),
    ] {
        let changed = house.patch("/api/v1/tools/1", body.clone()).await.expect(200);
        assert_eq!(changed[member], value, "{body}");
        assert_eq!(changed["configuration"], made["configuration"], "{body}");
        assert_eq!(changed["function_definition"], made["function_definition"], "{body}");
    }
    house.put("/api/organization/tools/1", json!({"name": "ignored"})).await.expect(200);
    assert_eq!(house.get("/api/v1/tools/1").await.expect(200)["name"], "renamed");
    let refused = house.patch("/api/v1/tools/1", json!({"tool_type": "lambda"})).await.detail(400);
    assert_eq!(refused, "tool_type cannot be changed");
    assert_eq!(house.patch("/api/v1/tools/9", json!({})).await.detail(404), "Tool with ID 9 not found");
    assert_eq!(
        house.put("/api/organization/tools/9", json!({})).await.detail(404),
        "Tool with ID 9 not found"
    );
}

#[tokio::test]
async fn the_description_goes_with_the_functions_where_they_were_equal() {
    let house = House::new().await;
    tool(&house).await;
    let changed = house.patch("/api/v1/tools/1", json!({"description": "New"})).await.expect(200);
    assert_eq!(changed["function_definition"]["description"], "New");
    house
        .patch("/api/v1/tools/1", json!({"function_definition": {"name": "f", "description": "Other"}}))
        .await
        .expect(200);
    let changed = house.patch("/api/v1/tools/1", json!({"description": "Newer"})).await.expect(200);
    assert_eq!(changed["function_definition"], json!({"name": "f", "description": "Other"}));
    assert_eq!(changed["description"], "Newer");
}

#[tokio::test]
async fn what_was_got_can_be_put_back() {
    let house = House::new().await;
    let made = tool(&house).await;
    for path in ["/api/v1/tools/1", "/api/organization/tools/1"] {
        let got = house.get("/api/v1/tools/1").await.expect(200);
        house.put(path, got.clone()).await.expect(200);
        let again = house.get("/api/v1/tools/1").await.expect(200);
        assert_eq!(without_time(again), without_time(got), "{path}");
    }
    let own = house.get("/api/organization/tools/1").await.expect(200)["tool"].clone();
    house.put("/api/organization/tools/1", own.clone()).await.expect(200);
    let shown = house.get("/api/v1/tools/1").await.expect(200);
    assert_eq!(without_time(shown), without_time(made.clone()));
    // Nothing was saved at all: the stored secrets are the ones that were given.
    let stored = house.registry().tool_by_number(house.scope, 1).await.unwrap();
    assert_eq!(stored.version, 1);
    // As the Python client gives it back.
    let body = json!({"http_config": made["http_config"], "parameters": made["parameters"]});
    let changed = house.patch("/api/v1/tools/1", body).await.expect(200);
    assert_eq!(without_time(changed), without_time(made));
}

#[tokio::test]
async fn secrets_shown_as_redacted_stay() {
    let house = House::new().await;
    house.secret("unused", "0123456789").await;
    let configuration = json!({"url": house.url("/a?api_key=sk-0&q=1"), "method": "POST",
        "headers": {"Authorization": "Bearer sk-1-of-header"},
        "request_template": {"inner": {"api_key": "sk-2-of-body"}, "n": 1}});
    house.tool("t", configuration, texts(&[])).await;
    let shown = house.get("/api/v1/tools/1").await.expect(200)["configuration"].clone();
    assert!(!shown.to_string().contains("sk-"), "{shown}");
    let mut changed = shown.clone();
    changed["request_template"]["n"] = json!(2);
    changed["headers"] = json!({"authorization": "Bearer [REDACTED]", "X-New": "b"});
    house.patch("/api/v1/tools/1", json!({ "configuration": changed })).await.expect(200);
    house.post("/api/organization/tools/1/test", json!({})).await.expect(200);
    let request = house.receiver.requests().remove(0);
    assert_eq!(request.target, "/a?api_key=sk-0&q=1");
    assert_eq!(request.header("authorization"), Some("Bearer sk-1-of-header"));
    assert_eq!(request.header("x-new"), Some("b"));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body, json!({"inner": {"api_key": "sk-2-of-body"}, "n": 2}));
    for (configuration, place) in [
        (
            json!({"url": "https://example.com", "headers": {"X-Token": "[REDACTED]"}}),
            "configuration.headers.X-Token",
        ),
        (json!({"url": "https://example.com?key=[REDACTED]"}), "configuration.url"),
        (json!({"url": "https://example.com", "own": "Bearer [REDACTED]"}), "configuration.own"),
        (
            json!({"url": "https://example.com", "method": "POST", "request_template": {"a": "[REDACTED]"}}),
            "configuration.request_template.a",
        ),
    ] {
        let text = format!("No stored value for {place}");
        let new = endpoint("new", configuration.clone(), texts(&[]));
        assert_eq!(house.post("/api/v1/tools", new).await.detail(400), text);
        let body = json!({ "configuration": configuration });
        assert_eq!(house.patch("/api/v1/tools/1", body).await.detail(400), text);
    }
}

#[tokio::test]
async fn a_template_moves_with_the_method() {
    let house = House::new().await;
    let template = json!({"q": "${id}", "list": [1, 2]});
    let configuration = json!({"url": house.url("/s"), "method": "GET", "request_template": template});
    house.tool("t", configuration.clone(), texts(&["id"])).await;
    let arguments = json!({"parameters": {"id": "a b"}});
    house.post("/api/organization/tools/1/test", arguments.clone()).await.expect(200);
    let mut posted = configuration;
    posted["method"] = json!("POST");
    let changed = house.patch("/api/v1/tools/1", json!({"configuration": posted})).await.expect(200);
    assert_eq!(changed["configuration"], posted);
    house.post("/api/organization/tools/1/test", arguments).await.expect(200);
    let requests = house.receiver.requests();
    assert_eq!(requests[0].target, "/s?q=a%20b&list=1&list=2");
    assert_eq!(
        (requests[1].target.as_str(), requests[1].text().as_str()),
        ("/s", r#"{"q":"a b","list":[1,2]}"#)
    );
}

#[tokio::test]
async fn the_two_timeouts() {
    let house = House::new().await;
    tool(&house).await;
    let shown = |body: Value| async {
        let shown = house.patch("/api/v1/tools/1", body).await.expect(200);
        (
            shown["timeout_seconds"].clone(),
            shown["configuration"]["timeout_seconds"].clone(),
            shown["http_config"]["timeout"].clone(),
        )
    };
    assert_eq!(shown(json!({})).await, (json!(30), json!(20), json!(20)));
    // Equal to what is shown: not given.
    assert_eq!(shown(json!({"timeout_seconds": 30})).await, (json!(30), json!(20), json!(20)));
    let stored = house.registry().tool_by_number(house.scope, 1).await.unwrap();
    assert_eq!(stored.draft.timeout_ms.unwrap().0, 20_000);
    assert_eq!(shown(json!({"timeout_seconds": 10})).await, (json!(10), json!(20), json!(10)));
    assert_eq!(shown(json!({"url": "https://example.com/x"})).await, (json!(10), json!(20), json!(10)));
}

#[tokio::test]
async fn single_keys_change_what_they_name() {
    let house = House::new().await;
    let made = tool(&house).await;
    let changed = house.patch("/api/v1/tools/1", json!({"method": "PUT"})).await.expect(200);
    let mut expected = made["configuration"].clone();
    expected["method"] = json!("PUT");
    assert_eq!(changed["configuration"], expected);
}

#[tokio::test]
async fn deleting_needs_force_while_it_is_assigned() {
    let house = House::new().await;
    tool(&house).await;
    let assistant = house.assistant("a").await;
    house.assign(1, assistant).await;
    for path in ["/api/v1/tools/1", "/api/organization/tools/1"] {
        let refused = house.delete(path).await.detail(400);
        assert_eq!(refused, "Cannot delete tool: it is assigned to 1 assistant(s)");
    }
    let done = house.delete("/api/v1/tools/1?force=true").await.expect(200);
    assert_eq!(done, json!({"success": true, "message": "Tool deleted successfully"}));
    assert_eq!(house.get("/api/v1/tools/1").await.detail(404), "Tool with ID 1 not found");
    assert_eq!(house.get("/api/organization/tools/1").await.detail(404), "Tool not found");
    assert_eq!(house.delete("/api/organization/tools/1").await.detail(404), "Tool not found");
}
