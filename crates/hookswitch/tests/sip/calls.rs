//! What a model is told of real calls.

use serde_json::json;

use crate::ear::Ear;
use crate::house::{House, brain, call};
use crate::sipp::{self, Sipp};

#[tokio::test]
async fn a_session_transfers_its_caller_and_ends_with_the_call() {
    let runtime = brain().await;
    let house = House::start(runtime.port).await;
    let mut call = call(&house, runtime, &sipp::gets_bye()).await;
    let busy =
        format!("{}{}{}", sipp::gets("INVITE"), sipp::answer("486 Busy Here", None), sipp::gets("ACK"));
    let mut desk = Sipp::called(&busy).await;
    let there = Ear::open().await;
    let steps = format!("{}{}", sipp::picks_up(&sipp::sdp(there.port, true)), sipp::gets_bye());
    let mut second = Sipp::called(&steps).await;
    let uri = |port: u16| format!("sip:desk@127.0.0.1:{port}");
    house.tool("desk", json!({"operation": "transfer_to_human", "destinations": [uri(desk.port)]})).await;
    let both = json!({"operation": "transfer_to_human", "destinations": [uri(second.port)]});
    house.tool("second", both).await;
    house.tool("press", json!({"operation": "send_dtmf"})).await;
    house.tool("bye", json!({"operation": "end_call"})).await;
    house.tool("anyone", json!({"operation": "transfer_to_phone_number"})).await;
    let session = house.session(&call.id, &["desk", "second", "press", "bye", "anyone"]).await;
    let pressed = house.call(&session, "press", json!({"digits": "42#"})).await;
    assert_eq!(
        (&pressed["outcome"], &pressed["result"]),
        (&json!("done"), &json!({"digits_sent": 3})),
        "{pressed}"
    );
    call.ear.hears_keys("42#").await;
    let wrong = house.call(&session, "press", json!({"digits": "x"})).await;
    assert_eq!(wrong["outcome"], "refused", "{wrong}");
    let anyone = house.call(&session, "anyone", json!({"phone_number": "+14155552671"})).await;
    assert_eq!(anyone["outcome"], "refused");
    assert!(anyone["result"]["error"].as_str().unwrap().contains("allow-list"), "{anyone}");
    let answer = house.call(&session, "desk", json!({})).await;
    assert_eq!(answer["outcome"], "failed");
    assert_eq!(answer["result"]["error"], "the line is busy, the caller is back with you");
    assert_eq!(answer["result"]["done"], false);
    desk.passes().await;
    let answer = house.call(&session, "second", json!({})).await;
    assert_eq!(
        (&answer["outcome"], &answer["result"]["connected"]),
        (&json!("done"), &json!(true)),
        "{answer}"
    );
    call.brain.passes().await;
    let (_one, _two) = (call.ear.speak(900).await, there.speak(1_300).await);
    call.ear.hears(1_300).await;
    there.hears(900).await;
    let bye = house.call(&session, "bye", json!({})).await;
    assert_eq!(bye["outcome"], "done", "{bye}");
    call.far.passes().await;
    second.passes().await;
    house.until(&format!("/v1/sessions/{session}"), |body| !body["ended_at"].is_null()).await;
}

#[tokio::test]
async fn events_without_the_engine_s_signature_are_nobody_s() {
    let runtime = brain().await;
    let house = House::start(runtime.port).await;
    let forged = json!({"events": [{"call": "call_1", "seq": 1, "time_ms": 0, "driver": "sip",
        "event": "call.ended", "by": "caller", "cause": "hangup"}]});
    assert_eq!(house.refused("/call-events", forged).await.0, 401);
}
