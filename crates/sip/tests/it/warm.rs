//! Warm transfers: speak first, then connect.

use serde_json::json;

use crate::ear::Ear;
use crate::evidence::shown;
use crate::house::House;
use crate::sipp::{self, Sipp};
use crate::targets::caller;

fn consult(target: &Sipp) -> serde_json::Value {
    json!({"operation": "consult", "target": format!("sip:desk@127.0.0.1:{}", target.port)})
}

#[tokio::test]
async fn speak_and_join() {
    let house = House::start("").await;
    let there = Ear::open().await;
    let steps = format!("{}{}", sipp::picks_up(&sipp::sdp(there.port, true)), sipp::gets_bye());
    let mut target = Sipp::called(&steps).await;
    let caller = caller(&house).await;
    let result = house.run(&caller.call, "c", consult(&target)).await;
    assert_eq!(result["result"], "consulting");
    caller.ear.hears(430).await;
    there.hears(600).await;
    let joined = house.run(&caller.call, "j", json!({"operation": "complete", "by": "join"})).await;
    assert_eq!(joined["result"], "connected");
    let (_one, _two) = (caller.ear.speak(900).await, there.speak(1_300).await);
    caller.ear.hears(1_300).await;
    there.hears(900).await;
    caller.end(&house).await;
    target.passes().await;
    shown(
        26,
        "warm: consult, join",
        "sipp, RTP read apart",
        "hold at the caller, agent's 600 Hz at the target; then 900 and 1300 Hz across",
    );
}

#[tokio::test]
async fn speak_and_go_back() {
    let house = House::start("").await;
    let steps = format!("{}{}", sipp::picks_up(&sipp::sdp(40_000, true)), sipp::gets_bye());
    let mut target = Sipp::called(&steps).await;
    let caller = caller(&house).await;
    house.run(&caller.call, "c", consult(&target)).await;
    house.run(&caller.call, "a", json!({"operation": "abort"})).await;
    target.passes().await;
    caller.ear.hears(600).await;
    caller.end(&house).await;
    shown(27, "warm: consult, abort", "sipp", "BYE to the target; the caller hears the agent");
}

#[tokio::test]
async fn hand_over_in_our_place() {
    let house = House::start("").await;
    let there = Ear::open().await;
    let mut target =
        Sipp::called(&format!("{}{}", sipp::picks_up(&sipp::sdp(there.port, true)), sipp::gets_bye())).await;
    let ear = Ear::open().await;
    let notify = |cseq: u32, status: &str, state: &str| {
        let more =
            format!("Event: refer\n      Subscription-State: {state}\n      Content-Type: message/sipfrag");
        let text = sipp::in_dialog("NOTIFY", cseq, &more, None);
        let body = format!("Content-Length: [len]\n\n      SIP/2.0 {status}\n");
        format!("{}<recv response=\"200\"/>", text.replace("Content-Length: [len]\n\n      \n", &body))
    };
    let steps = format!(
        "{}{}{}{}{}",
        sipp::caller(&sipp::sdp(ear.port, true)),
        sipp::gets("REFER"),
        sipp::reply("202 Accepted"),
        notify(2, "200 OK", "terminated;reason=noresource"),
        sipp::gets_bye()
    );
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    let call = house.answered().await;
    house.run(&call, "c", consult(&target)).await;
    let result = house.run(&call, "r", json!({"operation": "complete", "by": "refer"})).await;
    assert_eq!((&result["result"], &result["mode"]), (&json!("connected"), &json!("refer")));
    let messages = far.passes().await;
    let target_messages = target.passes().await;
    let line = messages.lines().find(|line| line.starts_with("Refer-To:")).unwrap();
    // The dialog as the target sees it: its own tag is the to-tag.
    let value = |name: &str| {
        let line = target_messages.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_once(':').unwrap().1.trim().to_owned()
    };
    let tag = |line: String| line.split_once("tag=").unwrap().1.split(';').next().unwrap().to_owned();
    let call_id = value("Call-ID").replace('@', "%40");
    let ours = tag(value("From"));
    assert!(line.contains(&format!("?Replaces={call_id}%3Bto-tag%3D")), "{line}");
    assert!(line.contains(&format!("%3Bfrom-tag%3D{ours}>")), "{line}");
    house.ended(&call).await;
    shown(
        28,
        "warm: REFER with Replaces",
        "sipp",
        "escaped Replaces with the target's tag first; NOTIFY 200; the engine leaves",
    );
}
