//! Links: a runtime and an app take part in a session, come back, and are told everything once.

use std::time::Duration;

use hookswitch_engine::{
    EngineSettings, Link, LinkEnd, LinkError, LinkEvent, LinkKind, LinkOrder, Numbered, Position, Reports,
    Resumed, SpeechReport,
};
use hookswitch_model::{Outcome, SessionId};
use hookswitch_testkit::{Reply, TestServer};
use serde_json::{Value, json};

use crate::house::{House, booking, input, lookup};

pub(crate) const SPEECH: LinkKind = LinkKind::Runtime(Reports { speech: true, turns: true });

pub(crate) async fn join(house: &House, session: SessionId, kind: LinkKind) -> Link {
    house.engine.connect(house.scope, session, kind, None).await.unwrap()
}

pub(crate) async fn next(link: &mut Link) -> Numbered {
    let next = tokio::time::timeout(Duration::from_secs(10), link.next()).await;
    next.expect("an order in time").expect("an order")
}

/// The next order for which `pick` gives something.
pub(crate) async fn until<T>(link: &mut Link, mut pick: impl FnMut(&LinkOrder) -> Option<T>) -> T {
    loop {
        if let Some(found) = pick(&next(link).await.order) {
            return found;
        }
    }
}

pub(crate) async fn result(link: &mut Link) -> hookswitch_engine::CallAnswer {
    until(link, |order| match order {
        LinkOrder::Result(answer) => Some((**answer).clone()),
        _ => None,
    })
    .await
}

pub(crate) fn call(id: &str, name: &str, arguments: Value) -> LinkEvent {
    let mut call = input(name, arguments);
    call.tool_call_id = Some(id.to_owned());
    LinkEvent::Call(call)
}

async fn house(folder: &tempfile::TempDir, upstream: &TestServer) -> House {
    let settings = EngineSettings { link_grace: Duration::from_millis(200), ..EngineSettings::default() };
    House::with(folder.path(), upstream, settings).await
}

