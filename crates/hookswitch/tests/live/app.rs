//! An app carries out client tools over a socket of its own.

use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{House, fine};
use crate::socket::Socket;

async fn output(app: &mut Socket, call: &Value, output: Value) {
    app.send(json!({"type": "tool_output", "id": call["id"], "output": output})).await;
}

#[tokio::test]
async fn the_app_is_asked_and_its_output_is_the_result() {
    let house = House::start(fine).await;
    house.client_tool("show", json!({"effect": "action"})).await;
    let session = house.session(&["show"]).await;
    let (mut runtime, mut app) = (house.runtime(&session).await, house.app(&session).await);
    runtime.report("user_turn").await;
    runtime.call("c1", "show", "map").await;
    let call = app.next("tool_call").await;
    assert_eq!((&call["name"], &call["arguments"]), (&json!("show"), &json!({"what": "map"})));
    assert_eq!(call["tool_call_id"], "c1");
    output(&mut app, &call, json!({"shown": true})).await;
    assert_eq!(runtime.result("c1").await["result"], json!({"shown": true}));
    // Twice, unknown, and what only the runtime may say.
    output(&mut app, &call, json!({"shown": true})).await;
    assert_eq!(app.next("warning").await["code"], "duplicate_output");
    let nobodys = json!({"id": "exec_01kqf3v4r8e6t9x2b5m7n0p1qs"});
    output(&mut app, &nobodys, json!(1)).await;
    assert_eq!(app.next("warning").await["code"], "unknown_output");
    app.send(json!({"type": "call", "tool_call_id": "x", "name": "show"})).await;
    assert_eq!(app.next("error").await["code"], "wrong_role");
    // The app hears nothing of what is the runtime's.
    assert!(!app.orders.iter().any(|order| order["type"] == "result" || order["type"] == "say"));
    let call_error = json!({"type": "tool_output", "id": call["id"], "output": "no", "is_error": true});
    app.send(call_error).await;
    app.next("warning").await;
    // The record has what the app was asked.
    let executions = house.get(&format!("/v1/executions?session_id={session}")).await;
    let record =
        house.get(&format!("/v1/executions/{}", executions["data"][0]["id"].as_str().unwrap())).await;
    assert_eq!(record["outcome"], "done");
    assert_eq!(record["arguments"], json!({"what": "map"}));
}

#[tokio::test]
async fn an_output_that_comes_too_late_settles_the_act() {
    let house = House::start(fine).await;
    house.client_tool("show", json!({"effect": "action", "timeout_ms": 200})).await;
    let session = house.session(&["show"]).await;
    let (mut runtime, mut app) = (house.runtime(&session).await, house.app(&session).await);
    runtime.report("user_turn").await;
    runtime.call("c1", "show", "map").await;
    let call = app.next("tool_call").await;
    let soft = runtime.result("c1").await;
    assert_eq!((&soft["timed_out"], &soft["result"]), (&json!(true), &json!({"error": "tool timed out"})));
    output(&mut app, &call, json!({"shown": true})).await;
    assert_eq!(runtime.next("late_result").await["result"], json!({"shown": true}));
    runtime.call("c2", "show", "map").await;
    assert_eq!(runtime.result("c2").await["replayed"], true);
}

#[tokio::test]
async fn an_async_client_tool_with_and_without_waiting() {
    let house = House::start(fine).await;
    for (name, wait) in [("plain", false), ("waits", true)] {
        let speech = json!({"async": true, "wait_for_response": wait});
        house.client_tool(name, json!({"effect": "action", "speech": speech})).await;
    }
    let session = house.session(&["plain", "waits"]).await;
    let (mut runtime, mut app) = (house.runtime(&session).await, house.app(&session).await);
    runtime.report("user_turn").await;
    for (name, may_call) in [("plain", true), ("waits", false)] {
        runtime.call(name, name, "x").await;
        let started = runtime.result(name).await;
        assert_eq!((&started["outcome"], &started["may_call_tools"]), (&json!(null), &json!(may_call)));
        let call = app.next("tool_call").await;
        output(&mut app, &call, json!({"of": name})).await;
        let landed = runtime.next("async_result").await;
        assert_eq!((&landed["tool_call_id"], &landed["result"]), (&json!(name), &json!({"of": name})));
    }
}

