//! SIGKILL at once after an answer: what was answered is there after the restart.

use std::time::Duration;

use serde_json::json;

use crate::api::{Api, Ask};
use crate::books::read_events;
use crate::client::Given;
use crate::server::Recipe;
use crate::tools::{self, Act, Tool, start_session};
use crate::upstream::{Manner, Upstream};

const ROUNDS: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn an_answered_action_outlives_a_kill() {
    let upstream = Upstream::start(Manner::Good(Duration::ZERO)).await;
    let data = tempfile::tempdir().unwrap();
    let recipe = Recipe::new(data.path(), upstream.address());
    let mut server = recipe.start().await;
    let mut api = Api::of(server.address);
    tools::save(&mut api, &[Tool::Act.definition(&upstream, 5000)]).await;
    let session = start_session(&mut api, &["act"]).await;
    for round in 0..ROUNDS {
        let act = Act::new(&session, Tool::Act, format!("r{round}"));
        let answer = api.send(&act.ask(&format!("t{round}"))).await;
        server.kill().await;
        let given = Given::read(&act, &answer.success());
        assert_eq!(given.outcome, "done");

        server = recipe.start().await;
        api = Api::of(server.address);
        let path = format!("/v1/executions/{}", given.execution);
        let record = api.send(&Ask::get(path)).await.success();
        assert_eq!(record["outcome"], "done", "{record}");
        assert_eq!(record["told"], given.result);
        let again = api.send(&act.ask(&format!("again{round}"))).await.success();
        assert_eq!((&again["replayed"], &again["execution_id"]), (&json!(true), &json!(given.execution)));
        assert_eq!(upstream.received(&act), 1);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_result_outlives_a_kill() {
    let upstream = Upstream::start(Manner::Good(Duration::from_millis(700))).await;
    let data = tempfile::tempdir().unwrap();
    let recipe = Recipe::new(data.path(), upstream.address());
    let server = recipe.start().await;
    let mut api = Api::of(server.address);
    tools::save(&mut api, &[Tool::Act.definition(&upstream, 200)]).await;
    let session = start_session(&mut api, &["act"]).await;
    let act = Act::new(&session, Tool::Act, "slow");
    let answer = api.send(&act.ask("t1")).await.success();
    assert_eq!(answer["timed_out"], true, "{answer}");
    let path = format!("/v1/executions/{}", answer["execution_id"].as_str().unwrap());
    let mut record = json!(null);
    while record["outcome"] != "done" {
        record = api.send(&Ask::get(path.as_str())).await.success();
        assert_ne!(record["outcome"], "failed", "{record}");
    }
    server.kill().await;

    let server = recipe.start().await;
    let mut api = Api::of(server.address);
    let again = api.send(&act.ask("t2")).await.success();
    assert_eq!(again["replayed"], true, "{again}");
    assert_eq!(again["result"]["ref"], "slow-1", "{again}");
    assert_eq!(upstream.received(&act), 1);
    let events = read_events(&mut api, &session).await;
    let late = events.iter().filter(|event| event.kind == "result.late").count();
    assert_eq!(late, 1, "{events:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_act_and_one_sent_again_outlive_kills() {
    let upstream = Upstream::start(Manner::BlackHole).await;
    let data = tempfile::tempdir().unwrap();
    let recipe = Recipe::new(data.path(), upstream.address());
    let mut server = recipe.start().await;
    let mut api = Api::of(server.address);
    let definitions = [Tool::Act, Tool::Put].map(|tool| tool.definition(&upstream, 60_000));
    tools::save(&mut api, &definitions).await;
    let session = start_session(&mut api, &["act", "put"]).await;
    let act = Act::new(&session, Tool::Act, "hangs");
    let put = Act::new(&session, Tool::Put, "hangs");
    // Killed while the first is under way, and while the second one is, twice.
    for (round, asked) in [&act, &put, &put].into_iter().enumerate() {
        let ask = asked.ask(&format!("t{round}"));
        let waiting = tokio::spawn(async move { api.send_once(&ask).await });
        upstream.wait_for(round + 1).await;
        server.kill().await;
        assert!(waiting.await.unwrap().is_err());
        server = recipe.start().await;
        api = Api::of(server.address);
    }
    let keys: Vec<String> = upstream.receptions().into_iter().map(|reception| reception.key).collect();
    assert_eq!(keys[1], keys[2], "sent again under another key");
    api.send(&Ask::get(format!("/v1/sessions/{session}"))).await.success();
    for reception in upstream.receptions() {
        let path = format!("/v1/executions/{}", reception.execution);
        let record = api.send(&Ask::get(path)).await.success();
        assert_eq!(record["outcome"], "unknown", "{record}");
        assert_eq!(record["act_id"], reception.key, "{record}");
    }
    let settle = format!("/v1/executions/{}/settle", upstream.receptions()[0].execution);
    let body = json!({"outcome": "done", "result": {"ref": "by hand"}});
    api.send(&Ask::post(settle, body)).await.success();
    server.kill().await;

    let server = recipe.start().await;
    let mut api = Api::of(server.address);
    let again = api.send(&act.ask("t9")).await.success();
    assert_eq!(again["replayed"], true, "{again}");
    assert_eq!(again["result"]["ref"], "by hand", "{again}");
    assert_eq!(upstream.received(&act), 1);
    let late = read_events(&mut api, &session).await;
    let late: Vec<_> = late.iter().filter(|event| event.kind == "result.late").collect();
    assert!(late.iter().all(|event| !event.data["result"].is_null()), "{late:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_cut_short_in_an_ended_session_is_unknown() {
    let upstream = Upstream::start(Manner::BlackHole).await;
    let data = tempfile::tempdir().unwrap();
    let recipe = Recipe::new(data.path(), upstream.address());
    let server = recipe.start().await;
    let mut api = Api::of(server.address);
    tools::save(&mut api, &[Tool::Act.definition(&upstream, 60_000)]).await;
    let session = start_session(&mut api, &["act"]).await;
    let ask = Act::new(&session, Tool::Act, "hangs").ask("t1");
    let mut other = Api::of(server.address);
    let waiting = tokio::spawn(async move { other.send_once(&ask).await });
    upstream.wait_for(1).await;
    api.send(&Ask::post(format!("/v1/sessions/{session}/end"), json!({}))).await.success();
    server.kill().await;
    drop(waiting.await.unwrap());

    let server = recipe.start().await;
    let mut api = Api::of(server.address);
    let shown = api.send(&Ask::get(format!("/v1/sessions/{session}"))).await.success();
    assert_eq!(shown["status"], "ended", "{shown}");
    let path = format!("/v1/executions/{}", upstream.receptions()[0].execution);
    let record = api.send(&Ask::get(path)).await.success();
    assert_eq!(record["outcome"], "unknown", "{record}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_with_its_key_is_answered_soon_after_a_kill() {
    let upstream = Upstream::start(Manner::BlackHole).await;
    let data = tempfile::tempdir().unwrap();
    let recipe = Recipe::new(data.path(), upstream.address());
    let server = recipe.start().await;
    let mut api = Api::of(server.address);
    tools::save(&mut api, &[Tool::Act.definition(&upstream, 60_000)]).await;
    let session = start_session(&mut api, &["act"]).await;
    let act = Act::new(&session, Tool::Act, "hangs");
    let ask = act.ask("t1").keyed("k1");
    let sent = ask.clone();
    let waiting = tokio::spawn(async move { api.send_once(&sent).await });
    upstream.wait_for(1).await;
    server.kill().await;
    assert!(waiting.await.unwrap().is_err());

    let server = recipe.start().await;
    let answer = Api::of(server.address).send_once(&ask).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["result"]["done"], "unknown", "{}", answer.body);
    assert_eq!(upstream.received(&act), 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_happened_is_not_undone_by_a_try_that_failed() {
    let first = Upstream::start(Manner::BlackHole).await;
    let data = tempfile::tempdir().unwrap();
    let recipe = Recipe::new(data.path(), first.address());
    let server = recipe.start().await;
    let mut api = Api::of(server.address);
    tools::save(&mut api, &[Tool::Put.definition(&first, 500)]).await;
    let session = start_session(&mut api, &["put"]).await;
    let put = Act::new(&session, Tool::Put, "hangs");
    let answer = api.send(&put.ask("t1")).await.success();
    assert_eq!(answer["outcome"], "unknown", "{answer}");
    let key = first.receptions()[0].key.clone();
    let address = first.address().to_string();
    first.stop().await;
    let answer = api.send(&put.ask("t2")).await.success();
    assert_eq!(answer["outcome"], "unknown", "nobody was reached, which undoes nothing: {answer}");
    server.kill().await;

    let second = Upstream::start_at(&address, Manner::Good(Duration::ZERO)).await;
    let server = recipe.start().await;
    let answer = Api::of(server.address).send(&put.ask("t3")).await.success();
    assert_eq!(answer["outcome"], "done", "{answer}");
    assert_eq!(second.receptions()[0].key, key, "sent again under another key");
    server.stop().await;
}
