//! Keys, both ways.

use hookswitch_telephony::{DriverError, EventKind, Via};
use serde_json::json;

use crate::ear::Ear;
use crate::evidence::shown;
use crate::house::House;
use crate::sipp::{self, Sipp};

#[tokio::test]
async fn keys_are_sent_as_they_are_written() {
    let house = House::start("").await;
    let ear = Ear::open().await;
    let steps = format!("{}{}", sipp::caller(&sipp::sdp(ear.port, true)), sipp::gets_bye());
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    let call = house.answered().await;
    let sent = house.run(&call, "d1", json!({"operation": "send_dtmf", "digits": "12w3#"})).await;
    assert_eq!(sent, json!({"result": "digits_sent", "count": 4}));
    ear.hears_keys("123#").await;
    assert_eq!(ear.end_packets(), 12);
    shown(2, "send_dtmf 12w3#", "sipp, RTP read apart", "telephone-events 1 2 3 #, three end packets each");
    assert!(
        serde_json::from_value::<hookswitch_telephony::Command>(
            json!({"operation": "send_dtmf", "digits": "1x"})
        )
        .is_err()
    );
    let nobody = house.start_op("call_none", "d2", json!({"operation": "send_dtmf", "digits": "1"})).await;
    assert!(matches!(nobody, Err(DriverError::Refused(refused)) if refused.code == "unknown_call"));
    house.run(&call, "end", json!({"operation": "end_call"})).await;
    far.passes().await;
}

#[tokio::test]
async fn keys_are_collected() {
    let house = House::start("").await;
    let ear = Ear::open().await;
    let steps = format!(
        "{}<pause milliseconds=\"6000\"/>{}<recv response=\"200\"/>",
        sipp::caller(&sipp::sdp(ear.port, true)),
        sipp::in_dialog("BYE", 2, "", None)
    );
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    let call = house.answered().await;
    ear.hears(600).await;
    let collect = |more: serde_json::Value| {
        let mut command = json!({"operation": "collect", "max": 4});
        command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        command
    };
    let finish = collect(json!({"finish_key": "#"}));
    house.start_op(&call, "c1", finish).await.unwrap();
    ear.press("12#").await;
    assert_eq!(
        json!(house.outcome(&call, "c1").await),
        json!({"result": "collected", "digits": "12", "reason": "finish_key"})
    );
    house.start_op(&call, "c2", collect(json!({"max": 2, "mask": true}))).await.unwrap();
    let ear2 = &ear;
    ear2.press_from(60_000_000, "78").await;
    assert_eq!(
        json!(house.outcome(&call, "c2").await),
        json!({"result": "collected", "digits": "78", "reason": "max_digits"})
    );
    let heard: Vec<_> = house
        .events()
        .into_iter()
        .filter_map(|event| match event.kind {
            EventKind::DtmfReceived { digit, via: Via::Rtp, .. } => Some(digit),
            _ => None,
        })
        .collect();
    assert_eq!(heard, ['1', '2', '#', 'x', 'x'], "each key once, masked ones hidden");
    shown(4, "digits with doubled and end packets", "RTP of the test", "each key once");
    let quick = json!({"first_timeout_ms": 300, "digit_timeout_ms": 300});
    assert_eq!(
        house.run(&call, "c3", collect(quick.clone())).await,
        json!({"result": "collected", "digits": "", "reason": "timeout"})
    );
    house
        .start_op(&call, "c4", collect(json!({"first_timeout_ms": 3000, "digit_timeout_ms": 300})))
        .await
        .unwrap();
    ear.press_from(70_000_000, "5").await;
    assert_eq!(
        json!(house.outcome(&call, "c4").await),
        json!({"result": "collected", "digits": "5", "reason": "timeout"})
    );
    house.start_op(&call, "c5", collect(json!({"first_timeout_ms": 20_000}))).await.unwrap();
    assert_eq!(json!(house.outcome(&call, "c5").await)["reason"], "hangup");
    far.passes().await;
    shown(3, "collect", "sipp, RTP of the test", "finish_key, max_digits, timeout, timeout, hangup");
}

#[tokio::test]
async fn keys_by_info_count_too() {
    let house = House::start("").await;
    let info = |cseq: u32, key: &str| {
        let text = sipp::in_dialog("INFO", cseq, "Content-Type: application/dtmf-relay", None);
        format!(
            "{}<recv response=\"200\"/>",
            text.replace(
                "Content-Length: [len]\n\n      \n",
                &format!("Content-Length: [len]\n\n      Signal={key}\n      Duration=160\n")
            )
        )
    };
    let steps = format!(
        "{}{}{}{}<recv response=\"200\"/>",
        sipp::caller(&sipp::sdp(40_000, true)),
        info(2, "7"),
        info(3, "#"),
        sipp::in_dialog("BYE", 4, "", None)
    );
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    far.passes().await;
    let call = house.answered().await;
    house.ended(&call).await;
    let heard: Vec<_> = house
        .events()
        .into_iter()
        .filter_map(|event| match event.kind {
            EventKind::DtmfReceived { digit, via: Via::Info, .. } => Some(digit),
            _ => None,
        })
        .collect();
    assert_eq!(heard, ['7', '#']);
    shown(5, "digits by SIP INFO", "sipp", "200; dtmf.received 7 and # via info");
}

#[tokio::test]
async fn a_far_end_without_events_is_told_of() {
    let house = House::start("").await;
    let ear = Ear::open().await;
    let steps = format!("{}{}", sipp::caller(&sipp::sdp(ear.port, false)), sipp::gets_bye());
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    let call = house.answered().await;
    let result = house.run(&call, "d", json!({"operation": "send_dtmf", "digits": "1"})).await;
    assert_eq!(result["why"], "dtmf_not_negotiated");
    house.run(&call, "end", json!({"operation": "end_call"})).await;
    far.passes().await;
    assert_eq!(ear.keys(), "");
    shown(39, "no telephone-event in SDP", "sipp", "dtmf_not_negotiated; no event packet");
}
