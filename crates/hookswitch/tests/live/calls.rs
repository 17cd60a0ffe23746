//! Tool calls over the socket: streamed, repeated, side by side and one after the other, async, late.

use std::time::Duration;

use hookswitch_testkit::Reply;
use hyper::Method;
use serde_json::json;

use crate::house::{House, fine};

#[tokio::test]
async fn streamed_arguments_are_carried_out_when_they_are_complete() {
    let house = House::start(fine).await;
    house.webhook("book", "POST", json!({"effect": "action"})).await;
    let session = house.session(&["book"]).await;
    let mut runtime = house.runtime(&session).await;
    assert_eq!(runtime.welcome["tools"][0]["function"]["name"], "book");
    runtime.report("user_turn").await;
    runtime.send(json!({"type": "call_begin", "tool_call_id": "c1", "name": "book"})).await;
    for delta in ["{\"what\"", ":\"nine", " o'clock\"}"] {
        runtime.send(json!({"type": "call_arguments", "tool_call_id": "c1", "delta": delta})).await;
    }
    // What was sent before the pong was taken before it.
    assert_eq!(runtime.settle().await.len(), 0);
    assert_eq!(house.receiver.requests().len(), 0);
    runtime.send(json!({"type": "call_complete", "tool_call_id": "c1"})).await;
    let started = runtime.order("call_started").await;
    let result = runtime.order("result").await;
    assert_eq!(result["execution_id"], started["execution_id"]);
    assert_eq!((&result["outcome"], &result["result"]), (&json!("done"), &json!({"id": 7})));
    // Cut short: refused, not repaired, not carried out.
    runtime.send(json!({"type": "call_begin", "tool_call_id": "c2", "name": "book"})).await;
    let half = json!({"type": "call_arguments", "tool_call_id": "c2", "delta": "{\"what\":\"te"});
    runtime.send(half).await;
    runtime.send(json!({"type": "call_complete", "tool_call_id": "c2"})).await;
    let refused = runtime.result("c2").await;
    assert_eq!((&refused["outcome"], &refused["code"]), (&json!("refused"), &json!("invalid_arguments")));
    // Given up before it was complete.
    runtime.send(json!({"type": "call_begin", "tool_call_id": "c3", "name": "book"})).await;
    runtime.send(json!({"type": "call_dropped", "tool_call_id": "c3"})).await;
    runtime.send(json!({"type": "call_complete", "tool_call_id": "c3"})).await;
    assert_eq!(runtime.next("error").await["code"], "not_begun");
    assert_eq!(house.receiver.requests().len(), 1);
}

#[tokio::test]
async fn repeats_send_nothing_and_a_number_heard_twice_counts_once() {
    let house = House::start(fine).await;
    house.webhook("book", "POST", json!({"effect": "action"})).await;
    let session = house.session(&["book"]).await;
    let mut runtime = house.runtime(&session).await;
    runtime.report("user_turn").await;
    runtime.call("c1", "book", "nine").await;
    assert_eq!(runtime.result("c1").await["replayed"], false);
    runtime.call("c2", "book", "nine").await;
    let again = runtime.result("c2").await;
    assert_eq!((&again["replayed"], &again["result"]["already_done"]), (&json!(true), &json!(true)));
    let heard =
        json!({"type": "call", "tool_call_id": "c9", "name": "book", "arguments": {"what": "x"}, "n": 2});
    runtime.send(heard).await;
    runtime.call("c3", "book", "nine").await;
    let orders = runtime.result("c3").await;
    assert_eq!(orders["replayed"], true);
    assert_eq!(house.receiver.requests().len(), 1);
    assert!(!runtime.orders.iter().any(|order| order["tool_call_id"] == "c9"));
}

#[tokio::test]
async fn reads_run_side_by_side_and_an_action_waits_for_those_before_it() {
    let house = House::start(|request| {
        let pause = if request.target.starts_with("/look") { 300 } else { 0 };
        Reply::json("{}").after(Duration::from_millis(pause))
    })
    .await;
    house.webhook("look", "GET", json!({})).await;
    house.webhook("book", "POST", json!({"effect": "action"})).await;
    let session = house.session(&["look", "book"]).await;
    let mut runtime = house.runtime(&session).await;
    runtime.report("user_turn").await;
    for (id, name) in [("r1", "look"), ("r2", "look"), ("a1", "book"), ("r3", "look")] {
        runtime.call(id, name, id).await;
    }
    for id in ["r3"] {
        runtime.result(id).await;
    }
    let at = |kind: &str, id: &str| {
        let found =
            runtime.orders.iter().position(|order| order["type"] == kind && order["tool_call_id"] == id);
        found.unwrap_or_else(|| panic!("no {kind} of {id}"))
    };
    assert!(at("call_started", "r2") < at("result", "r1").min(at("result", "r2")));
    assert!(at("call_started", "a1") > at("result", "r1").max(at("result", "r2")));
    assert!(at("call_started", "r3") > at("result", "a1"));
}

