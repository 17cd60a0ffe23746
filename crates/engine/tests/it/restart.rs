use std::time::Duration;

use hookswitch_model::Outcome;
use hookswitch_model::event::EventKind;
use hookswitch_testkit::{Reply, TestServer};
use serde_json::json;

use crate::house::{House, booking};

#[tokio::test]
async fn a_session_goes_on_after_a_restart_and_replays_what_was_done() {
    let upstream = TestServer::start(|_| Reply::json(r#"{"id":7}"#)).await;
    let folder = tempfile::tempdir().unwrap();
    let (session, first) = {
        let house = House::open(folder.path(), &upstream).await;
        let tool = house.tool(booking(&upstream)).await;
        let session = house.session(&[tool]).await;
        let first = house.call(session, "book", json!({"date": "1"})).await;
        assert_eq!(house.engine.drain().await, 0);
        house.store.close().await;
        (session, first)
    };
    let house = House::open(folder.path(), &upstream).await;
    let again = house.call(session, "book", json!({"date": "1"})).await;
    assert!(again.replayed);
    assert_eq!(again.execution, first.execution);
    assert_eq!(again.told["id"], json!(7));
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn an_act_cut_short_is_unknown_and_is_not_sent_again() {
    let upstream = TestServer::start(|_| Reply::silence()).await;
    let folder = tempfile::tempdir().unwrap();
    let session = {
        let settings = hookswitch_engine::EngineSettings {
            drain: Duration::from_millis(100),
            ..hookswitch_engine::EngineSettings::default()
        };
        let house = House::with(folder.path(), &upstream, settings).await;
        let tool = house.tool(booking(&upstream)).await;
        let session = house.session(&[tool]).await;
        let (engine, scope) = (house.engine.clone(), house.scope);
        let call = crate::house::input("book", json!({"date": "1"}));
        tokio::spawn(async move { engine.call(scope, session, call).await });
        upstream.wait_until(|upstream| upstream.requests().len() == 1).await;
        // The server goes down while the upstream has not answered.
        assert_eq!(house.engine.drain().await, 1);
        house.store.close().await;
        session
    };
    let house = House::open(folder.path(), &upstream).await;
    let again = house.call(session, "book", json!({"date": "1"})).await;
    assert_eq!(again.told["done"], json!("unknown"));
    assert_eq!(upstream.requests().len(), 1);
    // A person looks it up and settles it.
    let filter = hookswitch_store::ExecutionFilter {
        outcome: Some(Outcome::Unknown),
        ..hookswitch_store::ExecutionFilter::default()
    };
    let page = hookswitch_store::Page::first(10);
    let unknown = house.store.list_executions(house.scope, &filter, &page).await.unwrap();
    assert_eq!(unknown.items.len(), 1);
    let id = unknown.items[0].id;
    house.engine.settle(house.scope, id, Outcome::Done, Some(json!({"id": 3}))).await.unwrap();
    assert!(house.engine.settle(house.scope, id, Outcome::Failed, None).await.is_err());
    let again = house.call(session, "book", json!({"date": "1"})).await;
    assert!(again.replayed);
    assert_eq!(again.told["id"], json!(3));
}

/// A call that waited while somebody else loaded the session and ended it finds it ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_happens_in_a_session_that_was_ended_while_it_was_loaded() {
    let upstream = TestServer::start(|_| Reply::json(r#"{"id":7}"#)).await;
    let folder = tempfile::tempdir().unwrap();
    let sessions = {
        let house = House::open(folder.path(), &upstream).await;
        let tool = house.tool(booking(&upstream)).await;
        let mut sessions = Vec::new();
        for _ in 0..60 {
            sessions.push(house.session(&[tool]).await);
        }
        assert_eq!(house.engine.drain().await, 0);
        house.store.close().await;
        sessions
    };
    let house = House::open(folder.path(), &upstream).await;
    let mut tasks = tokio::task::JoinSet::new();
    for session in sessions.iter().copied() {
        let (engine, scope) = (house.engine.clone(), house.scope);
        tasks.spawn(async move { engine.end_session(scope, session).await.unwrap() });
        for number in 0..6 {
            let (engine, scope) = (house.engine.clone(), house.scope);
            let call = crate::house::input("book", json!({"date": number.to_string()}));
            tasks.spawn(async move { drop(engine.call(scope, session, call).await) });
        }
    }
    tasks.join_all().await;
    assert_eq!(house.engine.drain().await, 0);
    for session in sessions {
        let events = house.store.list_events(house.scope, session, 0, 100).await.unwrap();
        let kinds: Vec<_> = events.iter().map(|event| event.kind).collect();
        let end = kinds.iter().position(|kind| *kind == EventKind::SessionEnded).unwrap();
        assert!(!kinds[end..].contains(&EventKind::CallStarted), "{kinds:?}");
    }
}
