//! SIGTERM while calls run: they end with their answers, new ones are refused, and the process ends in its time.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::api::{Api, Ask};
use crate::server::Recipe;
use crate::tools::{self, Act, Tool, start_session};
use crate::upstream::{Manner, Upstream};

/// What a busy machine may take beyond the time that was set.
const SLACK: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread")]
async fn a_running_call_ends_and_new_ones_are_refused() {
    let upstream = Upstream::start(Manner::Good(Duration::from_millis(1500))).await;
    let data = tempfile::tempdir().unwrap();
    let drain = Duration::from_secs(20);
    let recipe = Recipe::new(data.path(), upstream.address()).with("HOOKSWITCH_DRAIN", "20s");
    let mut server = recipe.start().await;
    let mut api = Api::of(server.address);
    tools::save(&mut api, &[Tool::Act.definition(&upstream, 10_000)]).await;
    let session = start_session(&mut api, &["act"]).await;
    let act = Act::new(&session, Tool::Act, "slow");
    let ask = act.ask("t1");
    let mut other = Api::of(server.address);
    let running = tokio::spawn(async move { other.send_once(&ask).await });
    upstream.wait_for(1).await;

    let started = Instant::now();
    server.terminate().await;
    // On the connection that was open before; the signal takes a moment to be heard.
    let mut numbers = 0..;
    let refused = loop {
        let late = Act::new(&session, Tool::Act, "slow").ask(&format!("late{}", numbers.next().unwrap()));
        let probe = Ask::get("/ready");
        if api.send_once(&probe).await.unwrap().status == 503 {
            break api.send_once(&late).await.unwrap();
        }
        assert!(started.elapsed() < SLACK, "the server does not drain");
    };
    assert_eq!((refused.status, refused.code()), (503, "draining"), "{}", refused.body);
    assert!(refused.retry_after.is_some());
    let answer = running.await.unwrap().unwrap().success();
    assert_eq!(answer["outcome"], "done", "{answer}");
    let status = server.wait().await;
    assert!(status.success(), "{status}: {}", server.log().text());
    assert!(started.elapsed() < drain, "{:?}", started.elapsed());

    let server = recipe.start().await;
    let again = Api::of(server.address).send(&act.ask("t2")).await.success();
    assert_eq!((&again["replayed"], &again["result"]["ref"]), (&json!(true), &json!("slow-1")));
    assert_eq!(upstream.received(&act), 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_in_time_is_unknown_afterwards() {
    let upstream = Upstream::start(Manner::BlackHole).await;
    let data = tempfile::tempdir().unwrap();
    let recipe = Recipe::new(data.path(), upstream.address()).with("HOOKSWITCH_DRAIN", "4s");
    let mut server = recipe.start().await;
    let mut api = Api::of(server.address);
    tools::save(&mut api, &[Tool::Act.definition(&upstream, 60_000)]).await;
    let session = start_session(&mut api, &["act"]).await;
    let act = Act::new(&session, Tool::Act, "hangs");
    let ask = act.ask("t1");
    let running = tokio::spawn(async move { api.send_once(&ask).await });
    upstream.wait_for(1).await;

    let started = Instant::now();
    server.terminate().await;
    let status = server.wait().await;
    let took = started.elapsed();
    assert!(status.success(), "{status}: {}", server.log().text());
    assert!(took >= Duration::from_secs(4), "it did not wait for the call: {took:?}");
    assert!(took < Duration::from_secs(4) + SLACK, "{took:?}");
    drop(running.await.unwrap());

    let server = recipe.start().await;
    let mut api = Api::of(server.address);
    let again = api.send(&act.ask("t2")).await.success();
    assert_eq!((&again["outcome"], &again["result"]["done"]), (&json!("refused"), &json!("unknown")));
    let path = format!("/v1/executions/{}", upstream.receptions()[0].execution);
    let record = api.send(&Ask::get(path)).await.success();
    assert_eq!(record["outcome"], "unknown", "{record}");
    assert_eq!(upstream.received(&act), 1);
    server.stop().await;
}
