//! Bridges: the engine calls the target itself.

use std::time::Duration;

use hookswitch_telephony::{DriverError, EventKind, LegName};
use serde_json::{Value, json};

use crate::ear::Ear;
use crate::evidence::shown;
use crate::house::House;
use crate::phone::Phone;
use crate::sipp::{self, Sipp};

/// A caller who stays until the engine hangs up.
pub struct Caller {
    pub far: Sipp,
    pub ear: Ear,
    pub call: String,
}

pub async fn caller(house: &House) -> Caller {
    let ear = Ear::open().await;
    let steps = format!("{}{}", sipp::caller(&sipp::sdp(ear.port, true)), sipp::gets_bye());
    let far = Sipp::calls(house.sip(), "agent", &steps).await;
    let call = house.answered().await;
    Caller { far, ear, call }
}

impl Caller {
    pub async fn end(mut self, house: &House) -> String {
        house.run(&self.call, "end", json!({"operation": "end_call"})).await;
        self.far.passes().await
    }
}

pub fn bridge(target: &Sipp, more: &Value) -> Value {
    let mut command = json!({"operation": "transfer", "mode": "bridge",
        "targets": [format!("sip:desk@127.0.0.1:{}", target.port)]});
    command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    command
}

#[tokio::test]
async fn digits_after_the_answer_then_both_hear_each_other() {
    let house = House::start("").await;
    let there = Ear::open().await;
    let steps = format!("{}{}", sipp::picks_up(&sipp::sdp(there.port, true)), sipp::gets_bye());
    let mut target = Sipp::called(&steps).await;
    let caller = caller(&house).await;
    let result = house.run(&caller.call, "t", bridge(&target, &json!({"post_digits": "4w2#"}))).await;
    assert_eq!((&result["result"], &result["digits_sent"]), (&json!("connected"), &json!("4w2#")));
    assert_eq!(there.keys(), "42#");
    let (_one, _two) = (caller.ear.speak(900).await, there.speak(1_300).await);
    caller.ear.hears(1_300).await;
    there.hears(900).await;
    caller.ear.press("9").await;
    there.hears_keys("42#9").await;
    let call = caller.call.clone();
    caller.end(&house).await;
    let messages = target.passes().await;
    assert!(messages.contains("From: <sip:+14155550100@"), "{messages}");
    assert!(messages.contains("P-Asserted-Identity: <sip:+14155550100@"), "{messages}");
    house.ended(&call).await;
    shown(
        17,
        "bridge, agent's number, digits",
        "sipp, RTP read apart",
        "From and PAI = agent; 4 2 # after the 200; 900 and 1300 Hz across; later key 9 relayed",
    );
}

#[tokio::test]
async fn the_caller_s_number_is_shown_when_asked_for() {
    let house = House::start("").await;
    let steps = format!("{}{}", sipp::picks_up(&sipp::sdp(40_000, true)), sipp::gets_bye());
    let mut target = Sipp::called(&steps).await;
    let caller = caller(&house).await;
    let result = house.run(&caller.call, "t", bridge(&target, &json!({"caller_id": "caller"}))).await;
    assert_eq!(result["caller_id"]["requested"], "caller");
    assert!(result["caller_id"]["sent"].as_str().unwrap().starts_with("sip:+14155550111@"));
    caller.end(&house).await;
    let messages = target.passes().await;
    assert!(messages.contains("From: <sip:+14155550111@"), "{messages}");
    assert!(messages.contains("P-Asserted-Identity: <sip:+14155550100@"), "{messages}");
    shown(18, "bridge, caller's number", "sipp", "From = caller, PAI = agent");
}

#[tokio::test]
async fn busy_and_declined_bring_the_caller_back() {
    let house = House::start("").await;
    let caller = caller(&house).await;
    for (key, status, why, code) in
        [("t1", "486 Busy Here", "busy", 486), ("t2", "603 Decline", "declined", 603)]
    {
        let steps = format!("{}{}{}", sipp::gets("INVITE"), sipp::answer(status, None), sipp::gets("ACK"));
        let mut target = Sipp::called(&steps).await;
        let result = house.run(&caller.call, key, bridge(&target, &json!({}))).await;
        assert_eq!(result, json!({"result": "failed", "why": why, "code": code, "caller": "with_agent"}));
        target.passes().await;
        caller.ear.hears(600).await;
    }
    caller.end(&house).await;
    shown(19, "busy, declined", "sipp", "486 and 603, ACK; the caller hears the agent's 600 Hz again");
}

/// Rings until it is cancelled.
fn rings() -> String {
    let cancelled = "SIP/2.0 487 Request Terminated\n      [last_Via:]\n      [last_From:]\n      \
        [last_To:];tag=[pid]SIPpTag01[call_number]\n      [last_Call-ID:]\n      CSeq: [$1]INVITE";
    format!(
        "<recv request=\"INVITE\"><action>\
         <ereg regexp=\"[0-9]+ \" search_in=\"hdr\" header=\"CSeq:\" assign_to=\"1\"/>\
         <ereg regexp=\".*\" search_in=\"hdr\" header=\"Via:\" assign_to=\"2\"/></action></recv>\
         {}{}{}{}{}",
        sipp::answer("180 Ringing", None),
        sipp::gets("CANCEL"),
        sipp::reply("200 OK"),
        sipp::send(&cancelled.replace("[last_Via:]", "Via:[$2]"), None),
        sipp::gets("ACK")
    )
}

