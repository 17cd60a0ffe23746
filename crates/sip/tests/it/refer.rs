//! REFER and its endings: the other side carries the transfer out, or says that it does.

use serde_json::{Value, json};

use crate::ear::Ear;
use crate::evidence::shown;
use crate::house::House;
use crate::sipp::{self, Sipp};

/// A NOTIFY of the caller about a REFER.
pub fn notify(cseq: u32, status: &str, state: &str) -> String {
    let more = format!(
        "Event: refer\n      Subscription-State: {state}\n      Content-Type: message/sipfrag;version=2.0"
    );
    let text = sipp::in_dialog("NOTIFY", cseq, &more, None);
    let body = format!("Content-Length: [len]\n\n      SIP/2.0 {status}\n");
    format!("{}<recv response=\"200\"/>", text.replace("Content-Length: [len]\n\n      \n", &body))
}

fn accepted() -> String {
    format!("{}{}", sipp::gets("REFER"), sipp::reply("202 Accepted"))
}

/// A caller that acts like this when it is asked to transfer; the result and the caller.
async fn transfer(house: &House, steps: &str, command: Value) -> (Value, Sipp, String) {
    let ear = Ear::open().await;
    let steps = format!("{}{steps}", sipp::caller(&sipp::sdp(ear.port, true)));
    let far = Sipp::calls(house.sip(), "agent", &steps).await;
    let call = house.answered().await;
    let result = house.run(&call, "t", command).await;
    (result, far, call)
}

fn refer() -> Value {
    json!({"operation": "transfer", "targets": ["sip:desk@127.0.0.1:5999"], "mode": "refer"})
}

#[tokio::test]
async fn a_transfer_that_arrives() {
    let house = House::start("").await;
    let steps = format!(
        "{}{}{}{}",
        accepted(),
        notify(2, "100 Trying", "active;expires=60"),
        notify(3, "200 OK", "terminated;reason=noresource"),
        sipp::gets_bye()
    );
    let (result, mut far, call) = transfer(&house, &steps, refer()).await;
    assert_eq!((&result["result"], &result["mode"]), (&json!("connected"), &json!("refer")));
    assert_eq!(result["caller_id"], json!({"requested": "agent", "sent": null}));
    let messages = far.passes().await;
    assert!(messages.contains("Refer-To: <sip:desk@127.0.0.1:5999>"), "{messages}");
    assert_eq!(house.ended(&call).await.1, "transferred");
    let story = house.story(&call);
    for event in ["transfer.accepted", "transfer.progress", "transfer.connected"] {
        assert!(story.iter().any(|seen| seen == event), "{event}: {story:?}");
    }
    shown(11, "REFER, success", "sipp", "202, NOTIFY 100, NOTIFY 200 terminated, BYE");
}

#[tokio::test]
async fn a_transfer_to_a_busy_line_leaves_the_caller_here() {
    let house = House::start("").await;
    let ear = Ear::open().await;
    let steps = format!(
        "{}{}{}{}",
        sipp::caller(&sipp::sdp(ear.port, true)),
        accepted(),
        notify(2, "486 Busy Here", "terminated;reason=noresource"),
        sipp::gets_bye()
    );
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    let call = house.answered().await;
    let result = house.run(&call, "t", refer()).await;
    assert_eq!(result, json!({"result": "failed", "why": "busy", "code": 486, "caller": "with_agent"}));
    ear.hears(600).await;
    assert_eq!(far.received("BYE"), 0);
    house.run(&call, "end", json!({"operation": "end_call"})).await;
    far.passes().await;
    shown(12, "REFER, target busy", "sipp", "NOTIFY 486; no BYE; 600 Hz of the agent heard");
}

#[tokio::test]
async fn a_refer_that_is_refused() {
    let house = House::start("").await;
    let steps =
        format!("{}{}{}", sipp::gets("REFER"), sipp::reply("405 Method Not Allowed"), sipp::gets_bye());
    let (result, mut far, call) = transfer(&house, &steps, refer()).await;
    assert_eq!((&result["why"], &result["code"]), (&json!("refer_refused"), &json!(405)));
    house.run(&call, "end", json!({"operation": "end_call"})).await;
    far.passes().await;
}