#[tokio::test]
async fn an_async_call_says_so_and_tells_its_result_when_it_lands() {
    let house = House::start(|_| Reply::json(r#"{"id":7}"#).after(Duration::from_millis(300))).await;
    let speech = json!({"async": true, "wait_for_response": true});
    house.webhook("report", "POST", json!({"effect": "action", "speech": speech})).await;
    house.webhook("look", "GET", json!({})).await;
    let session = house.session(&["report", "look"]).await;
    let mut runtime = house.runtime(&session).await;
    runtime.report("user_turn").await;
    runtime.call("c1", "report", "x").await;
    let started = runtime.result("c1").await;
    assert_eq!((&started["outcome"], &started["result"]), (&json!(null), &json!({"status": "started"})));
    assert_eq!(started["may_call_tools"], false);
    assert_eq!(runtime.next("may_call_tools").await["value"], false);
    runtime.call("c2", "look", "x").await;
    assert_eq!(runtime.result("c2").await["code"], "waiting_for_result");
    let landed = runtime.next("async_result").await;
    assert_eq!((&landed["tool_call_id"], &landed["result"]), (&json!("c1"), &json!({"id": 7})));
    assert_eq!(runtime.next("may_call_tools").await["value"], true);
}

#[tokio::test]
async fn a_late_result_is_told_and_settles_the_act() {
    let house = House::start(|_| Reply::json(r#"{"id":7}"#).after(Duration::from_millis(700))).await;
    house.webhook("book", "POST", json!({"effect": "action", "timeout_ms": 200})).await;
    let session = house.session(&["book"]).await;
    let mut runtime = house.runtime(&session).await;
    runtime.report("user_turn").await;
    runtime.call("c1", "book", "x").await;
    let soft = runtime.result("c1").await;
    assert_eq!((&soft["timed_out"], &soft["outcome"]), (&json!(true), &json!("unknown")));
    let late = runtime.next("late_result").await;
    assert_eq!((&late["tool_call_id"], &late["result"]), (&json!("c1"), &json!({"id": 7})));
    runtime.call("c2", "book", "x").await;
    assert_eq!(runtime.result("c2").await["replayed"], true);
    assert_eq!(house.receiver.requests().len(), 1);
}

#[tokio::test]
async fn tools_that_are_switched_off_and_on_are_told() {
    let house = House::start(fine).await;
    house.webhook("book", "POST", json!({"effect": "action"})).await;
    let session = house.session(&["book"]).await;
    let mut runtime = house.runtime(&session).await;
    let tool = runtime.welcome["tools"][0]["tool_id"].as_str().unwrap().to_owned();
    house.send(Method::POST, &format!("/v1/tools/{tool}/disable"), None).await;
    assert_eq!(runtime.next("tools_changed").await["tools"], json!([]));
    runtime.call("c1", "book", "x").await;
    assert_eq!(runtime.result("c1").await["code"], "tool_disabled");
    house.send(Method::POST, &format!("/v1/tools/{tool}/enable"), None).await;
    assert_eq!(runtime.next("tools_changed").await["tools"][0]["function"]["name"], "book");
}

#[tokio::test]
async fn what_is_no_frame_is_answered_and_the_socket_stays() {
    let house = House::start(fine).await;
    let session = house.session(&[]).await;
    let mut runtime = house.runtime(&session).await;
    for (text, code) in [
        ("{", "invalid_json"),
        ("[]", "invalid_frame"),
        (r#"{"type":"dance"}"#, "invalid_frame"),
        (r#"{"type":"report","report":"user_turn","extra":1}"#, "invalid_frame"),
        (r#"{"type":"report","report":"user_turn","report":"user_turn"}"#, "invalid_json"),
        (r#"{"type":"hello"}"#, "unexpected_hello"),
        (r#"{"type":"tool_output","id":"exec_01kqf3v4r8e6t9x2b5m7n0p1qs"}"#, "wrong_role"),
        (r#"{"type":"call","tool_call_id":"","name":"x"}"#, "invalid_request"),
    ] {
        runtime.send_raw(text).await;
        let answer = runtime.order("error").await;
        assert_eq!(answer["code"], code, "{text}: {answer}");
    }
    runtime.settle().await;
}