#[tokio::test]
async fn nobody_answers() {
    let house = House::start("").await;
    let mut target = Sipp::called(&rings()).await;
    let caller = caller(&house).await;
    let result = house.run(&caller.call, "t", bridge(&target, &json!({"ring_timeout_ms": 1200}))).await;
    assert_eq!((&result["why"], &result["caller"]), (&json!("no_answer"), &json!("with_agent")));
    assert!(result["rang_ms"].as_u64().unwrap() >= 1200);
    target.passes().await;
    caller.ear.hears(600).await;
    caller.end(&house).await;
    shown(20, "no answer", "sipp", "CANCEL, 200, 487, ACK; the caller hears the agent again");
}

#[tokio::test]
async fn an_answer_that_crosses_the_cancel_is_hung_up() {
    let house = House::start("").await;
    let steps = format!(
        "<recv request=\"INVITE\"><action>\
         <ereg regexp=\".*\" search_in=\"hdr\" header=\"Via:\" assign_to=\"2\"/>\
         <ereg regexp=\".*\" search_in=\"hdr\" header=\"CSeq:\" assign_to=\"1\"/></action></recv>{}{}{}{}{}{}",
        sipp::answer("180 Ringing", None),
        sipp::gets("CANCEL"),
        sipp::reply("200 OK"),
        sipp::answers(&sipp::sdp(40_000, true))
            .replace("[last_Via:]", "Via:[$2]")
            .replace("[last_CSeq:]", "CSeq:[$1]"),
        sipp::gets("ACK"),
        sipp::gets_bye()
    );
    let mut target = Sipp::called(&steps).await;
    let caller = caller(&house).await;
    let result = house.run(&caller.call, "t", bridge(&target, &json!({"ring_timeout_ms": 1000}))).await;
    assert_eq!(result["why"], "no_answer");
    target.passes().await;
    caller.end(&house).await;
    shown(21, "CANCEL crosses 200", "sipp", "ACK, then BYE; no_answer");
}

#[tokio::test]
async fn the_caller_hangs_up_while_the_target_rings() {
    let house = House::start("").await;
    let mut target = Sipp::called(&rings()).await;
    let ear = Ear::open().await;
    let steps = format!(
        "{}<pause milliseconds=\"2500\"/>{}<recv response=\"200\"/>",
        sipp::caller(&sipp::sdp(ear.port, true)),
        sipp::in_dialog("BYE", 2, "", None)
    );
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    let call = house.answered().await;
    let result = house.run(&call, "t", bridge(&target, &json!({}))).await;
    assert_eq!((&result["why"], &result["caller"]), (&json!("cancelled"), &json!("gone")));
    far.passes().await;
    target.passes().await;
    assert_eq!(house.ended(&call).await.0, "caller");
    shown(22, "caller hangs up while the target rings", "sipp", "BYE; CANCEL at the target; cancelled");
}

#[tokio::test]
async fn aborted_while_it_rings() {
    let house = House::start("").await;
    let mut target = Sipp::called(&rings()).await;
    let caller = caller(&house).await;
    house.start_op(&caller.call, "t", bridge(&target, &json!({}))).await.unwrap();
    house
        .event("180", |event| {
            matches!(event.kind, EventKind::LegProgress { leg: LegName::Target, code: 180 })
        })
        .await;
    let second = house.start_op(&caller.call, "t2", bridge(&target, &json!({}))).await;
    assert!(matches!(second, Err(DriverError::Refused(refused)) if refused.code == "operation_in_progress"));
    shown(38, "two transfers at once", "sipp", "the second refused: operation_in_progress");
    house.run(&caller.call, "a", json!({"operation": "abort"})).await;
    assert_eq!(json!(house.outcome(&caller.call, "t").await)["why"], "cancelled");
    target.passes().await;
    caller.ear.hears(600).await;
    caller.end(&house).await;
    shown(23, "abort while ringing", "sipp", "CANCEL; the caller hears the agent again");
}

