//! Hold by signalling, silence, who answered.

use std::time::Duration;

use hookswitch_telephony::{EventKind, LegName};
use serde_json::json;

use crate::ear::Ear;
use crate::evidence::shown;
use crate::house::House;
use crate::sipp::{self, Sipp};
use crate::targets::{bridge, caller};

/// The caller's answer to a re-INVITE of the engine.
fn answers_hold(port: u16, direction: &str) -> String {
    let sdp = format!("{}      a={direction}\n", sipp::sdp(port, true));
    let head = "SIP/2.0 200 OK\n      [last_Via:]\n      [last_From:]\n      [last_To:]\n      [last_Call-ID:]\n      \
        [last_CSeq:]\n      Contact: <sip:caller@[local_ip]:[local_port]>";
    let answer = sipp::send(head, Some(&sdp)).replacen("<send>", "<send retrans=\"500\">", 1);
    format!("{}{answer}{}", sipp::gets("INVITE"), sipp::gets("ACK"))
}

#[tokio::test]
async fn the_phone_is_told_of_hold() {
    let house = House::start("").await;
    let ear = Ear::open().await;
    let steps = format!(
        "{}{}{}{}",
        sipp::caller(&sipp::sdp(ear.port, true)),
        answers_hold(ear.port, "recvonly"),
        answers_hold(ear.port, "sendrecv"),
        sipp::gets_bye()
    );
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    let call = house.answered().await;
    let on = json!({"operation": "play_hold", "source": "tone", "signalled": true});
    assert_eq!(house.run(&call, "h1", on).await["result"], "done");
    ear.hears(430).await;
    let off = json!({"operation": "play_hold", "signalled": true});
    assert_eq!(house.run(&call, "h2", off).await["result"], "done");
    ear.hears(600).await;
    house.run(&call, "end", json!({"operation": "end_call"})).await;
    far.passes().await;
    let offers: Vec<String> =
        far.received_messages().into_iter().filter(|message| message.starts_with("INVITE ")).collect();
    assert!(offers[0].contains("a=sendonly"), "{}", offers[0]);
    let last = offers.last().unwrap();
    assert!(last.contains("a=sendrecv"), "{last}");
    shown(
        7,
        "hold, resume by re-INVITE",
        "sipp",
        "sendonly answered recvonly, then sendrecv; 425 Hz, 600 Hz",
    );
}

#[tokio::test]
async fn the_phone_holds_us_and_refreshes_its_session() {
    let house = House::start("").await;
    let held = format!("{}      a=sendonly\n", sipp::sdp(40_000, true));
    let ok = "<recv response=\"100\" optional=\"true\"/><recv response=\"200\"/>";
    let steps = format!(
        "{}{}{ok}{}{}<recv response=\"200\"/>{}<recv response=\"200\"/>",
        sipp::caller(&sipp::sdp(40_000, true)),
        sipp::in_dialog("INVITE", 2, "", Some(&held))
            .replace("Content-Length", "Content-Type: application/sdp\n      Content-Length"),
        sipp::in_dialog("ACK", 2, "", None),
        sipp::in_dialog("UPDATE", 3, "", None),
        sipp::in_dialog("BYE", 4, "", None)
    );
    let steps = steps.replace(
        "Content-Type: application/sdp\n      Content-Type: application/sdp",
        "Content-Type: application/sdp",
    );
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    far.passes().await;
    let answer = |cseq: &str| {
        let mut answers = far.received_messages().into_iter();
        answers.find(|message| message.starts_with("SIP/2.0 200") && message.contains(cseq)).unwrap()
    };
    let held = answer("CSeq: 2 INVITE");
    assert!(held.contains("a=recvonly"), "{held}");
    let update = answer("CSeq: 3 UPDATE");
    assert!(!update.contains("m=audio"), "{update}");
    shown(8, "peer holds us", "sipp", "sendonly answered recvonly");
    shown(9, "body-less UPDATE", "sipp", "200 without SDP");
}

