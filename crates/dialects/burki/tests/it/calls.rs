//! Calls of endpoint tools in sessions (burki: 3.1, 3.6 to 3.8).

use std::sync::atomic::{AtomicU32, Ordering};

use hookswitch_model::Outcome;
use hookswitch_testkit::Reply;
use serde_json::{Map, Value, json};

use crate::house::{House, texts};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

#[tokio::test]
async fn the_calls_context_reaches_the_request() {
    let house = House::new().await;
    house.secret("API_KEY", "value of the key").await;
    let template = json!({"call": "${call_id}", "who": "${phone_number}", "ours": "${to_number}", "way": "${direction}",
        "assistant": "${assistant_id}", "name": "${context.assistant_name}", "tool": "${tool_name}",
        "key": "${idempotency_key}", "tier": "${context.tier}", "at": "${timestamp}", "id": "${tool_call_id}",
        "session": "${session_id}"});
    let configuration = json!({"url": house.url("/x"), "method": "POST", "request_template": template,
        "headers": {"Authorization": "Bearer ${API_KEY}"}});
    let tool = house.tool("t", configuration, texts(&[])).await;
    let assistant = house.assistant("Front desk").await;
    house.assign(tool, assistant).await;
    let system = object(json!({"from": "+1555", "to": "+1777", "direction": "outbound"}));
    let variables = object(json!({"tier": "gold", "call_id": "made up", "phone_number": "made up"}));
    let session = house.session_with(assistant, system, variables).await;
    let answer = house.call(session, "t", json!({})).await;
    assert_eq!(answer.outcome, Some(Outcome::Done), "{}", answer.told);
    let request = house.receiver.requests().remove(0);
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let number = house.registry().store().get_session(house.scope, session).await.unwrap().number;
    // On an outbound call the other party is the one who was called.
    assert_eq!(
        (&body["call"], &body["who"], &body["ours"], &body["way"]),
        (&json!(number), &json!("+1777"), &json!("+1555"), &json!("outbound"))
    );
    assert_eq!((&body["assistant"], &body["name"]), (&json!(assistant), &json!("Front desk")));
    assert_eq!((&body["tool"], &body["tier"]), (&json!("t"), &json!("gold")));
    assert_eq!(body["key"].as_str(), request.header("idempotency-key"));
    assert_eq!(body["session"], json!(session.to_string()));
    assert_eq!(request.header("authorization"), Some("Bearer value of the key"));
    assert_eq!(request.header("webhook-id"), Some(answer.execution.to_string().as_str()));
    assert!(request.header("webhook-signature").unwrap().starts_with("v1,"));
    assert!(request.header("user-agent").unwrap().starts_with("hookswitch/"));
}

#[tokio::test]
async fn models_see_the_functions_name_and_the_younger_one_gets_its_number() {
    let house = House::new().await;
    let assistant = house.assistant("a").await;
    let mut ids = Vec::new();
    for name in ["first tool", "second tool"] {
        let mut body = crate::house::endpoint(name, json!({"url": house.url("/x")}), texts(&[]));
        body["function_definition"]["name"] = json!("look up!");
        body["function_definition"]["description"] = json!("What the model reads");
        ids.push(house.post("/api/v1/tools", body).await.expect(200)["id"].as_i64().unwrap());
    }
    // The younger one was assigned first.
    house.assign(ids[1], assistant).await;
    house.assign(ids[0], assistant).await;
    let session = house.session(assistant).await;
    let view = house.engine.get_session(house.scope, session).await.unwrap();
    let mut names: Vec<&str> = view.tools.iter().map(|tool| tool.function.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["look_up_", &format!("look_up__{}", ids[1])]);
    assert_eq!(view.tools[0].description, "What the model reads");
    let answer = house.call(session, "look_up_", json!({})).await;
    assert_eq!(answer.outcome, Some(Outcome::Done));
}

