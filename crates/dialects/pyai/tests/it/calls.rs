//! The list of calls.

use hookswitch_engine::{SessionStart, StartTool};
use hookswitch_testkit::{Reply, TestServer};
use serde_json::{Map, Value, json};

use crate::house::{House, text};

async fn world() -> (TestServer, House, String) {
    let receiver = TestServer::start(|request| match request.target.as_str() {
        "/fail" => Reply::status(422, r#"{"error":"no such board"}"#),
        _ => Reply::json(r#"{"id":7}"#),
    })
    .await;
    let house = House::reaching(&receiver).await;
    let schema = json!({"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"]});
    let good = house
        .tool(json!({"name": "log_note", "webhook_url": receiver.url("/ok"), "input_schema": schema}))
        .await;
    let bad = house.tool(json!({"name": "fail", "webhook_url": receiver.url("/fail")})).await;
    let agent = house.agent_with(json!([{"tool_id": good["id"]}, {"tool_id": bad["id"]}])).await;
    (receiver, house, agent)
}

#[tokio::test]
async fn calls_are_listed_newest_first() {
    let (_receiver, house, agent) = world().await;
    let session = house.session(&agent).await;
    house.call(session, "log_note", json!({"note": "call back"})).await;
    house.call(session, "fail", json!({})).await;
    house.call(session, "log_note", json!({"note": 7})).await;
    let list = house.get("/v1/tools/calls").await.expect(200);
    assert_eq!(
        (&list["object"], &list["has_more"], &list["next_cursor"]),
        (&json!("list"), &json!(false), &json!(null))
    );
    let data = list["data"].as_array().unwrap();
    let outcomes: Vec<&Value> = data.iter().map(|call| &call["outcome"]).collect();
    assert_eq!(outcomes, ["refused", "failed", "done"]);
    let done = &data[2];
    let expected: Vec<&str> =
        "id agent_id tool_name ok error latency_ms call_id ts tool_id tool_call_id outcome ts_ms"
            .split(' ')
            .collect();
    assert_eq!(done.as_object().unwrap().keys().collect::<Vec<_>>(), expected);
    assert_eq!(
        (&done["ok"], &done["error"], &done["tool_name"]),
        (&json!(true), &json!(null), &json!("log_note"))
    );
    assert_eq!(done["agent_id"], json!(agent));
    assert_eq!(done["call_id"], json!(format!("call_{}", session.uuid())));
    assert_eq!(done["ts"].as_i64().unwrap(), done["ts_ms"].as_i64().unwrap() / 1000);
    assert!(text(done, "id").starts_with("exec_") && text(done, "tool_call_id").starts_with("tc_"));
    assert_eq!((&data[1]["ok"], &data[1]["error"]), (&json!(false), &json!("HTTP 422: no such board")));
    assert_eq!((&data[0]["latency_ms"], &data[0]["ok"]), (&json!(0), &json!(false)));
    assert!(data[2].get("arguments").is_none());
}

#[tokio::test]
async fn details_and_filters_are_ours() {
    let (_receiver, house, agent) = world().await;
    let (one, two) = (house.session(&agent).await, house.session(&agent).await);
    house.call(one, "log_note", json!({"note": "a"})).await;
    house.call(two, "log_note", json!({"note": "b"})).await;
    house.call(two, "fail", json!({})).await;
    let tool = text(&house.get("/v1/tools?kind=custom").await.expect(200)["data"][0], "id");
    let count = async |query: &str| {
        house.get(&format!("/v1/tools/calls?{query}")).await.expect(200)["data"].as_array().unwrap().len()
    };
    assert_eq!(count(&format!("tool_id={tool}")).await, 2);
    assert_eq!(count(&format!("call_id=call_{}", two.uuid())).await, 2);
    assert_eq!(count(&format!("agent_id={agent}")).await, 3);
    assert_eq!(count("agent_id=agent_00000000000000000000000000").await, 0);
    let short = agent.parse::<hookswitch_model::AgentId>().unwrap();
    assert_eq!(count(&format!("agent_id={short}")).await, 3);
    let detailed = house.get("/v1/tools/calls?include=details&limit=1").await.expect(200);
    let call = &detailed["data"][0];
    assert_eq!(
        (&call["arguments"], &call["result"]),
        (&json!({}), &json!({"error": "HTTP 422: no such board", "done": false}))
    );
    assert_eq!(
        (&call["attempts"][0]["number"], &call["attempts"][0]["status_code"]),
        (&json!(1), &json!(422))
    );
    assert_eq!(detailed["has_more"], true);
    let next = format!("/v1/tools/calls?limit=5&cursor={}", text(&detailed, "next_cursor"));
    assert_eq!(house.get(&next).await.expect(200)["data"].as_array().unwrap().len(), 2);
    for (query, param) in [
        ("call_id=x", "call_id"),
        ("agent_id=x", "agent_id"),
        ("tool_id=x", "tool_id"),
        ("include=all", "include"),
    ] {
        house.get(&format!("/v1/tools/calls?{query}")).await.problem(400, "invalid_request", Some(param));
    }
}

#[tokio::test]
async fn replays_and_tests_are_not_listed_and_no_profile_is_null() {
    let (_receiver, house, _) = world().await;
    let tool = house.get("/v1/tools?kind=custom").await.expect(200)["data"][0].clone();
    let start = StartTool { tool: text(&tool, "id").parse().unwrap(), config: Map::new() };
    let session = house.start(SessionStart { tools: vec![start], ..SessionStart::default() }).await;
    house.call(session, "log_note", json!({"note": "a"})).await;
    let again = house.call(session, "log_note", json!({"note": "a"})).await;
    assert_eq!(again.told["already_done"], true);
    house
        .post(&format!("/v1/tools/{}/test", text(&tool, "id")), json!({"arguments": {"note": "t"}}))
        .await
        .expect(200);
    let list = house.get("/v1/tools/calls").await.expect(200);
    let data = list["data"].as_array().unwrap();
    assert_eq!(data.len(), 1, "{list}");
    assert_eq!(data[0]["agent_id"], Value::Null);
    // The calls of a deleted tool stay.
    house.delete(&format!("/v1/tools/{}", text(&tool, "id"))).await.expect(200);
    let list = house.get("/v1/tools/calls").await.expect(200);
    assert_eq!(list["data"][0]["tool_id"], tool["id"]);
}