#[tokio::test]
async fn the_target_hangs_up() {
    let house = House::start("").await;
    let hangs_up = |wait: u32| {
        let bye = "BYE [next_url] SIP/2.0\n      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n      \
            From:[$3];tag=[pid]SIPpTag01[call_number]\n      To:[$4]\n      Call-ID: [call_id]\n      CSeq: 7 BYE\n      \
            Max-Forwards: 70";
        format!(
            "<recv request=\"INVITE\" rrs=\"true\"><action>\
             <ereg regexp=\".*\" search_in=\"hdr\" header=\"To:\" assign_to=\"3\"/>\
             <ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"4\"/></action></recv>{}{}\
             <pause milliseconds=\"{wait}\"/>{}<recv response=\"200\"/>",
            sipp::answers(&sipp::sdp(40_000, true)),
            sipp::gets("ACK"),
            sipp::send_reliably(bye, None)
        )
    };
    let mut target = Sipp::called(&hangs_up(800)).await;
    let caller = caller(&house).await;
    let result = house.run(&caller.call, "t1", bridge(&target, &json!({"keep_agent": true}))).await;
    assert_eq!(result["result"], "connected");
    target.passes().await;
    caller.ear.hears(600).await;
    let mut target = Sipp::called(&hangs_up(800)).await;
    house.run(&caller.call, "t2", bridge(&target, &json!({}))).await;
    target.passes().await;
    assert_eq!(house.ended(&caller.call).await.0, "target");
    let mut far = caller.far;
    far.passes().await;
    shown(
        24,
        "target hangs up after the bridge",
        "sipp",
        "agent stayed: the caller hears 600 Hz again; agent left: BYE to the caller",
    );
}

#[tokio::test]
async fn one_key_is_one_call() {
    let house = House::start("").await;
    let steps = format!("{}{}", sipp::picks_up(&sipp::sdp(40_000, true)), sipp::gets_bye());
    let mut target = Sipp::called(&steps).await;
    let caller = caller(&house).await;
    let command = bridge(&target, &json!({}));
    let (one, two) = tokio::join!(
        house.run(&caller.call, "same", command.clone()),
        house.run(&caller.call, "same", command.clone())
    );
    let three = house.run(&caller.call, "same", command).await;
    assert_eq!((&one, &two), (&two, &three));
    caller.end(&house).await;
    target.passes().await;
    assert_eq!(target.received("INVITE"), 1);
    shown(33, "three identical operation keys", "sipp", "one INVITE, three equal results");
}

#[tokio::test]
async fn where_calls_may_not_go_no_packet_goes() {
    let house = House::start("[destinations]\nallow = [\"prefix:+1415\"]\n").await;
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let caller = caller(&house).await;
    let command = json!({"operation": "transfer", "targets": [format!("sip:desk@127.0.0.1:{port}")]});
    let refused = house.start_op(&caller.call, "t", command).await;
    assert!(
        matches!(&refused, Err(DriverError::Refused(refused)) if refused.code == "destination_not_allowed"),
        "{refused:?}"
    );
    for text in ["5551234", "+1 415 555 2671", "+0123"] {
        let command = json!({"operation": "transfer", "targets": [text]});
        assert!(serde_json::from_value::<hookswitch_telephony::Command>(command).is_err());
    }
    let mut bytes = [0u8; 100];
    assert!(tokio::time::timeout(Duration::from_millis(500), silent.recv_from(&mut bytes)).await.is_err());
    caller.end(&house).await;
    shown(37, "target not on the allow-list, or not E.164", "a silent socket", "refused, zero packets");
}

#[tokio::test]
async fn elsewhere_is_followed_only_where_calls_may_go() {
    let house = House::start("[destinations]\nallow = [\"sip-host:127.0.0.1\"]\n").await;
    let moved = |to: String| {
        let answer = sipp::answer("302 Moved Temporarily", None)
            .replace("Contact: <sip:far@[local_ip]:[local_port]>", &format!("Contact: <{to}>"));
        format!("{}{answer}{}", sipp::gets("INVITE"), sipp::gets("ACK"))
    };
    let caller = caller(&house).await;
    let mut first = Sipp::called(&moved("sip:else@192.0.2.9".into())).await;
    let result = house.run(&caller.call, "t1", bridge(&first, &json!({}))).await;
    assert_eq!((&result["why"], &result["code"]), (&json!("forbidden"), &json!(302)));
    first.passes().await;
    let steps = format!("{}{}", sipp::picks_up(&sipp::sdp(40_000, true)), sipp::gets_bye());
    let mut second = Sipp::called(&steps).await;
    let mut first = Sipp::called(&moved(format!("sip:else@127.0.0.1:{}", second.port))).await;
    let result = house.run(&caller.call, "t2", bridge(&first, &json!({}))).await;
    assert_eq!(result["result"], "connected");
    first.passes().await;
    caller.end(&house).await;
    second.passes().await;
    shown(42, "302 from the target", "sipp", "followed to an allowed place; forbidden elsewhere");
}

#[tokio::test]
async fn a_real_phone_is_bridged_with_the_caller() {
    let house = House::start("").await;
    let mut desk = Phone::start("desk", 1_100, true).await;
    let caller = caller(&house).await;
    let command =
        json!({"operation": "transfer", "mode": "bridge", "targets": [desk.uri()], "post_digits": "12"});
    let result = house.run(&caller.call, "t", command).await;
    assert_eq!(result["result"], "connected");
    desk.event("CALL_ESTABLISHED").await;
    caller.ear.hears(1_100).await;
    caller.end(&house).await;
    desk.event("CALL_CLOSED").await;
    shown(17, "bridge to a phone", "baresip", "the caller hears the phone's 1100 Hz");
}