#[tokio::test]
async fn reads_are_retried_and_actions_are_not() {
    let count = std::sync::Arc::new(AtomicU32::new(0));
    let seen = std::sync::Arc::clone(&count);
    let house = House::answering(move |request| {
        if request.method == "GET" && seen.fetch_add(1, Ordering::SeqCst) >= 2 {
            return Reply::json(r#"{"ok":true}"#);
        }
        Reply::status(503, "no")
    })
    .await;
    let assistant = house.assistant("a").await;
    for (name, method) in [("look", "GET"), ("book", "POST")] {
        let mut body =
            crate::house::endpoint(name, json!({"url": house.url("/x"), "method": method}), texts(&[]));
        body["retry_attempts"] = json!(2);
        let id = house.post("/api/v1/tools", body).await.expect(200)["id"].as_i64().unwrap();
        house.assign(id, assistant).await;
    }
    let session = house.session(assistant).await;
    let answer = house.call(session, "look", json!({})).await;
    assert_eq!(answer.outcome, Some(Outcome::Done));
    let reads = house.receiver.requests();
    assert_eq!(reads.len(), 3);
    for name in ["idempotency-key", "webhook-id"] {
        assert!(
            reads
                .iter()
                .all(|read| read.header(name).is_some() && read.header(name) == reads[0].header(name))
        );
    }
    let answer = house.call(session, "book", json!({})).await;
    assert_eq!(*answer.told, json!({"error": "HTTP 503: Service Unavailable", "done": "unknown"}));
    assert_eq!(house.receiver.requests().len(), 4);
    house.engine.flush().await.unwrap();
    let logs = house.get(&format!("/api/assistants/{assistant}/tool-executions")).await.expect(200);
    let counts: Vec<&Value> =
        logs["logs"].as_array().unwrap().iter().map(|log| &log["retry_count"]).collect();
    assert_eq!(counts, [&json!(0), &json!(2)]);
}

#[tokio::test]
async fn what_the_model_is_told() {
    let house = House::answering(|request| match request.target.as_str() {
        "/empty" => Reply::with(204, &[], ""),
        "/mapped" => Reply::json(r#"{"items":[{"id":7}],"rest":1}"#),
        "/missing" => Reply::status(404, "no"),
        "/found" => Reply::redirect(302, "http://10.0.0.1/"),
        _ => Reply::silence(),
    })
    .await;
    let assistant = house.assistant("a").await;
    for (name, configuration) in [
        ("empty", json!({"url": house.url("/empty")})),
        (
            "mapped",
            json!({"url": house.url("/mapped"), "response_mapping": {"id": "data.items.0.id", "x": "no.where"}}),
        ),
        ("missing", json!({"url": house.url("/missing")})),
        ("found", json!({"url": house.url("/found")})),
        ("stays", json!({"url": house.url("/found"), "follow_redirects": false})),
        ("slow", json!({"url": house.url("/slow"), "method": "POST", "timeout_seconds": 0.2})),
    ] {
        let id = house.tool(name, configuration, texts(&[])).await;
        house.assign(id, assistant).await;
    }
    let session = house.session(assistant).await;
    for (name, told) in [
        ("empty", json!({"success": true, "status_code": 204})),
        ("mapped", json!({"id": 7, "x": null})),
        ("missing", json!({"error": "HTTP 404: Not Found", "done": false})),
        ("found", json!({"error": "redirect refused", "done": false})),
        ("stays", json!({"success": true, "status_code": 302})),
        ("slow", json!({"error": "tool timed out"})),
    ] {
        assert_eq!(*house.call(session, name, json!({})).await.told, told, "{name}");
    }
}

#[tokio::test]
async fn a_rotated_secret_signs_beside_the_one_before() {
    let house = House::new().await;
    let (tool, session) = house.ready("t", json!({"url": house.url("/x")}), texts(&[])).await;
    let rotated = house.post(&format!("/api/v1/tools/{tool}/rotate-secret"), Value::Null).await.expect(200);
    assert!(rotated["hmac_secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(rotated["tool_id"], tool);
    assert!(rotated["previous_valid_until"].as_str().unwrap().ends_with('Z'));
    house.call(session, "t", json!({})).await;
    let request = house.receiver.requests().remove(0);
    assert_eq!(request.header("webhook-signature").unwrap().split(' ').count(), 2);
    let python = json!({"name": "p", "tool_type": "python", "python_config": {"code": "def f(): pass"}});
    let id = house.post("/api/v1/tools", python).await.expect(200)["id"].clone();
    let refused = house.post(&format!("/api/v1/tools/{id}/rotate-secret"), Value::Null).await.detail(400);
    assert_eq!(refused, "Tool has no signing secret");
}
