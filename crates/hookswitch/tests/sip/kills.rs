//! Servers and engines killed in the middle of a transfer: nothing is repeated, and what can be known is asked for.

use std::time::Duration;

use serde_json::json;

use crate::evidence::shown;
use crate::house::{House, PATIENCE, brain, call};
use crate::sipp::{self, Sipp};

/// Rings until `wait` has passed, then picks up.
async fn slow(wait: u32) -> Sipp {
    let steps = format!(
        "{}{}<pause milliseconds=\"{wait}\"/>{}{}{}",
        sipp::gets("INVITE"),
        sipp::answer("180 Ringing", None),
        sipp::answers(&sipp::sdp(40_000, true)),
        sipp::gets("ACK"),
        sipp::gets_bye()
    );
    Sipp::called(&steps).await
}

async fn rings(target: &Sipp) {
    let ringing = tokio::time::timeout(PATIENCE, async {
        while target.received("INVITE") == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    ringing.await.unwrap();
}

#[tokio::test]
async fn the_server_is_killed_while_the_target_rings() {
    let runtime = brain().await;
    let mut house = House::start(runtime.port).await;
    let mut call = call(&house, runtime, &sipp::gets_bye()).await;
    let mut target = slow(3_000).await;
    let control = json!({"operation": "transfer_to_human",
        "destinations": [format!("sip:desk@127.0.0.1:{}", target.port)]});
    house.tool("desk", control).await;
    house.tool("bye", json!({"operation": "end_call"})).await;
    let session = house.session(&call.id, &["desk", "bye"]).await;
    let path = format!("/v1/sessions/{session}/calls");
    {
        let asked = house.post_in_vain(&path, json!({"name": "desk", "arguments": {}}));
        tokio::pin!(asked);
        tokio::select! {
            _ = &mut asked => panic!("the call was answered while the target rang"),
            () = rings(&target) => {}
        }
    }
    house.server.kill();
    house.serve_again().await;
    // Loading the session finds the act unknown; the call engine is asked and settles it.
    house.get(&format!("/v1/sessions/{session}/tools")).await;
    let list = format!("/v1/executions?session_id={session}");
    let executions = house.until(&list, |body| body["data"][0]["outcome"] == "done").await;
    assert_eq!(executions["data"].as_array().unwrap().len(), 1, "{executions}");
    assert_eq!(target.received("INVITE"), 1, "nothing was dialled again");
    let bye = house.call(&session, "bye", json!({})).await;
    assert_eq!(bye["outcome"], "done", "{bye}");
    target.passes().await;
    call.far.passes().await;
    shown(
        36,
        "server killed during pending",
        "sipp, the real processes",
        "settled by status after the restart; one INVITE",
    );
}

#[tokio::test]
async fn the_engine_is_killed_while_the_target_rings() {
    let runtime = brain().await;
    let mut house = House::start(runtime.port).await;
    let call = call(&house, runtime, &sipp::gets_bye()).await;
    let target = slow(60_000).await;
    let control = json!({"operation": "transfer_to_human",
        "destinations": [format!("sip:desk@127.0.0.1:{}", target.port)]});
    house.tool("desk", control).await;
    let session = house.session(&call.id, &["desk"]).await;
    let path = format!("/v1/sessions/{session}/calls");
    let asked = house.post_in_vain(&path, json!({"name": "desk", "arguments": {}}));
    let killing = async {
        rings(&target).await;
        // Only the engine of this test.
        let pid = house.engine.id();
        std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap();
    };
    let (answer, ()) = tokio::join!(asked, killing);
    let (status, body) = answer.unwrap();
    assert_eq!((status, &body["outcome"]), (200, &json!("unknown")), "{body}");
    assert_eq!(body["result"]["done"], "unknown");
    assert_eq!(target.received("INVITE"), 1, "nothing was dialled again");
    house.engine.kill();
    shown(36, "engine killed during pending", "sipp, the real processes", "unknown; no second INVITE");
}
