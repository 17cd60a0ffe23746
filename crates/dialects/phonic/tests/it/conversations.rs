//! Conversations: sessions read back.

use hookswitch_engine::SpeechReport;
use hookswitch_model::session::Channel;
use hookswitch_testkit::Reply;
use serde_json::{Value, json};

use crate::house::{House, parameter, plain};

async fn read(house: &House, session: hookswitch_model::SessionId) -> Value {
    house.get(&format!("/v1/conversations/conv_{}", session.uuid())).await.ok()["conversation"].clone()
}

#[tokio::test]
async fn a_conversation_with_its_tool_calls() {
    let house = House::open().await;
    let list = json!([parameter("date", json!({"location": "request_body"}))]);
    let body =
        house.webhook(json!({"parameters": list, "endpoint_headers": {"Authorization": "Bearer s3cr3t"}}));
    let id = house.tool(body).await;
    let session = house.session(&id, Channel::Text, json!({})).await;
    house.call(session, "book", json!({"date": "tomorrow"})).await;
    let shown = read(&house, session).await;
    assert_eq!(shown["id"], format!("conv_{}", session.uuid()));
    assert_eq!((&shown["workspace"], &shown["project"]["name"]), (&json!("default"), &json!("main")));
    assert_eq!(
        (&shown["agent"], &shown["call_info"], &shown["ended_at"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let item = &shown["items"][0];
    assert_eq!((&item["item_idx"], &item["role"]), (&json!(0), &json!("assistant")));
    let mut call = item["tool_calls"][0].clone();
    assert!(call["id"].as_str().unwrap().starts_with("tool_call_"));
    assert!(call["endpoint_called_at"].as_str().unwrap().ends_with('Z'));
    call["id"] = json!("tool_call_1");
    call["endpoint_called_at"] = json!("2026-01-30T23:45:03.000Z");
    assert_eq!(
        call,
        json!({"id": "tool_call_1", "tool": {"id": id, "name": "book"}, "integration": null,
        "endpoint_method": "POST", "endpoint_url": house.receiver.url("/book"),
        "endpoint_headers": {"Authorization": "[REDACTED]"}, "endpoint_timeout_ms": 5000,
        "endpoint_called_at": "2026-01-30T23:45:03.000Z", "query_params": null, "response_status_code": 200,
        "tool_call_output_timeout_ms": null, "request_body": {"date": "tomorrow", "call_info": null},
        "response_body": {"ok": 1}, "timed_out": false, "error_message": null})
    );
}

#[tokio::test]
async fn calls_of_a_get_and_answers_that_are_no_objects() {
    let house = House::answering(|request| match request.method.as_str() {
        "GET" => Reply::ok("free"),
        _ => Reply::with(422, &[], "taken"),
    })
    .await;
    let body = house.webhook(json!({"endpoint_method": "GET", "parameters": [parameter("day", json!({}))]}));
    let get = house.tool(body).await;
    let session = house.session(&get, Channel::Text, json!({})).await;
    house.call(session, "book", json!({"day": "a b"})).await;
    let shown = read(&house, session).await["items"][0]["tool_calls"][0].clone();
    assert_eq!(shown["request_body"], Value::Null);
    let query = json!({"day": "a b", "conversation_id": format!("conv_{}", session.uuid())});
    assert_eq!((&shown["query_params"], &shown["response_body"]), (&query, &json!({"value": "free"})));
    assert_eq!(shown["endpoint_url"], house.receiver.url("/book"));
    let post = house.tool(house.webhook(json!({"name": "post"}))).await;
    let session = house.session(&post, Channel::Text, json!({})).await;
    house.call(session, "post", json!({})).await;
    let shown = read(&house, session).await["items"][0]["tool_calls"][0].clone();
    assert_eq!(
        (&shown["response_status_code"], &shown["error_message"]),
        (&json!(422), &json!("HTTP 422: taken"))
    );
}

#[tokio::test]
async fn timeouts_have_no_answer() {
    let house = House::answering(|_| Reply::silence()).await;
    let id = house.tool(house.webhook(json!({"endpoint_method": "GET", "endpoint_timeout_ms": 1000}))).await;
    let session = house.session(&id, Channel::Text, json!({})).await;
    house.call(session, "book", json!({})).await;
    let shown = read(&house, session).await["items"][0]["tool_calls"][0].clone();
    assert_eq!(
        (&shown["timed_out"], &shown["response_status_code"], &shown["response_body"]),
        (&json!(true), &Value::Null, &Value::Null)
    );
    assert!(shown["error_message"].is_string());
}

#[tokio::test]
async fn calls_without_an_endpoint() {
    let house = House::open().await;
    let id = house.tool(plain("custom_context", json!({"context": "Open at nine."}))).await;
    let session = house.session(&id, Channel::Text, json!({})).await;
    house.call(session, "t", json!({})).await;
    let shown = read(&house, session).await["items"][0]["tool_calls"][0].clone();
    for field in [
        "endpoint_method",
        "endpoint_url",
        "endpoint_headers",
        "endpoint_timeout_ms",
        "endpoint_called_at",
        "query_params",
    ] {
        assert_eq!(shown[field], Value::Null, "{field}");
    }
    assert_eq!(
        (&shown["request_body"], &shown["response_body"]),
        (&json!({}), &json!({"value": "Open at nine."}))
    );
}

#[tokio::test]
async fn phone_calls_agents_and_turns() {
    let house = House::open().await;
    // A read: an action would be answered from its record.
    house.tool(house.webhook(json!({"endpoint_method": "GET"}))).await;
    let agent = house
        .post("/v1/agents", json!({"name": "desk", "tools": ["book"], "welcome_message": "Hi"}))
        .await
        .expect(201);
    let uuid = agent["id"].as_str().unwrap().strip_prefix("agent_").unwrap().parse().unwrap();
    let start = hookswitch_engine::SessionStart {
        agent: Some(hookswitch_model::AgentId::from_uuid(uuid)),
        channel: Channel::Phone,
        system: json!({"from": "+15550001111", "to": "+15550002222"}).as_object().unwrap().clone(),
        ..hookswitch_engine::SessionStart::default()
    };
    let session = house.engine.start_session(house.scope, house.project, start).await.unwrap().id;
    house.call(session, "book", json!({})).await;
    house.engine.report(house.scope, session, SpeechReport::UserTurn).await.unwrap();
    house.call(session, "book", json!({})).await;
    house.engine.end_session(house.scope, session).await.unwrap();
    let shown = read(&house, session).await;
    assert_eq!(shown["agent"], json!({"id": agent["id"], "name": "desk", "is_deleted": false}));
    assert_eq!(
        shown["call_info"],
        json!({"from_phone_number": "+15550001111", "to_phone_number": "+15550002222"})
    );
    assert_eq!((&shown["welcome_message"], &shown["ended_by"]), (&json!("Hi"), &json!("user")));
    assert!(shown["duration_ms"].is_u64());
    assert_eq!(shown["items"].as_array().unwrap().len(), 2, "one for each turn: {}", shown["items"]);
    house.delete("/v1/agents/desk").await.ok();
    assert_eq!(
        read(&house, session).await["agent"],
        json!({"id": agent["id"], "name": "desk", "is_deleted": true})
    );
}

#[tokio::test]
async fn conversations_of_others_are_not_found() {
    let house = House::open().await;
    let tool = house.tool(plain("custom_context", json!({"context": "c"}))).await;
    let session = house.session(&tool, Channel::Text, json!({})).await;
    let key = house.other_org().await;
    for (key, path) in [
        (key.as_str(), format!("/v1/conversations/conv_{}", session.uuid())),
        (crate::house::KEY, "/v1/conversations/conv_12cf6e88-c254-4d3e-a149-ddf1bdd2254c".to_owned()),
        (crate::house::KEY, format!("/v1/conversations/{session}")),
    ] {
        let answer = house.send(key, "GET", &path, None).await;
        assert_eq!(answer.body, json!({"error": {"message": "Conversation not found"}}));
        answer.refused(404);
    }
}
