use hookswitch_model::Outcome;
use hookswitch_testkit::{Reply, TestServer};
use serde_json::json;

use crate::house::{House, booking, lookup};

#[tokio::test]
async fn a_read_is_carried_out_and_recorded() {
    let upstream = TestServer::start(|_| Reply::json(r#"{"name":"Ada"}"#)).await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let tool = house.tool(lookup(&upstream)).await;
    let session = house.session(&[tool]).await;
    let answer = house.call(session, "look_up", json!({"phone": "+1 555"})).await;
    assert_eq!(answer.outcome, Some(Outcome::Done));
    assert_eq!(*answer.told, json!({"name": "Ada"}));
    let requests = upstream.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].target, "/customers?phone=%2B1%20555");
    assert!(requests[0].header("webhook-signature").unwrap().starts_with("v1,"));
    assert_eq!(requests[0].header("webhook-id").unwrap(), answer.execution.to_string());
    house.engine.flush().await.unwrap();
    let record = house.store.get_execution(house.scope, answer.execution).await.unwrap();
    assert_eq!(record.outcome, Some(Outcome::Done));
    assert_eq!(record.detail.attempts.len(), 1);
    assert_eq!(record.detail.arguments, json!({"phone": "+1 555"}));
}

#[tokio::test]
async fn wrong_arguments_are_refused_with_a_line_and_nothing_is_sent() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let tool = house.tool(booking(&upstream)).await;
    let session = house.session(&[tool]).await;
    let answer = house.call(session, "book", json!({})).await;
    assert_eq!(answer.outcome, Some(Outcome::Refused));
    assert_eq!(*answer.told, json!({"error": "missing required parameter \"date\""}));
    let answer = house.call(session, "nonsense", json!({})).await;
    assert_eq!(answer.refusal, Some("unknown_tool"));
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn a_private_address_is_refused_at_registration_and_at_the_call() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let mut draft = booking(&upstream);
    draft["webhook"]["url"] = json!("http://10.0.0.7/book");
    let draft = serde_json::from_value(draft).unwrap();
    assert!(house.engine.registry().check(&draft).is_err());
    // An entry that is taken away after the tool was saved: the call is refused.
    let tool = house.tool(booking(&upstream)).await;
    let session = house.session(&[tool]).await;
    house
        .engine
        .egress()
        .set_policy(hookswitch_egress::Policy::new(hookswitch_egress::PolicySettings::default()));
    let answer = house.call(session, "book", json!({"date": "2026-11-20"})).await;
    assert_eq!(answer.outcome, Some(Outcome::Refused));
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn a_disabled_tool_is_refused_at_the_next_call() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let tool = house.tool(lookup(&upstream)).await;
    let session = house.session(&[tool]).await;
    assert_eq!(house.call(session, "look_up", json!({"phone": "1"})).await.outcome, Some(Outcome::Done));
    house.engine.registry().set_tool_enabled(house.scope, tool, false).await.unwrap();
    assert_eq!(house.call(session, "look_up", json!({"phone": "2"})).await.refusal, Some("tool_disabled"));
}

#[tokio::test]
async fn reads_are_tried_again_and_actions_are_not() {
    let upstream = TestServer::start(|_| Reply::status(503, "busy")).await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let tools = [house.tool(lookup(&upstream)).await, house.tool(booking(&upstream)).await];
    let session = house.session(&tools).await;
    let answer = house.call(session, "look_up", json!({"phone": "1"})).await;
    assert_eq!(answer.outcome, Some(Outcome::Failed));
    assert_eq!(*answer.told, json!({"error": "HTTP 503: Service Unavailable", "done": false}));
    assert_eq!(upstream.requests().len(), 3);
    let answer = house.call(session, "book", json!({"date": "d"})).await;
    assert_eq!(answer.outcome, Some(Outcome::Unknown));
    assert_eq!(upstream.requests().len(), 4);
}
