//! Irreversible acts want the caller's yes.

use serde_json::json;

use crate::house::{House, fine};

#[tokio::test]
async fn an_irreversible_act_is_read_back_and_done_after_a_user_turn() {
    let house = House::start(fine).await;
    house.webhook("erase", "POST", json!({"effect": "irreversible"})).await;
    let session = house.session(&["erase"]).await;
    let mut runtime = house.runtime(&session).await;
    runtime.report("user_turn").await;
    for (id, what) in [("c1", "all"), ("c2", "all"), ("c3", "half")] {
        runtime.call(id, "erase", what).await;
        let answer = runtime.result(id).await;
        assert_eq!((&answer["code"], &answer["confirmation"]), (&json!("confirmation_needed"), &json!(null)));
        assert_eq!(answer["result"]["arguments"], json!({"what": what}));
    }
    runtime.report("user_turn").await;
    // Other arguments started over: the yes was to half of it.
    runtime.call("c4", "erase", "all").await;
    assert_eq!(runtime.result("c4").await["code"], "confirmation_needed");
    assert_eq!(house.receiver.requests().len(), 0);
    runtime.report("user_turn").await;
    runtime.call("c5", "erase", "all").await;
    assert_eq!(runtime.result("c5").await["outcome"], "done");
    assert_eq!(house.receiver.requests().len(), 1);
}

#[tokio::test]
async fn where_no_turns_are_shown_a_token_is_the_yes() {
    let house = House::start(fine).await;
    house.webhook("erase", "POST", json!({"effect": "irreversible"})).await;
    let session = house.session(&["erase"]).await;
    let mut runtime = house.join(&session, json!({"role": "runtime"})).await;
    runtime.call("c1", "erase", "all").await;
    let token = runtime.result("c1").await["confirmation"].clone();
    assert!(token.is_string(), "{token}");
    let frame = json!({"type": "call", "tool_call_id": "c2", "name": "erase", "arguments": {"what": "all"},
        "confirmation": token});
    runtime.send(frame).await;
    assert_eq!(runtime.result("c2").await["code"], "confirmed_too_soon");
}
