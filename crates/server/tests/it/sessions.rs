//! Sessions and their calls.

use http::Method;
use serde_json::{Value, json};

use crate::support::{World, text, webhook};

#[tokio::test]
async fn a_session_starts_with_what_it_was_given() {
    let world = World::new().await;
    let admin = &world.admin;
    let mut tool = webhook("greet", &world.upstream.url("/greet/{{system.from}}/{{vars.tier}}"));
    tool["config_schema"] = json!({"fields": [{"key": "area"}]});
    admin.post("/v1/tools", tool).await.expect(201);
    admin
        .patch(&format!("/v1/agents/{}", world.agent), json!({"variables": {"tier": "basic"}}))
        .await
        .expect(200);
    let start = json!({
        "agent_id": world.agent, "tools": [{"tool": "greet", "config": {"area": "x"}}, world.spare_tool],
        "channel": "phone", "from": "+4930", "to": "+4940", "timezone": "Europe/Berlin", "call_id": "c-1",
        "variables": {"tier": "gold"}, "metadata": {"ticket": 7}, "project_id": world.project,
    });
    let session = admin.post("/v1/sessions", start).await.expect(201);
    assert_eq!((&session["channel"], &session["status"]), (&json!("phone"), &json!("active")));
    assert_eq!(
        (&session["variables"], &session["metadata"]),
        (&json!({"tier": "gold"}), &json!({"ticket": 7}))
    );
    assert_eq!(session["project_id"], json!(world.project));
    let names: Vec<&str> =
        session["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["book", "greet", "fail"]);
    let path = format!("/v1/sessions/{}", text(&session, "id"));
    let functions = admin.get(&format!("{path}/tools")).await.expect(200);
    let greet = &functions["data"][1];
    assert_eq!((&greet["type"], &greet["function"]["name"]), (&json!("function"), &json!("greet")));
    assert_eq!(greet["function"]["parameters"]["properties"]["date"]["type"], "string");
    let call = json!({"name": "greet", "arguments": {"date": "d"}});
    assert_eq!(admin.post(&format!("{path}/calls"), call).await.expect(200)["outcome"], "done");
    assert_eq!(world.upstream.requests().pop().unwrap().target, "/greet/%2B4930/gold");
}

#[tokio::test]
async fn arguments_come_as_object_or_text() {
    let world = World::new().await;
    let calls = format!("/v1/sessions/{}/calls", world.session);
    for (arguments, outcome) in [
        (json!({"date": "a"}), "done"),
        (json!(r#"{"date":"b"}"#), "done"),
        (json!(r#"{"date":"c""#), "refused"),
        (json!("[]"), "refused"),
        (json!(null), "refused"),
        (json!({"date": 5}), "refused"),
    ] {
        let body = json!({"name": "book", "arguments": arguments});
        let answer = world.admin.post(&calls, body).await.expect(200);
        assert_eq!(answer["outcome"], outcome, "{arguments}: {answer}");
    }
    let unknown = world.admin.post(&calls, json!({"name": "nothing"})).await.expect(200);
    assert_eq!((&unknown["outcome"], &unknown["code"]), (&json!("refused"), &json!("unknown_tool")));
    assert!(unknown["result"]["error"].is_string());
}

#[tokio::test]
async fn the_same_act_is_answered_again_and_not_sent() {
    let world = World::new().await;
    let calls = format!("/v1/sessions/{}/calls", world.session);
    let before = world.upstream.requests().len();
    let body = json!({"name": "book", "arguments": {"date": "a"}, "tool_call_id": "t1"});
    let first = world.admin.post(&calls, body.clone()).await.expect(200);
    assert_eq!((&first["tool_call_id"], &first["replayed"]), (&json!("t1"), &json!(false)));
    let body = json!({"name": "book", "arguments": {"date": "a"}, "tool_call_id": "t2"});
    let again = world.admin.post(&calls, body).await.expect(200);
    assert_eq!((&again["replayed"], &again["execution_id"]), (&json!(true), &first["execution_id"]));
    assert_eq!(again["result"]["already_done"], true);
    assert_eq!(world.upstream.requests().len(), before + 1);
}

#[tokio::test]
async fn traces_are_passed_on_when_well_formed() {
    let world = World::new().await;
    let calls = format!("/v1/sessions/{}/calls", world.session);
    let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for (number, (header, trace)) in
        [(good, Some("4bf92f3577b34da6a3ce929d0e0e4736")), ("00-nonsense", None)].into_iter().enumerate()
    {
        let body = json!({"name": "book", "arguments": {"date": format!("d{number}")}});
        let reply = world.admin.send_with(Method::POST, &calls, &[("traceparent", header)], Some(body)).await;
        reply.expect(200);
        let sent = world.upstream.requests().pop().unwrap();
        let passed = sent.header("traceparent").and_then(|text| text.split('-').nth(1)).map(str::to_owned);
        assert_eq!(passed.as_deref(), trace);
    }
}

#[tokio::test]
async fn an_unknown_act_is_settled_once() {
    let world = World::new().await;
    let path = format!("/v1/executions/{}/settle", world.unknown_execution);
    let settled = world.admin.post(&path, json!({"outcome": "done", "result": {"id": 7}})).await.expect(200);
    assert_eq!((&settled["outcome"], &settled["late"]), (&json!("done"), &json!({"id": 7})));
    world.admin.post(&path, json!({"outcome": "failed"})).await.problem(409, "not_unknown");
    let call = json!({"name": "fail", "arguments": {"date": "2026-12-01"}});
    let answer = world.admin.post(&format!("/v1/sessions/{}/calls", world.session), call).await.expect(200);
    assert_eq!((&answer["outcome"], &answer["replayed"]), (&json!("done"), &json!(true)), "{answer}");
    assert_eq!(answer["result"]["id"], 7);
}

#[tokio::test]
async fn ended_sessions_take_no_calls_and_erased_ones_forget() {
    let world = World::new().await;
    let admin = &world.admin;
    let path = format!("/v1/sessions/{}", world.session);
    let call = json!({"name": "book", "arguments": {"date": "very private"}});
    let answer = admin.post(&format!("{path}/calls"), call.clone()).await.expect(200);
    let ended = admin.post(&format!("{path}/end"), json!({})).await.expect(200);
    assert_eq!((&ended["status"], ended["ended_at"].is_string()), (&json!("ended"), true));
    assert_eq!(admin.post(&format!("{path}/end"), json!({})).await.expect(200)["status"], "ended");
    admin.post(&format!("{path}/calls"), call).await.problem(409, "session_ended");
    admin
        .post(&format!("{path}/reports"), json!({"report": "user_turn"}))
        .await
        .problem(409, "session_ended");
    let record = format!("/v1/executions/{}", text(&answer, "execution_id"));
    assert!(admin.get(&record).await.text().contains("very private"));
    admin.delete(&path).await.expect(204);
    assert!(!admin.get(&record).await.text().contains("very private"));
    let erased = admin.get(&path).await.expect(200);
    assert_eq!((&erased["status"], &erased["variables"]), (&json!("ended"), &json!({})));
    let events = admin.get(&format!("{path}/events?format=json")).await.expect(200);
    assert!(events["data"].as_array().unwrap().iter().all(|event| event["data"] == Value::Null), "{events}");
}
