//! Interruptions by effect class.

use std::time::Duration;

use hookswitch_testkit::Reply;
use serde_json::json;

use crate::house::House;

fn slow() -> impl Fn(&hookswitch_testkit::RecordedRequest) -> Reply + Send + Sync + 'static {
    |_| Reply::json(r#"{"id":7}"#).after(Duration::from_millis(400))
}

#[tokio::test]
async fn an_interrupted_read_is_cancelled_and_an_action_runs_to_its_end() {
    let house = House::start(slow()).await;
    house.webhook("look", "GET", json!({})).await;
    house.webhook("book", "POST", json!({"effect": "action"})).await;
    let session = house.session(&["look", "book"]).await;
    let mut runtime = house.runtime(&session).await;
    runtime.report("user_turn").await;
    runtime.call("r1", "look", "x").await;
    house.received(1).await;
    runtime.report("interrupted").await;
    let read = runtime.result("r1").await;
    assert_eq!((&read["outcome"], &read["result"]), (&json!("cancelled"), &json!({"error": "cancelled"})));
    assert_eq!(read["may_speak"], false);
    runtime.report("user_turn").await;
    runtime.call("a1", "book", "x").await;
    house.received(2).await;
    runtime.report("interrupted").await;
    let action = runtime.result("a1").await;
    assert_eq!((&action["outcome"], &action["may_speak"]), (&json!("done"), &json!(false)));
    // The same act is never sent again.
    runtime.report("user_turn").await;
    runtime.call("a2", "book", "x").await;
    assert_eq!(runtime.result("a2").await["replayed"], true);
    assert_eq!(house.receiver.requests().len(), 2);
}

#[tokio::test]
async fn an_uninterruptible_call_keeps_the_turn() {
    let house = House::start(slow()).await;
    house.webhook("look", "GET", json!({"speech": {"uninterruptible": true}})).await;
    let session = house.session(&["look"]).await;
    let mut runtime = house.runtime(&session).await;
    runtime.report("user_turn").await;
    runtime.call("r1", "look", "x").await;
    assert_eq!(runtime.next("may_interrupt").await["value"], false);
    runtime.report("interrupted").await;
    let result = runtime.result("r1").await;
    assert_eq!((&result["outcome"], &result["may_speak"]), (&json!("done"), &json!(true)));
    assert_eq!(runtime.next("may_interrupt").await["value"], true);
}
