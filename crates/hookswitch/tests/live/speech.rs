//! Speech rules, row by row of the semantics table, as a runtime meets them.

use std::time::Duration;

use hookswitch_testkit::Reply;
use serde_json::{Value, json};

use crate::house::{House, fine};
use crate::socket::Socket;

async fn with(speech: Value, pause: u64) -> (House, Socket) {
    let house = House::start(move |_| Reply::json(r#"{"id":7}"#).after(Duration::from_millis(pause))).await;
    house.webhook("look", "GET", json!({"speech": speech})).await;
    house.webhook("plain", "GET", json!({})).await;
    let session = house.session(&["look", "plain"]).await;
    let mut runtime = house.runtime(&session).await;
    runtime.report("user_turn").await;
    (house, runtime)
}

#[tokio::test]
async fn a_call_that_needs_speech_before_is_held_until_the_agent_speaks() {
    let (house, mut runtime) = with(json!({"require_speech_before": true}), 0).await;
    runtime.call("c1", "look", "x").await;
    assert_eq!(runtime.order("speak_first").await["tool_call_id"], "c1");
    runtime.settle().await;
    assert_eq!(house.receiver.requests().len(), 0);
    runtime.report("agent_speech_started").await;
    runtime.order("call_started").await;
    assert_eq!(runtime.order("result").await["result"], json!({"id": 7}));
}

#[tokio::test]
async fn a_brain_that_cannot_speak_first_has_a_line_said_for_it() {
    let (_house, mut runtime) = with(json!({"require_speech_before": true}), 0).await;
    runtime.call("c1", "look", "x").await;
    let order = runtime.order("speak_first").await;
    runtime.send(json!({"type": "cannot_speak", "execution_id": order["execution_id"]})).await;
    assert_eq!(runtime.order("say").await["text"], "One moment, please.");
    runtime.order("call_started").await;
    // The tool's own line where it has one.
    let rules =
        json!({"require_speech_before": true, "wait_for_speech_before": true, "line": "Let me look."});
    let (house, mut runtime) = with(rules, 0).await;
    runtime.call("c1", "look", "x").await;
    let order = runtime.order("speak_first").await;
    runtime.send(json!({"type": "cannot_speak", "execution_id": order["execution_id"]})).await;
    assert_eq!(runtime.order("say").await["text"], "Let me look.");
    runtime.report("agent_speech_started").await;
    runtime.settle().await;
    assert_eq!(house.receiver.requests().len(), 0);
    runtime.report("agent_speech_finished").await;
    runtime.order("call_started").await;
}

#[tokio::test]
async fn a_held_call_starts_when_the_speech_has_been_played() {
    let (house, mut runtime) = with(json!({"wait_for_speech_before": true}), 0).await;
    runtime.report("agent_speech_started").await;
    runtime.call("c1", "look", "x").await;
    runtime.settle().await;
    assert_eq!(house.receiver.requests().len(), 0);
    runtime.report("agent_speech_finished").await;
    runtime.order("call_started").await;
    runtime.order("result").await;
    // At once when nothing is playing.
    runtime.call("c2", "look", "y").await;
    runtime.order("call_started").await;
}

#[tokio::test]
async fn a_line_is_said_as_the_call_starts_and_staged_lines_while_it_runs() {
    let delayed =
        json!([{"after_ms": 100, "text": "Still looking."}, {"after_ms": 60_000, "text": "Never."}]);
    let (_house, mut runtime) = with(json!({"line": "Let me look.", "delayed": delayed}), 500).await;
    runtime.call("c1", "look", "x").await;
    runtime.order("call_started").await;
    assert_eq!(runtime.order("say").await["text"], "Let me look.");
    assert_eq!(runtime.order("say").await["text"], "Still looking.");
    runtime.order("result").await;
}

#[tokio::test]
async fn no_staged_line_is_said_when_the_result_is_there() {
    let delayed = json!([{"after_ms": 300, "text": "Still looking."}]);
    let (house, mut runtime) = with(json!({"delayed": delayed}), 0).await;
    runtime.call("c1", "look", "x").await;
    runtime.order("call_started").await;
    runtime.order("result").await;
    // Past the moment of the line: another call that takes longer than that.
    house.webhook("slow", "GET", json!({"speech": {"delayed": [{"after_ms": 600, "text": "Later."}]}})).await;
    let said = tokio::time::timeout(Duration::from_millis(600), runtime.read()).await;
    assert!(said.is_err(), "{said:?}");
}

#[tokio::test]
async fn nothing_is_said_for_a_silent_result() {
    let (_house, mut runtime) = with(json!({"forbid_speech_after": true}), 0).await;
    runtime.call("c1", "look", "x").await;
    let result = runtime.result("c1").await;
    assert_eq!((&result["may_speak"], &result["may_call_tools"]), (&json!(false), &json!(true)));
    let both = json!({"forbid_speech_after": true, "allow_chaining": false});
    let (_house, mut runtime) = with(both, 0).await;
    runtime.call("c1", "look", "x").await;
    let result = runtime.result("c1").await;
    assert_eq!((&result["may_speak"], &result["may_call_tools"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn the_reply_to_an_unchained_result_may_not_call_tools() {
    let (_house, mut runtime) = with(json!({"allow_chaining": false}), 0).await;
    runtime.call("c1", "look", "x").await;
    assert_eq!(runtime.result("c1").await["may_call_tools"], false);
    runtime.call("c2", "plain", "x").await;
    let refused = runtime.result("c2").await;
    assert_eq!((&refused["outcome"], &refused["code"]), (&json!("refused"), &json!("no_chaining")));
    runtime.report("user_turn").await;
    runtime.call("c3", "plain", "x").await;
    assert_eq!(runtime.result("c3").await["outcome"], "done");
}

#[tokio::test]
async fn a_call_right_after_speech_is_dropped_where_that_is_forbidden() {
    let (house, mut runtime) = with(json!({"forbid_call_after_speech": true}), 0).await;
    runtime.report("agent_speech_started").await;
    runtime.report("agent_speech_finished").await;
    runtime.call("c1", "look", "x").await;
    assert_eq!(runtime.result("c1").await["code"], "after_speech");
    assert_eq!(house.receiver.requests().len(), 0);
    runtime.report("user_turn").await;
    runtime.call("c2", "look", "x").await;
    assert_eq!(runtime.result("c2").await["outcome"], "done");
}

#[tokio::test]
async fn a_call_made_while_the_user_speaks_is_held_unless_it_may_run() {
    let (house, mut runtime) = with(json!({"can_run_during_user_speech": true}), 0).await;
    runtime.report("user_speech_started").await;
    runtime.call("c1", "plain", "x").await;
    runtime.call("c2", "plain", "y").await;
    runtime.settle().await;
    assert_eq!(house.receiver.requests().len(), 0);
    // What the brain drops is withdrawn.
    runtime.send(json!({"type": "call_dropped", "tool_call_id": "c2"})).await;
    assert_eq!(runtime.result("c2").await["outcome"], "cancelled");
    runtime.report("user_speech_finished").await;
    assert_eq!(runtime.result("c1").await["outcome"], "done");
    runtime.report("user_turn").await;
    runtime.report("user_speech_started").await;
    runtime.call("c3", "look", "x").await;
    assert_eq!(runtime.result("c3").await["outcome"], "done");
}

#[tokio::test]
async fn without_a_runtime_that_reports_speech_nothing_is_held() {
    let house = House::start(fine).await;
    house.webhook("look", "GET", json!({"speech": {"require_speech_before": true}})).await;
    let session = house.session(&["look"]).await;
    let mut silent = house.join(&session, json!({"role": "runtime"})).await;
    silent.call("c1", "look", "x").await;
    assert_eq!(silent.result("c1").await["outcome"], "done");
    // One that reports speech takes its place; when it is gone for good, what it held goes on.
    let mut runtime = house.runtime(&session).await;
    assert_eq!(silent.rest().await.1.0, 4001);
    runtime.report("user_turn").await;
    runtime.call("c2", "look", "y").await;
    runtime.order("speak_first").await;
    let position = runtime.cut();
    house.received(2).await;
    let mut back = house.join(&session, json!({"reports": {"speech": true}, "resume": position})).await;
    assert_eq!(back.result("c2").await["outcome"], "done");
}
