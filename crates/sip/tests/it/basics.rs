//! Calls that come in, end, are refused; hold.

use serde_json::json;

use crate::ear::Ear;
use crate::evidence::shown;
use crate::house::House;
use crate::phone::Phone;
use crate::sipp::{self, Sipp};

#[tokio::test]
async fn a_phone_calls_and_hears_the_agent() {
    let house = House::start("").await;
    let mut phone = Phone::start("alice", 440, false).await;
    phone.tell("dial", &format!("sip:agent@{}", house.sip())).await;
    phone.event("CALL_ESTABLISHED").await;
    let call = house.answered().await;
    phone.tell("hangup", "").await;
    let (by, cause) = house.ended(&call).await;
    assert_eq!((by, cause.as_str()), (json!("caller"), "hangup"));
    shown(1, "inbound call, caller hangs up", "baresip", "CALL_ESTABLISHED; call.ended by caller");
}

#[tokio::test]
async fn a_caller_hears_the_tone_and_hold_and_the_end() {
    let house = House::start("").await;
    let ear = Ear::open().await;
    let steps = format!("{}{}", sipp::caller(&sipp::sdp(ear.port, true)), sipp::gets_bye());
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    let call = house.answered().await;
    ear.hears(600).await;
    shown(1, "inbound call", "sipp", "INVITE, 100, 180, 200, ACK; 600 Hz heard");
    let on = house.run(&call, "hold-1", json!({"operation": "play_hold", "source": "tone"})).await;
    assert_eq!(on["result"], "done");
    ear.hears(430).await;
    house.run(&call, "hold-2", json!({"operation": "play_hold"})).await;
    ear.hears(600).await;
    assert_eq!(far.received("INVITE") + far.received("UPDATE"), 0);
    shown(6, "play_hold on, off", "sipp", "425 Hz, then 600 Hz; no signalling");
    let first = house.run(&call, "end-1", json!({"operation": "end_call"})).await;
    let second = house.run(&call, "end-1", json!({"operation": "end_call"})).await;
    let third = house.run(&call, "end-2", json!({"operation": "end_call"})).await;
    assert_eq!((&first, &second), (&third, &first));
    far.passes().await;
    assert_eq!(far.received("BYE"), 1);
    let (by, _) = house.ended(&call).await;
    assert_eq!(by, "operation");
    assert_eq!(house.story(&call).last().unwrap(), "call.ended");
    shown(10, "end_call, repeated", "sipp", "one BYE; three equal results");
}

#[tokio::test]
async fn a_caller_gives_up_before_the_answer() {
    let brain = free_brain().await;
    let house = House::start(&format!("[agent]\nuri = \"sip:agent@127.0.0.1:{brain}\"\n")).await;
    let invite = sipp::caller(&sipp::sdp(40_000, true));
    let invite = invite.split("<recv").next().unwrap();
    let cancel = sipp::send_reliably(
        "CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n      [last_Via:]\n      \
         From: <sip:+14155550111@[local_ip]:[local_port]>;tag=[pid]caller[call_number]\n      \
         To: <sip:[service]@[remote_ip]:[remote_port]>\n      Call-ID: [call_id]\n      CSeq: 1 CANCEL\n      \
         Max-Forwards: 70",
        None,
    );
    let ack = sipp::in_dialog("ACK", 1, "", None).replace("branch=[branch]", "branch=[branch-3]");
    let steps = format!(
        "{invite}<recv response=\"100\" optional=\"true\"/><recv response=\"180\"/>{cancel}\
         <recv response=\"200\"/><recv response=\"487\"/>{ack}"
    );
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    far.passes().await;
    let call = house.events()[0].call.clone();
    let (by, cause) = house.ended(&call).await;
    assert_eq!((by, cause.as_str()), (json!("caller"), "cancelled"));
    assert_eq!(house.engine.calls(), 0);
    shown(
        25,
        "caller CANCELs before the answer",
        "sipp",
        "200 to the CANCEL, 487 to the INVITE; no call left",
    );
}

/// A port where nobody answers: a socket that is silent.
async fn free_brain() -> u16 {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut bytes = [0u8; 4096];
        while socket.recv_from(&mut bytes).await.is_ok() {}
    });
    port
}

#[tokio::test]
async fn strangers_stay_out() {
    let house = House::start("[inbound]\nallow = [\"192.0.2.1\"]\n").await;
    let invite = sipp::caller(&sipp::sdp(40_000, true));
    let invite = invite.split("<recv").next().unwrap();
    let ack = sipp::in_dialog("ACK", 1, "", None);
    let steps = format!("{invite}<recv response=\"403\"/>{ack}");
    let mut far = Sipp::calls(house.sip(), "agent", &steps).await;
    far.passes().await;
    assert!(house.events().is_empty());
    shown(41, "INVITE from an unknown source", "sipp", "403; no call, no event");
}