#[tokio::test]
async fn a_refused_refer_becomes_a_bridge_where_that_is_allowed() {
    let house = House::start("").await;
    let there = Ear::open().await;
    let steps = format!("{}{}", sipp::picks_up(&sipp::sdp(there.port, true)), sipp::gets_bye());
    let mut target = Sipp::called(&steps).await;
    let steps =
        format!("{}{}{}", sipp::gets("REFER"), sipp::reply("405 Method Not Allowed"), sipp::gets_bye());
    let command = json!({"operation": "transfer", "mode": "auto", "caller_id": "caller",
        "targets": [format!("sip:desk@127.0.0.1:{}", target.port)]});
    let (result, mut far, call) = transfer(&house, &steps, command).await;
    assert_eq!((&result["result"], &result["mode"]), (&json!("connected"), &json!("bridge")));
    house.run(&call, "end", json!({"operation": "end_call"})).await;
    far.passes().await;
    target.passes().await;
    shown(13, "REFER refused", "sipp", "405: refer_refused, or a bridge with mode auto");
}

#[tokio::test]
async fn accepted_and_gone_is_unknown() {
    let house = House::start("").await;
    let bye = format!("{}<recv response=\"200\"/>", sipp::in_dialog("BYE", 2, "", None));
    let steps = format!("{}{bye}", accepted());
    let (result, mut far, call) = transfer(&house, &steps, refer()).await;
    assert_eq!(result, json!({"result": "unknown", "caller": "gone"}));
    far.passes().await;
    house.ended(&call).await;
    assert!(house.story(&call).iter().any(|event| event == "transfer.unknown"));
    shown(14, "REFER 202, then BYE", "sipp", "unknown; transfer.unknown");
}

#[tokio::test]
async fn accepted_and_silent_is_unknown_and_the_caller_stays() {
    let house = House::start("[limits]\nrefer_silence_s = 1\n").await;
    let steps = format!("{}{}", accepted(), sipp::gets_bye());
    let (result, mut far, call) = transfer(&house, &steps, refer()).await;
    assert_eq!(result, json!({"result": "unknown", "caller": "with_agent"}));
    house.run(&call, "end", json!({"operation": "end_call"})).await;
    far.passes().await;
}

#[tokio::test]
async fn ringing_and_then_declined() {
    let house = House::start("").await;
    let steps = format!(
        "{}{}{}{}",
        accepted(),
        notify(2, "180 Ringing", "active;expires=60"),
        notify(3, "603 Decline", "terminated;reason=noresource"),
        sipp::gets_bye()
    );
    let (result, mut far, call) = transfer(&house, &steps, refer()).await;
    assert_eq!(result, json!({"result": "failed", "why": "declined", "code": 603, "caller": "with_agent"}));
    house.run(&call, "end", json!({"operation": "end_call"})).await;
    far.passes().await;
    assert!(house.story(&call).iter().any(|event| event == "transfer.progress"));
    shown(15, "REFER 202, NOTIFY 180, 603", "sipp", "transfer.progress 180, then failed 603");
}

#[tokio::test]
async fn a_notify_that_overtakes_the_answer_counts() {
    let house = House::start("").await;
    // The 202 needs the REFER's headers, which the NOTIFY would replace as the last message.
    let keep = "<recv request=\"REFER\"><action>\
        <ereg regexp=\".*\" search_in=\"hdr\" header=\"Via:\" assign_to=\"1\"/>\
        <ereg regexp=\".*\" search_in=\"hdr\" header=\"CSeq:\" assign_to=\"2\"/>\
        <ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"3\"/>\
        <ereg regexp=\".*\" search_in=\"hdr\" header=\"To:\" assign_to=\"4\"/></action></recv>";
    let late = sipp::send(
        "SIP/2.0 202 Accepted\n      Via:[$1]\n      From:[$3]\n      To:[$4]\n      Call-ID: [call_id]\n      \
         CSeq:[$2]\n      Contact: <sip:caller@[local_ip]:[local_port]>",
        None,
    );
    let steps = format!(
        "{keep}{}{late}{}{}",
        notify(2, "100 Trying", "active;expires=60"),
        notify(3, "200 OK", "terminated;reason=noresource"),
        sipp::gets_bye()
    );
    let (result, mut far, _) = transfer(&house, &steps, refer()).await;
    assert_eq!(result["result"], "connected");
    far.passes().await;
    shown(16, "NOTIFY before 202", "sipp", "as 11");
}
