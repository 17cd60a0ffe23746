//! The voice runtime's leg.

use serde_json::json;

use crate::ear::Ear;
use crate::evidence::shown;
use crate::house::House;
use crate::sipp::{self, Sipp};
use crate::targets::{bridge, caller};

async fn house_with(brain: &Sipp) -> House {
    House::start(&format!(
        "[agent]\nuri = \"sip:agent@127.0.0.1:{}\"\nnumber = \"+14155550100\"\n",
        brain.port
    ))
    .await
}

#[tokio::test]
async fn the_caller_speaks_with_the_runtime() {
    let voice = Ear::open().await;
    let steps = format!("{}{}", sipp::picks_up(&sipp::sdp(voice.port, true)), sipp::gets_bye());
    let mut brain = Sipp::called(&steps).await;
    let house = house_with(&brain).await;
    let caller = caller(&house).await;
    caller.ear.hears_from_first(&voice, 900, 1_300).await;
    caller.ear.press("5").await;
    voice.hears_keys("5").await;
    // A busy line, and back.
    let busy =
        format!("{}{}{}", sipp::gets("INVITE"), sipp::answer("486 Busy Here", None), sipp::gets("ACK"));
    let mut target = Sipp::called(&busy).await;
    let result = house.run(&caller.call, "t1", bridge(&target, &json!({}))).await;
    assert_eq!(result["why"], "busy");
    target.passes().await;
    caller.ear.hears_from_first(&voice, 1_000, 1_500).await;
    // And away: the runtime is released.
    let there = Ear::open().await;
    let steps = format!("{}{}", sipp::picks_up(&sipp::sdp(there.port, true)), sipp::gets_bye());
    let mut target = Sipp::called(&steps).await;
    let result = house.run(&caller.call, "t2", bridge(&target, &json!({}))).await;
    assert_eq!(result["result"], "connected");
    let messages = brain.passes().await;
    assert!(messages.contains(&format!("X-Tool-Call: {}", caller.call)), "{messages}");
    let (_one, _two) = (caller.ear.speak(700).await, there.speak(1_700).await);
    caller.ear.hears(1_700).await;
    there.hears(700).await;
    caller.end(&house).await;
    target.passes().await;
    shown(
        34,
        "brain leg",
        "sipp, RTP read apart",
        "X-Tool-Call; 900 and 1300 Hz across; key 5 at the brain; busy and back; cold transfer releases the brain",
    );
}

#[tokio::test]
async fn the_runtime_hangs_up() {
    let voice = Ear::open().await;
    let bye = "BYE [next_url] SIP/2.0\n      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n      \
        From:[$3];tag=[pid]SIPpTag01[call_number]\n      To:[$4]\n      Call-ID: [call_id]\n      CSeq: 7 BYE\n      \
        Max-Forwards: 70";
    let steps = format!(
        "<recv request=\"INVITE\" rrs=\"true\"><action>\
         <ereg regexp=\".*\" search_in=\"hdr\" header=\"To:\" assign_to=\"3\"/>\
         <ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"4\"/></action></recv>{}{}\
         <pause milliseconds=\"500\"/>{}<recv response=\"200\"/>",
        sipp::answers(&sipp::sdp(voice.port, true)),
        sipp::gets("ACK"),
        sipp::send_reliably(bye, None)
    );
    let mut brain = Sipp::called(&steps).await;
    let house = house_with(&brain).await;
    let mut caller = caller(&house).await;
    brain.passes().await;
    caller.far.passes().await;
    assert_eq!(house.ended(&caller.call).await.0, "brain");
    shown(34, "brain hangs up", "sipp", "BYE to the caller; call.ended by brain");
}

#[tokio::test]
async fn no_runtime_no_call() {
    let refuses = format!(
        "{}{}{}",
        sipp::gets("INVITE"),
        sipp::answer("480 Temporarily Unavailable", None),
        sipp::gets("ACK")
    );
    let mut brain = Sipp::called(&refuses).await;
    let house = house_with(&brain).await;
    let invite = sipp::caller(&sipp::sdp(40_000, true));
    let invite = invite.split("<recv").next().unwrap();
    let steps = format!(
        "{invite}<recv response=\"100\" optional=\"true\"/><recv response=\"180\" optional=\"true\"/>\
         <recv response=\"503\"/>{}",
        sipp::in_dialog("ACK", 1, "", None)
    );
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    far.passes().await;
    brain.passes().await;
    shown(35, "brain unavailable", "sipp", "503 to the caller");
}