#[tokio::test]
async fn an_app_that_is_gone_for_good_ends_its_calls_at_once() {
    let house = House::start(fine).await;
    house.client_tool("show", json!({"effect": "action", "timeout_ms": 60_000})).await;
    house.client_tool("read", json!({"effect": "read", "timeout_ms": 60_000})).await;
    let session = house.session(&["show", "read"]).await;
    let (mut runtime, mut app) = (house.runtime(&session).await, house.app(&session).await);
    for (name, outcome) in [("show", "unknown"), ("read", "failed")] {
        runtime.report("user_turn").await;
        runtime.call(name, name, "x").await;
        app.next("tool_call").await;
        app.cut();
        let result = runtime.result(name).await;
        assert_eq!((&result["outcome"], &result["code"]), (&json!(outcome), &json!(null)), "{result:?}");
        app = house.app(&session).await;
    }
    // Gone by its own word: nothing is waited for, and what was not sent has failed.
    app.send(json!({"type": "bye"})).await;
    assert_eq!(app.rest().await.1.0, 1000);
    runtime.report("user_turn").await;
    runtime.call("c9", "read", "y").await;
    let result = runtime.result("c9").await;
    assert_eq!(result["outcome"], "failed", "{result:?}");
}

#[tokio::test]
async fn an_app_that_comes_back_gets_what_it_has_not_seen() {
    let house = House::with(fine, &[("HOOKSWITCH_LINK_GRACE", "20s")]).await;
    house.client_tool("show", json!({"effect": "action", "timeout_ms": 60_000})).await;
    let session = house.session(&["show"]).await;
    let (mut runtime, app) = (house.runtime(&session).await, house.app(&session).await);
    let position = app.cut();
    runtime.report("user_turn").await;
    runtime.call("c1", "show", "map").await;
    let mut app = house.join(&session, json!({"role": "app", "resume": position})).await;
    let call = app.next("tool_call").await;
    // Seen, and lost before it answered: not asked again, and the answer counts.
    let position = app.cut();
    let mut app = house.join(&session, json!({"role": "app", "resume": position})).await;
    assert!(app.settle().await.iter().all(|frame| frame["type"] != "tool_call"));
    output(&mut app, &call, json!({"shown": true})).await;
    assert_eq!(runtime.result("c1").await["outcome"], "done");
}

#[tokio::test]
async fn an_interrupted_read_is_withdrawn() {
    let house = House::start(fine).await;
    house.client_tool("read", json!({"effect": "read", "timeout_ms": 60_000})).await;
    let session = house.session(&["read"]).await;
    let (mut runtime, mut app) = (house.runtime(&session).await, house.app(&session).await);
    runtime.report("user_turn").await;
    runtime.call("c1", "read", "x").await;
    let call = app.next("tool_call").await;
    runtime.report("interrupted").await;
    assert_eq!(runtime.result("c1").await["outcome"], "cancelled");
    assert_eq!(app.next("tool_cancelled").await["id"], call["id"]);
    output(&mut app, &call, json!(1)).await;
    assert_eq!(app.next("warning").await["code"], "withdrawn_output");
}

#[tokio::test]
async fn a_call_waits_for_an_app_that_is_about_to_join() {
    let house = House::with(fine, &[("HOOKSWITCH_LINK_GRACE", "20s")]).await;
    house.client_tool("show", json!({"effect": "action", "timeout_ms": 60_000})).await;
    let session = house.session(&["show"]).await;
    let mut runtime = house.runtime(&session).await;
    runtime.report("user_turn").await;
    runtime.call("c1", "show", "map").await;
    runtime.order("call_started").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut app = house.app(&session).await;
    let call = app.next("tool_call").await;
    output(&mut app, &call, json!(1)).await;
    assert_eq!(runtime.result("c1").await["outcome"], "done");
}