#[tokio::test]
async fn a_dead_line_is_hung_up() {
    let house = House::start("[limits]\nmedia_timeout_s = 1\n").await;
    let ear = Ear::open().await;
    let steps = format!("{}{}", sipp::caller(&sipp::sdp(ear.port, true)), sipp::gets_bye());
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    let call = house.answered().await;
    far.passes().await;
    let (by, cause) = house.ended(&call).await;
    assert_eq!((by, cause.as_str()), (json!("engine"), "media_timeout"));
    shown(40, "RTP stops", "sipp", "media_timeout after the set time (1 s here), BYE");
}

#[tokio::test]
async fn a_greeting_is_voicemail() {
    let house = House::start("").await;
    let there = Ear::open().await;
    let mut target =
        Sipp::called(&format!("{}{}", sipp::picks_up(&sipp::sdp(there.port, true)), sipp::gets_bye())).await;
    let caller = caller(&house).await;
    let command = bridge(&target, &json!({"detect_voicemail": true}));
    house.start_op(&caller.call, "t", command).await.unwrap();
    let speaking = there.say(vec![3_500]).await;
    let result = json!(house.outcome(&caller.call, "t").await);
    assert_eq!((&result["why"], &result["caller"]), (&json!("voicemail"), &json!("with_agent")));
    drop(speaking);
    target.passes().await;
    caller.ear.hears(600).await;
    let event = house.event("verdict", |e| matches!(e.kind, EventKind::VoicemailVerdict { .. })).await;
    assert_eq!(json!(event)["verdict"], "machine");
    caller.end(&house).await;
    shown(
        29,
        "voicemail",
        "sipp, speech-like sound of the test",
        "machine after 2.6 s; BYE; the caller hears the agent",
    );
}

#[tokio::test]
async fn a_hello_is_a_person_and_what_came_before_the_answer_does_not_count() {
    let house = House::start("").await;
    let there = Ear::open().await;
    let early = sipp::answer("183 Session Progress", Some(&sipp::sdp(there.port, true)));
    let steps = format!(
        "{}{early}<pause milliseconds=\"3500\"/>{}{}{}",
        sipp::gets("INVITE"),
        sipp::answers(&sipp::sdp(there.port, true)),
        sipp::gets("ACK"),
        sipp::gets_bye()
    );
    let mut target = Sipp::called(&steps).await;
    let caller = caller(&house).await;
    let command = bridge(&target, &json!({"detect_voicemail": true, "post_digits": "5"}));
    house.start_op(&caller.call, "t", command).await.unwrap();
    house
        .event("183", |event| {
            matches!(event.kind, EventKind::LegProgress { leg: LegName::Target, code: 183 })
        })
        .await;
    // Early speech goes to the engine's port, as its offer says.
    let port = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            let messages = target.messages();
            let found =
                messages.split("m=audio ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
            if let Some(port) = found {
                return port;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let port: u16 = port.await.unwrap();
    let early = there.say_to(([127, 0, 0, 1], port).into(), vec![3_000]);
    caller.ear.hears(430).await;
    assert!(
        !house.events().iter().any(|e| matches!(e.kind, EventKind::LegAnswered { leg: LegName::Target }))
    );
    house.event("answered", |e| matches!(e.kind, EventKind::LegAnswered { leg: LegName::Target })).await;
    drop(early);
    let speaking = there.say(vec![400]).await;
    let result = json!(house.outcome(&caller.call, "t").await);
    assert_eq!((&result["result"], &result["verdict"]), (&json!("connected"), &json!("human")));
    there.hears_keys("5").await;
    drop(speaking);
    caller.end(&house).await;
    target.passes().await;
    shown(30, "human", "sipp, speech-like sound of the test", "human after a short hello; key 5; bridge");
    shown(
        43,
        "early media before 200",
        "sipp",
        "3 s of speech before the 200 count for nothing; the caller hears hold",
    );
}