#[tokio::test]
async fn a_call_is_answered_over_the_link_and_streamed_arguments_count_when_complete() {
    let upstream = TestServer::start(|_| Reply::json(r#"{"id":7}"#)).await;
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder, &upstream).await;
    let session = house.session(&[house.tool(booking(&upstream)).await]).await;
    let mut link = join(&house, session, SPEECH).await;
    assert_eq!(link.welcome().tools.len(), 1);
    link.send(LinkEvent::Speech(SpeechReport::UserTurn)).await.unwrap();
    let id = || "c1".to_owned();
    link.send(LinkEvent::CallBegan { tool_call_id: id(), name: "book".to_owned() }).await.unwrap();
    for delta in ["{\"da", "te\":\"1\"}"] {
        let delta = delta.to_owned();
        link.send(LinkEvent::CallArguments { tool_call_id: id(), delta }).await.unwrap();
    }
    assert_eq!(upstream.requests().len(), 0);
    link.send(LinkEvent::CallComplete { tool_call_id: id() }).await.unwrap();
    let answer = result(&mut link).await;
    assert_eq!((answer.tool_call_id.as_str(), &*answer.told), ("c1", &json!({"id": 7})));
    assert_eq!(upstream.requests().len(), 1);
    let wrong = LinkEvent::ToolOutput { id: answer.execution, output: json!(1), is_error: false };
    assert!(matches!(link.send(wrong).await, Err(LinkError::WrongKind)));
}

#[tokio::test]
async fn a_lost_runtime_comes_back_and_gets_the_rest_once() {
    let upstream = TestServer::start(|_| Reply::json(r#"{"id":7}"#).after(Duration::from_millis(100))).await;
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder, &upstream).await;
    let session = house.session(&[house.tool(booking(&upstream)).await]).await;
    let mut link = join(&house, session, SPEECH).await;
    let epoch = link.welcome().position.epoch;
    link.sender().send_numbered(1, LinkEvent::Speech(SpeechReport::UserTurn)).await.unwrap();
    link.sender().send_numbered(2, call("c1", "book", json!({"date": "1"}))).await.unwrap();
    let started = loop {
        let order = next(&mut link).await;
        if matches!(order.order, LinkOrder::CallStarted { .. }) {
            break order.seq;
        }
    };
    drop(link);
    upstream.wait_until(|upstream| upstream.requests().len() == 1).await;
    let position = Position { epoch, seq: started };
    let mut link = house.engine.connect(house.scope, session, SPEECH, Some(position)).await.unwrap();
    assert_eq!((link.welcome().resumed, link.welcome().received), (Resumed::Complete, Some(2)));
    // What had been heard is left out.
    link.sender().send_numbered(2, call("c1", "book", json!({"date": "1"}))).await.unwrap();
    let first = next(&mut link).await;
    assert!(first.seq > started);
    let LinkOrder::Result(answer) = first.order else { panic!("{first:?}") };
    assert_eq!(*answer.told, json!({"id": 7}));
    let position = Position { epoch, seq: first.seq };
    let mut again = house.engine.connect(house.scope, session, SPEECH, Some(position)).await.unwrap();
    assert!(link.next().await.is_none());
    assert_eq!(link.end(), Some(LinkEnd::Replaced));
    house.engine.end_session(house.scope, session).await.unwrap();
    let last = next(&mut again).await;
    assert!(matches!(last.order, LinkOrder::Ended { .. }), "{last:?}");
    assert!(again.next().await.is_none());
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn stored_answers_are_the_same_as_live_ones() {
    let upstream = TestServer::start(|_| Reply::json(r#"{"id":7}"#)).await;
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder, &upstream).await;
    let tools = [house.tool(booking(&upstream)).await, house.tool(lookup(&upstream)).await];
    let session = house.session(&tools).await;
    let mut link = join(&house, session, SPEECH).await;
    let start = link.welcome().position;
    let asked = [
        call("c1", "book", json!({"date": "1"})),
        call("c2", "look_up", json!({"phone": "1"})),
        call("c3", "look_up", json!({"fone": "1"})),
        call("c4", "nothing", json!({})),
    ];
    let mut live = Vec::new();
    for event in asked {
        link.send(event).await.unwrap();
        live.push(result(&mut link).await);
    }
    for number in 5..15 {
        link.send(LinkEvent::Speech(SpeechReport::UserTurn)).await.unwrap();
        link.send(call(&format!("c{number}"), "book", json!({"date": "1"}))).await.unwrap();
        live.push(result(&mut link).await);
    }
    let mut again = house.engine.connect(house.scope, session, SPEECH, Some(start)).await.unwrap();
    for answer in live {
        let stored = result(&mut again).await;
        assert_eq!(format!("{stored:?}"), format!("{answer:?}"));
    }
}

#[tokio::test]
async fn positions_that_never_were_are_refused() {
    let upstream = TestServer::start(|_| Reply::json("{}")).await;
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder, &upstream).await;
    let session = house.session(&[]).await;
    for position in [Position { epoch: 1, seq: 99 }, Position { epoch: 7, seq: 0 }] {
        assert!(house.engine.connect(house.scope, session, SPEECH, Some(position)).await.is_err());
    }
}

#[tokio::test]
async fn a_clean_restart_loses_and_repeats_nothing() {
    let upstream = TestServer::start(|_| Reply::json(r#"{"id":7}"#)).await;
    let folder = tempfile::tempdir().unwrap();
    let (session, seen) = {
        let house = house(&folder, &upstream).await;
        let session = house.session(&[house.tool(booking(&upstream)).await]).await;
        let mut link = join(&house, session, SPEECH).await;
        let seen = link.welcome().position;
        link.sender().send_numbered(41, call("c1", "book", json!({"date": "1"}))).await.unwrap();
        upstream.wait_until(|upstream| upstream.requests().len() == 1).await;
        assert_eq!(house.engine.drain().await, 0);
        // Not read: the server went down first.
        assert!(link.next().await.is_none() || link.end().is_none());
        assert_eq!(link.end(), Some(LinkEnd::Draining));
        house.store.close().await;
        (session, seen)
    };
    let house = house(&folder, &upstream).await;
    let mut link = house.engine.connect(house.scope, session, SPEECH, Some(seen)).await.unwrap();
    assert_eq!((link.welcome().resumed, link.welcome().received), (Resumed::Complete, Some(41)));
    let answer = result(&mut link).await;
    assert_eq!((answer.outcome, &*answer.told), (Some(Outcome::Done), &json!({"id": 7})));
    house.engine.end_session(house.scope, session).await.unwrap();
    let rest: Vec<LinkOrder> = rest(&mut link).await;
    assert!(!rest.iter().any(|order| matches!(order, LinkOrder::Result(_) | LinkOrder::LateResult { .. })));
}

async fn rest(link: &mut Link) -> Vec<LinkOrder> {
    let mut rest = Vec::new();
    while let Some(order) = link.next().await {
        rest.push(order.order);
    }
    rest
}

#[tokio::test]
async fn the_runtime_hears_of_tools_that_are_switched() {
    let upstream = TestServer::start(|_| Reply::json("{}")).await;
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder, &upstream).await;
    let sweeping = house.engine.clone();
    let sweep = tokio::spawn(async move { sweeping.sweep_forever().await });
    let tool = house.tool(booking(&upstream)).await;
    let session = house.session(&[tool]).await;
    let mut link = join(&house, session, SPEECH).await;
    for count in [0, 1] {
        house.engine.registry().set_tool_enabled(house.scope, tool, count == 1).await.unwrap();
        let tools = until(&mut link, |order| match order {
            LinkOrder::ToolsChanged { tools } => Some(tools.len()),
            _ => None,
        })
        .await;
        assert_eq!(tools, count);
    }
    sweep.abort();
}
