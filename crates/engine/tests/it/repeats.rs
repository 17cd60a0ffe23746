use hookswitch_engine::SpeechReport;
use hookswitch_model::Outcome;
use hookswitch_testkit::{Reply, TestServer};
use serde_json::json;

use crate::house::{House, booking};

#[tokio::test]
async fn the_same_booking_is_sent_once_and_replayed() {
    let upstream = TestServer::start(|_| Reply::json(r#"{"id":7}"#)).await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let tool = house.tool(booking(&upstream)).await;
    let session = house.session(&[tool]).await;
    let first = house.call(session, "book", json!({"date": "2026-11-20"})).await;
    assert_eq!((first.outcome, first.replayed), (Some(Outcome::Done), false));
    let again = house.call(session, "book", json!({"date": "2026-11-20"})).await;
    assert!(again.replayed);
    assert_eq!(again.execution, first.execution);
    assert_eq!(*again.told, json!({"id": 7, "already_done": true}));
    assert_eq!(upstream.requests().len(), 1);
    // On purpose: asked once more after a user turn.
    house.engine.report(house.scope, session, SpeechReport::UserTurn).await.unwrap();
    let second = house.call(session, "book", json!({"date": "2026-11-20"})).await;
    assert!(!second.replayed);
    assert_ne!(second.execution, first.execution);
    assert_eq!(upstream.requests().len(), 2);
    let keys: Vec<String> = upstream
        .requests()
        .iter()
        .map(|request| request.header("idempotency-key").unwrap().to_owned())
        .collect();
    assert_ne!(keys[0], keys[1]);
}

#[tokio::test]
async fn many_at_once_are_one() {
    let upstream =
        TestServer::start(|_| Reply::json(r#"{"id":7}"#).after(std::time::Duration::from_millis(150))).await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let tool = house.tool(booking(&upstream)).await;
    let session = house.session(&[tool]).await;
    let calls = (0..8).map(|_| house.call(session, "book", json!({"date": "2026-11-20"})));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(upstream.requests().len(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.joined || answer.replayed).count(), 7);
    assert!(answers.iter().all(|answer| answer.told["id"] == json!(7)));
}

#[tokio::test]
async fn the_intent_is_durable_before_the_first_byte() {
    let upstream = TestServer::start(|_| Reply::json("{}")).await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let tool = house.tool(booking(&upstream)).await;
    let session = house.session(&[tool]).await;
    let before = house.engine.writer().stats();
    house.call(session, "book", json!({"date": "1"})).await;
    let after = house.engine.writer().stats();
    // One flush for the intent, one for the outcome; both were waited for.
    assert!(after.commits >= before.commits + 2, "{before:?} {after:?}");
}
