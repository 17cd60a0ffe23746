use std::time::Duration;

use hookswitch_model::Outcome;
use hookswitch_model::event::EventKind;
use hookswitch_testkit::{Reply, TestServer};
use serde_json::json;

use crate::house::{House, booking, lookup};

#[tokio::test]
async fn a_slow_action_gets_the_soft_timeout_and_settles_late() {
    let upstream = TestServer::start(|_| Reply::json(r#"{"id":9}"#).after(Duration::from_millis(500))).await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let mut draft = booking(&upstream);
    draft["timeout_ms"] = json!(200);
    let tool = house.tool(draft).await;
    let session = house.session(&[tool]).await;
    let mut events = house.engine.follow_events(house.scope, session, 0).await.unwrap();
    let answer = house.call(session, "book", json!({"date": "1"})).await;
    assert_eq!(answer.outcome, Some(Outcome::Unknown));
    assert!(answer.timed_out);
    assert_eq!(*answer.told, json!({"error": "tool timed out"}));
    let late = loop {
        let event = events.next().await.unwrap().unwrap();
        if event.kind == EventKind::ResultLate {
            break event;
        }
    };
    assert_eq!(late.data["result"], json!({"id": 9}));
    house.engine.flush().await.unwrap();
    let record = house.store.get_execution(house.scope, answer.execution).await.unwrap();
    assert_eq!(record.outcome, Some(Outcome::Done));
    assert!(record.timed_out);
    let again = house.call(session, "book", json!({"date": "1"})).await;
    assert!(again.replayed);
    assert_eq!(again.told["id"], json!(9));
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn no_call_outlives_its_budget_by_much() {
    let upstream = TestServer::start(|_| Reply::dripping_body(Duration::from_millis(20))).await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let mut draft = lookup(&upstream);
    draft["timeout_ms"] = json!(300);
    let tool = house.tool(draft).await;
    let session = house.session(&[tool]).await;
    let started = std::time::Instant::now();
    let answer = house.call(session, "look_up", json!({"phone": "1"})).await;
    assert_eq!(*answer.told, json!({"error": "tool timed out"}));
    assert_eq!(answer.outcome, Some(Outcome::Failed));
    // Property 1 of the security page says 50 ms; the rest is room for a busy machine.
    assert!(started.elapsed() < Duration::from_millis(600), "{:?}", started.elapsed());
}

#[tokio::test]
async fn the_breaker_answers_at_once() {
    let upstream = TestServer::start(|_| Reply::status(500, "no")).await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let mut draft = lookup(&upstream);
    draft["max_tries"] = json!(1);
    let tool = house.tool(draft).await;
    let session = house.session(&[tool]).await;
    for number in 0..10 {
        house.call(session, "look_up", json!({"phone": number.to_string()})).await;
    }
    let answer = house.call(session, "look_up", json!({"phone": "last"})).await;
    assert_eq!(answer.outcome, Some(Outcome::Refused));
    assert_eq!(upstream.requests().len(), 10);
}
