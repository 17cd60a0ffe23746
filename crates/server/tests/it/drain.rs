//! Going down in order.

use std::time::Duration;

use hookswitch_server::ServerParts;
use hookswitch_testkit::{Reply, TestServer as Upstream};
use serde_json::json;

use crate::support::{Setup, text, webhook};

#[tokio::test]
async fn running_calls_end_and_new_ones_are_sent_away() {
    let (started, mut has_started) = tokio::sync::mpsc::channel::<()>(4);
    let upstream = Upstream::start(move |_| {
        started.try_send(()).unwrap();
        Reply::json(r#"{"ok":1}"#).after(Duration::from_millis(800))
    })
    .await;
    let server = Setup::reaching(&[upstream.allow_entry()]).start().await;
    let admin = server.admin();
    admin.post("/v1/tools", webhook("slow", &upstream.url("/slow"))).await.expect(201);
    let session = admin.post("/v1/sessions", json!({"tools": ["slow"]})).await.expect(201);
    let path = format!("/v1/sessions/{}/calls", text(&session, "id"));
    let running = tokio::spawn({
        let (admin, path) = (admin.clone(), path.clone());
        async move { admin.post(&path, json!({"name": "slow", "arguments": {"date": "d"}})).await }
    });
    has_started.recv().await.unwrap();
    let (task, _directory) = server.ask_to_stop();
    loop {
        let ready = admin.get("/ready").await;
        if ready.status == 503 {
            assert_eq!(ready.json()["status"], "draining");
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(admin.get("/health").await.status, 200);
    let late = admin.post(&path, json!({"name": "slow", "arguments": {"date": "e"}})).await;
    assert_eq!((late.header("retry-after"), late.header("connection")), ("5", "close"));
    late.problem(503, "draining");
    let answer = running.await.unwrap().expect(200);
    assert_eq!(answer["outcome"], "done");
    let stopped = task.await.unwrap();
    assert_eq!((stopped.requests_left, stopped.calls_left), (0, 0));
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn draining_has_an_end() {
    let upstream = Upstream::start(|_| Reply::silence()).await;
    let short = |parts: ServerParts| {
        let settings =
            hookswitch_server::ServerSettings { drain: Duration::from_millis(100), ..parts.settings };
        ServerParts { settings, ..parts }
    };
    let setup = Setup {
        parts: Some(short),
        engine: Some(|settings| hookswitch_engine::EngineSettings {
            drain: Duration::from_millis(100),
            ..settings
        }),
        ..Setup::reaching(&[upstream.allow_entry()])
    };
    let server = setup.start().await;
    let admin = server.admin();
    let mut tool = webhook("stuck", &upstream.url("/stuck"));
    tool["timeout_ms"] = json!(60_000);
    admin.post("/v1/tools", tool).await.expect(201);
    let session = admin.post("/v1/sessions", json!({"tools": ["stuck"]})).await.expect(201);
    let path = format!("/v1/sessions/{}/calls", text(&session, "id"));
    let hanging = tokio::spawn({
        let admin = admin.clone();
        async move { admin.open(http::Method::POST, &path, &[("content-type", "application/json")], call()).await }
    });
    upstream.wait_until(|upstream| upstream.requests().len() == 1).await;
    let (stopped, _directory) = server.stop().await;
    assert_eq!((stopped.requests_left, stopped.calls_left), (1, 1));
    hanging.abort();
}

fn call() -> Vec<u8> {
    br#"{"name":"stuck","arguments":{"date":"d"}}"#.to_vec()
}
