//! SIGKILL in the middle: acts and their answers survive, numbers are not mistaken, nothing is done twice.

use std::time::Duration;

use hookswitch_testkit::Reply;
use serde_json::{Value, json};

use crate::house::House;
use crate::socket::Socket;

fn back(role: &str, position: &Value) -> Value {
    let mut hello = json!({"role": role, "resume": position});
    if role == "runtime" {
        hello["reports"] = json!({"speech": true});
    }
    hello
}

#[tokio::test]
async fn acts_and_their_answers_survive_a_kill() {
    let mut house = House::start(|request| {
        let pause = if request.text().contains("slow") { 60_000 } else { 0 };
        Reply::json(r#"{"id":7}"#).after(Duration::from_millis(pause))
    })
    .await;
    let changes = json!({"effect": "action", "timeout_ms": 60_000});
    let mut changes_with_body = changes;
    changes_with_body["webhook"] = json!({"url": format!("http://{}/book", house.receiver.address()),
        "method": "POST", "body": {"what": "{{input.what}}"}});
    house.webhook("book", "POST", changes_with_body).await;
    let session = house.session(&["book"]).await;
    let mut runtime = house.runtime(&session).await;
    runtime.report("user_turn").await;
    runtime.call("c1", "book", "quick").await;
    let first = runtime.result("c1").await;
    runtime.call("c2", "book", "slow").await;
    house.received(2).await;
    let position = runtime.cut();
    house.kill().await;
    house.start_again().await;
    let mut runtime = house.join(&session, back("runtime", &position)).await;
    let resumed = runtime.welcome["resumed"].as_str().unwrap().to_owned();
    assert!(resumed == "complete" || resumed == "cut", "{resumed}");
    // What became of the act that was under way is told without being asked for.
    let cut_short = runtime.result("c2").await;
    assert_eq!((&cut_short["outcome"], &cut_short["result"]["done"]), (&json!("unknown"), &json!("unknown")));
    // The other one is replayed, the unknown one is not sent again.
    runtime.report("user_turn").await;
    runtime.call("c3", "book", "quick").await;
    let again = runtime.result("c3").await;
    assert_eq!((&again["replayed"], &again["execution_id"]), (&json!(true), &first["execution_id"]));
    runtime.call("c4", "book", "slow").await;
    let held = runtime.result("c4").await;
    assert_eq!((&held["code"], &held["result"]["done"]), (&json!("unknown_before"), &json!("unknown")));
    // The same call again, as a runtime that never got its answer sends it.
    runtime.call("c2", "book", "slow").await;
    assert_eq!(runtime.result("c2").await["result"]["done"], "unknown");
    assert_eq!(house.receiver.requests().len(), 2);
}

#[tokio::test]
async fn what_the_app_did_during_a_kill_is_told_afterwards() {
    let mut house = House::start(crate::house::fine).await;
    house.client_tool("show", json!({"effect": "action", "timeout_ms": 60_000})).await;
    let session = house.session(&["show"]).await;
    let (mut runtime, mut app) = (house.runtime(&session).await, house.app(&session).await);
    runtime.report("user_turn").await;
    runtime.call("c1", "show", "map").await;
    let call = app.next("tool_call").await;
    let (of_runtime, of_app) = (runtime.cut(), app.cut());
    house.kill().await;
    house.start_again().await;
    let mut runtime = house.join(&session, back("runtime", &of_runtime)).await;
    assert_eq!(runtime.result("c1").await["outcome"], "unknown");
    let mut app: Socket = house.join(&session, back("app", &of_app)).await;
    // Nobody asks it again; what it did counts.
    assert!(app.settle().await.iter().all(|frame| frame["type"] != "tool_call"));
    app.send(json!({"type": "tool_output", "id": call["id"], "output": {"shown": true}})).await;
    let late = runtime.next("late_result").await;
    assert_eq!((&late["tool_call_id"], &late["result"]), (&json!("c1"), &json!({"shown": true})));
    runtime.report("user_turn").await;
    runtime.call("c2", "show", "map").await;
    let again = runtime.result("c2").await;
    assert_eq!((&again["replayed"], &again["outcome"]), (&json!(true), &json!("done")));
}

/// Numbers that were given and lost are given anew; whoever saw the lost ones must not miss the new ones.
#[tokio::test]
async fn numbers_given_anew_after_a_kill_are_not_taken_for_old_ones() {
    let mut house = House::start(crate::house::fine).await;
    house.webhook("look", "GET", json!({})).await;
    let session = house.session(&["look"]).await;
    let mut position = json!(null);
    let mut cuts = 0;
    for round in 0..6 {
        let hello =
            if round == 0 { json!({"reports": {"speech": true}}) } else { back("runtime", &position) };
        let mut runtime = house.join(&session, hello).await;
        cuts += usize::from(runtime.welcome["resumed"] == "cut");
        runtime.settle().await;
        for number in 0..20 {
            runtime.call(&format!("r{round}c{number}"), "look", &format!("{round} {number}")).await;
        }
        let mut left = 20;
        while left > 0 {
            runtime.next("result").await;
            left -= 1;
        }
        // At once: of what was just told not everything is on disk.
        position = runtime.cut();
        house.kill().await;
        house.start_again().await;
    }
    let mut runtime = house.join(&session, back("runtime", &position)).await;
    cuts += usize::from(runtime.welcome["resumed"] == "cut");
    assert!(cuts > 0, "no kill came before the disk: the test shows nothing");
    runtime.call("last", "look", "last").await;
    assert_eq!(runtime.result("last").await["outcome"], "done");
    // The history has no gap and no number twice.
    let events = house.get(&format!("/v1/sessions/{session}/events?format=json")).await;
    let numbers: Vec<u64> =
        events["data"].as_array().unwrap().iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
}
