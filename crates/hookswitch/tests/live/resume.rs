//! Coming back: after a lost connection and after a clean restart nothing is lost and nothing comes twice.

use std::collections::BTreeSet;
use std::time::Duration;

use hookswitch_testkit::Reply;
use serde_json::{Value, json};

use crate::house::{House, fine};

fn back(position: &Value) -> Value {
    json!({"role": "runtime", "reports": {"speech": true}, "resume": position})
}

#[tokio::test]
async fn a_dropped_connection_is_taken_up_where_it_was() {
    let house = House::start(|_| Reply::json(r#"{"id":7}"#).after(Duration::from_millis(150))).await;
    house.webhook("look", "GET", json!({})).await;
    let session = house.session(&["look"]).await;
    let mut seen = BTreeSet::new();
    let mut results = Vec::new();
    let mut position = Value::Null;
    let mut n = 0;
    // Cut in the middle of things, again and again; every call is sent until the server says that it was heard.
    for round in 0..8 {
        let hello = if round == 0 { json!({"reports": {"speech": true}}) } else { back(&position) };
        let mut runtime = house.join(&session, hello).await;
        if round > 0 {
            assert_eq!(runtime.welcome["resumed"], "complete");
            assert_eq!(runtime.welcome["received"].as_u64(), Some(n));
        }
        n += 1;
        let call = json!({"type": "call", "tool_call_id": format!("c{round}"), "name": "look",
            "arguments": {"what": format!("{round}")}, "n": n});
        runtime.send(call.clone()).await;
        // The same number again is the same frame.
        runtime.send(call).await;
        runtime.next("call_started").await;
        if round % 2 == 1 {
            runtime.next("result").await;
        }
        for order in &runtime.orders {
            assert!(seen.insert(order["seq"].as_u64().unwrap()), "twice: {order}");
            if order["type"] == "result" {
                results.push(order["tool_call_id"].as_str().unwrap().to_owned());
            }
        }
        position = runtime.cut();
    }
    let mut runtime = house.join(&session, back(&position)).await;
    house.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    let (rest, close) = runtime.rest().await;
    assert_eq!(close.0, 1000);
    assert_eq!(rest.last().unwrap()["type"], "ended");
    for order in &rest {
        assert!(seen.insert(order["seq"].as_u64().unwrap()), "twice: {order}");
        if order["type"] == "result" {
            results.push(order["tool_call_id"].as_str().unwrap().to_owned());
        }
    }
    results.sort();
    assert_eq!(results, (0..8).map(|round| format!("c{round}")).collect::<Vec<_>>());
    assert_eq!(house.receiver.requests().len(), 8);
}

#[tokio::test]
async fn a_clean_restart_is_announced_and_nothing_is_lost_or_repeated() {
    let mut house = House::start(|_| Reply::json(r#"{"id":7}"#).after(Duration::from_millis(300))).await;
    house.webhook("book", "POST", json!({"effect": "action"})).await;
    house.webhook("look", "GET", json!({})).await;
    let session = house.session(&["book", "look"]).await;
    let mut runtime = house.runtime(&session).await;
    runtime.report("user_turn").await;
    runtime.call("c1", "look", "x").await;
    runtime.next("result").await;
    runtime.call("c2", "book", "x").await;
    house.received(2).await;
    let position = runtime.position();
    // Running calls end before the sockets are told to come back.
    let (stopped, closed) = tokio::join!(house.stop(), async {
        let (frames, close) = runtime.rest().await;
        (frames, close, runtime.position())
    });
    let () = stopped;
    let (frames, close, after) = closed;
    assert!(matches!(close.0, 1012 | 1006), "{close:?}");
    house.start_again().await;
    // From what was seen last: nothing more. From before: the same again.
    let mut runtime = house.join(&session, back(&after)).await;
    assert_eq!((&runtime.welcome["resumed"], &runtime.welcome["received"]), (&json!("complete"), &json!(3)));
    // What came too late for the old socket comes first on the new one.
    let was_told = frames.iter().any(|frame| frame["type"] == "result");
    let again = if was_told { runtime.settle().await } else { vec![runtime.next("result").await] };
    let results = |frames: &[Value]| -> Vec<Value> {
        frames.iter().filter(|frame| frame["type"] == "result").cloned().collect()
    };
    let (told, told_again) = (results(&frames), results(&again));
    assert_eq!(told.len() + told_again.len(), 1, "{frames:?} {again:?}");
    let mut runtime = house.join(&session, back(&position)).await;
    let replayed = runtime.next("result").await;
    assert_eq!(&replayed, told.first().or_else(|| told_again.first()).unwrap());
    assert_eq!(replayed["result"], json!({"id": 7}));
    // What the calls were told is known, too.
    runtime.call("c3", "book", "x").await;
    assert_eq!(house.receiver.requests().len(), 2);
}

#[tokio::test]
async fn a_position_that_never_was_is_refused() {
    let house = House::start(fine).await;
    let session = house.session(&[]).await;
    let mut first = house.runtime(&session).await;
    first.settle().await;
    for resume in [json!({"epoch": 1, "seq": 1000}), json!({"epoch": 9, "seq": 0})] {
        let key = format!("Bearer {}", crate::server::KEY);
        let mut socket = crate::socket::Socket::open(house.address(), &session, &[("authorization", &key)])
            .await
            .ok()
            .unwrap();
        socket.send(json!({"type": "hello", "resume": resume})).await;
        let (frames, close) = socket.rest().await;
        assert_eq!((frames[0]["type"].as_str(), close.0), (Some("error"), 4002));
    }
    // Nobody was replaced by them.
    first.settle().await;
}
