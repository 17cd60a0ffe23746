//! Whoever dies, the rest behaves.

use serde_json::json;

use super::desk::Desk;
use super::processes::{Kind, below, is_alive, kill, of, until};

const SLEEP: &str = "import time\ndef sleep():\n    time.sleep(60)\n";

/// A desk with a call under way; gives the ids of all processes below it.
async fn sleeping(desk: &Desk) -> (tokio::task::JoinHandle<serde_json::Value>, Vec<(u32, Kind)>) {
    let tool = desk.tool("sleep", SLEEP, json!({"timeout_ms": 20_000})).await;
    let session = desk.session(&[&tool]).await;
    desk.until_metric("python_spares", 1.0).await;
    let address = desk.house.address().to_owned();
    let call = tokio::spawn(async move {
        let url = format!("{address}/v1/sessions/{session}/calls");
        let key = format!("Bearer {}", super::server::KEY);
        let body = json!({"name": "sleep", "arguments": {}});
        super::house::send_to(&url, &[("authorization", &key)], hyper::Method::POST, Some(&body)).await.body
    });
    // The waiting process was taken.
    desk.until_no_spares().await;
    (call, below(desk.house.process()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_killed_takes_everything_with_it() {
    let desk = Desk::open().await;
    let (call, all) = sleeping(&desk).await;
    assert!(all.iter().any(|(_, kind)| *kind == Kind::Call), "{all:?}");
    call.abort();
    kill(desk.house.process());
    until(|| all.iter().all(|(pid, _)| !is_alive(*pid))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zygote_killed_in_a_call_costs_that_call_and_no_other() {
    let desk = Desk::open().await;
    let (call, all) = sleeping(&desk).await;
    let zygotes = of(desk.house.process(), Kind::Zygote);
    zygotes.iter().copied().for_each(kill);
    let answer = call.await.unwrap();
    let lost = ["Function's process was lost", "Function crashed its process (signal 9)"];
    assert!(lost.iter().any(|lost| answer["result"]["error"] == *lost), "{answer}");
    until(|| all.iter().filter(|(_, kind)| *kind != Kind::Launcher).all(|(pid, _)| !is_alive(*pid))).await;
    let run = desk.run("after", "def f():\n    return 1\n", json!({})).await;
    assert_eq!(run["told"], json!({"result": 1}), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_process_killed_is_made_anew() {
    let desk = Desk::open().await;
    let (call, _) = sleeping(&desk).await;
    let before = of(desk.house.process(), Kind::Tenant);
    before.iter().copied().for_each(kill);
    assert_eq!(call.await.unwrap()["outcome"], "failed");
    let run = desk.run("after", "def f():\n    return 1\n", json!({})).await;
    assert_eq!(run["told"], json!({"result": 1}), "{run}");
    assert!(before.iter().all(|pid| !is_alive(*pid)));
}
