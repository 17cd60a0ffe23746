//! Asking whether a tool can be reached, without acting.

use hookswitch_engine::Probe;
use hookswitch_model::draft::Kind;
use hookswitch_testkit::TestServer;
use serde_json::json;

use crate::house::{House, booking};

#[tokio::test]
async fn a_connection_is_opened_and_nothing_said() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let tool = house.tool(booking(&upstream)).await;
    let probe = house.engine.probe_tool(house.scope, tool).await.unwrap();
    assert_eq!(probe, Probe::Reachable { tls: false });
    upstream.wait_until(|upstream| upstream.connections() == 1).await;
    upstream.wait_until(|upstream| upstream.closed_connections() == 1).await;
    assert!(upstream.requests().is_empty());
    upstream.stop().await;
    let probe = house.engine.probe_tool(house.scope, tool).await.unwrap();
    assert_eq!(probe, Probe::Unreachable("connection refused".to_owned()));
}

#[tokio::test]
async fn what_makes_no_request_says_so() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let clock =
        house.tool(json!({"name": "clock", "kind": "hosted", "hosted": {"function": "datetime"}})).await;
    let probe = house.engine.probe_tool(house.scope, clock).await.unwrap();
    assert_eq!(probe, Probe::NoReceiver(Kind::Hosted));
    let parked =
        json!({"name": "later", "kind": "webhook", "webhook": {"url": "", "method": "POST", "parked": true}});
    let parked = house.tool(parked).await;
    let probe = house.engine.probe_tool(house.scope, parked).await.unwrap();
    assert_eq!(probe, Probe::Unreachable("tool has no webhook_url".to_owned()));
    let session = house.session(&[parked]).await;
    let answer = house.call(session, "later", json!({})).await;
    assert_eq!(*answer.told, json!({"error": "tool has no webhook_url"}));
}

#[tokio::test]
async fn a_lookup_that_refuses_its_arguments_says_only_why() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let clock =
        house.tool(json!({"name": "clock", "kind": "hosted", "hosted": {"function": "datetime"}})).await;
    let session = house.session(&[clock]).await;
    let answer = house.call(session, "clock", json!({"timezone": "Mars/Base"})).await;
    assert_eq!(*answer.told, json!({"error": "unknown timezone"}));
}
