//! Client tools: in time, late, twice, unasked; the app lost, gone and back.

use std::time::Duration;

use hookswitch_engine::{CallAnswer, EngineSettings, Link, LinkEvent, LinkKind, LinkOrder};
use hookswitch_model::{ExecutionId, Outcome, SessionId};
use hookswitch_testkit::{Reply, TestServer};
use serde_json::{Value, json};

use crate::house::{House, input};
use crate::links::{SPEECH, join, until};

fn show(effect: &str) -> Value {
    json!({"name": "show", "description": "Shows something", "kind": "client", "effect": effect,
        "parameters": [{"name": "what", "schema": {"type": "string"}, "required": true}], "timeout_ms": 300})
}

struct Setting {
    house: House,
    session: SessionId,
    _folder: tempfile::TempDir,
    _upstream: TestServer,
}

async fn setting(draft: Value) -> Setting {
    let upstream = TestServer::start(|_| Reply::json("{}")).await;
    let folder = tempfile::tempdir().unwrap();
    let settings = EngineSettings { link_grace: Duration::from_millis(150), ..EngineSettings::default() };
    let house = House::with(folder.path(), &upstream, settings).await;
    let session = house.session(&[house.tool(draft).await]).await;
    Setting { house, session, _folder: folder, _upstream: upstream }
}

impl Setting {
    fn ask(&self, what: &str) -> tokio::task::JoinHandle<CallAnswer> {
        let (engine, scope, session) = (self.house.engine.clone(), self.house.scope, self.session);
        let call = input("show", json!({"what": what}));
        tokio::spawn(async move { engine.call(scope, session, call).await.unwrap() })
    }
}

async fn asked(app: &mut Link) -> (ExecutionId, Value) {
    until(app, |order| match order {
        LinkOrder::ToolCall { id, arguments, .. } => Some((*id, arguments.clone())),
        _ => None,
    })
    .await
}

async fn warning(app: &mut Link) -> String {
    until(app, |order| match order {
        LinkOrder::Warning { code, .. } => Some(code.clone()),
        _ => None,
    })
    .await
}

fn output(id: ExecutionId, output: Value) -> LinkEvent {
    LinkEvent::ToolOutput { id, output, is_error: false }
}

#[tokio::test]
async fn the_app_answers_and_answers_again() {
    let setting = setting(show("action")).await;
    let mut app = join(&setting.house, setting.session, LinkKind::App).await;
    let call = setting.ask("map");
    let (id, arguments) = asked(&mut app).await;
    assert_eq!(arguments, json!({"what": "map"}));
    app.send(output(id, json!({"shown": true}))).await.unwrap();
    let answer = call.await.unwrap();
    assert_eq!((answer.outcome, &*answer.told), (Some(Outcome::Done), &json!({"shown": true})));
    app.send(output(id, json!({"shown": true}))).await.unwrap();
    assert_eq!(warning(&mut app).await, "duplicate_output");
    app.send(output(ExecutionId::generate(), json!(1))).await.unwrap();
    assert_eq!(warning(&mut app).await, "unknown_output");
    // The same act again is not shown again.
    let again = setting.ask("map").await.unwrap();
    assert!(again.replayed);
}

#[tokio::test]
async fn what_the_app_says_failed_has_failed() {
    let setting = setting(show("action")).await;
    let mut app = join(&setting.house, setting.session, LinkKind::App).await;
    let call = setting.ask("map");
    let (id, _) = asked(&mut app).await;
    app.send(LinkEvent::ToolOutput { id, output: json!({"error": "no map"}), is_error: true }).await.unwrap();
    let answer = call.await.unwrap();
    assert_eq!(answer.outcome, Some(Outcome::Failed));
    assert_eq!(*answer.told, json!({"error": "no map", "done": false}));
}

#[tokio::test]
async fn a_late_output_settles_the_act() {
    let setting = setting(show("action")).await;
    let mut app = join(&setting.house, setting.session, LinkKind::App).await;
    let mut runtime = join(&setting.house, setting.session, SPEECH).await;
    let call = setting.ask("map");
    let (id, _) = asked(&mut app).await;
    let answer = call.await.unwrap();
    assert!(answer.timed_out);
    assert_eq!(answer.outcome, Some(Outcome::Unknown));
    app.send(output(id, json!({"shown": true}))).await.unwrap();
    let late = until(&mut runtime, |order| match order {
        LinkOrder::LateResult { told, outcome, .. } => Some((told.clone(), *outcome)),
        _ => None,
    })
    .await;
    assert_eq!((&*late.0, late.1), (&json!({"shown": true}), Some(Outcome::Done)));
    let again = setting.ask("map").await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.told["shown"], json!(true));
}

#[tokio::test]
async fn an_output_after_nobody_listens_settles_the_act_too() {
    let upstream = TestServer::start(|_| Reply::json("{}")).await;
    let folder = tempfile::tempdir().unwrap();
    let settings = EngineSettings { listen_on: Duration::ZERO, ..EngineSettings::default() };
    let house = House::with(folder.path(), &upstream, settings).await;
    let session = house.session(&[house.tool(show("action")).await]).await;
    let setting = Setting { house, session, _folder: folder, _upstream: upstream };
    let mut app = join(&setting.house, setting.session, LinkKind::App).await;
    let mut runtime = join(&setting.house, setting.session, SPEECH).await;
    let call = setting.ask("map");
    let (id, _) = asked(&mut app).await;
    assert!(call.await.unwrap().timed_out);
    // The app is told when nobody listens any more.
    until(&mut app, |order| matches!(order, LinkOrder::ToolCancelled { .. }).then_some(())).await;
    app.send(output(id, json!({"shown": true}))).await.unwrap();
    until(&mut runtime, |order| matches!(order, LinkOrder::LateResult { .. }).then_some(())).await;
    assert!(setting.ask("map").await.unwrap().replayed);
    app.send(output(id, json!({"shown": true}))).await.unwrap();
    assert_eq!(warning(&mut app).await, "duplicate_output");
}

#[tokio::test]
async fn without_an_app_a_call_fails_and_nothing_is_unknown() {
    let setting = setting(show("action")).await;
    let answer = setting.ask("map").await.unwrap();
    assert_eq!((answer.outcome, answer.refusal), (Some(Outcome::Failed), Some("app_gone")));
    // It comes while a call waits for it.
    let call = setting.ask("list");
    let mut app = join(&setting.house, setting.session, LinkKind::App).await;
    let (id, _) = asked(&mut app).await;
    app.send(output(id, json!(1))).await.unwrap();
    assert_eq!(call.await.unwrap().outcome, Some(Outcome::Done));
    app.leave().await;
    let answer = setting.ask("more").await.unwrap();
    assert_eq!(answer.refusal, Some("app_gone"));
}

#[tokio::test]
async fn an_app_that_is_gone_for_good_leaves_actions_unknown_and_reads_failed() {
    for (effect, outcome) in [("action", Outcome::Unknown), ("read", Outcome::Failed)] {
        let mut draft = show(effect);
        draft["timeout_ms"] = json!(20_000);
        let setting = setting(draft).await;
        let mut app = join(&setting.house, setting.session, LinkKind::App).await;
        let call = setting.ask("map");
        asked(&mut app).await;
        drop(app);
        assert_eq!(call.await.unwrap().outcome, Some(outcome), "{effect}");
    }
}

#[tokio::test]
async fn an_app_that_comes_back_in_time_answers_what_it_was_asked() {
    let mut draft = show("action");
    draft["timeout_ms"] = json!(20_000);
    let setting = setting(draft).await;
    let house = &setting.house;
    let app = join(house, setting.session, LinkKind::App).await;
    let seen = app.welcome().position;
    let call = setting.ask("map");
    // Lost before it read what it was asked.
    let mut runtime = join(house, setting.session, SPEECH).await;
    drop(app);
    let mut app =
        house.engine.connect(house.scope, setting.session, LinkKind::App, Some(seen)).await.unwrap();
    let (id, _) = asked(&mut app).await;
    app.send(output(id, json!({"shown": true}))).await.unwrap();
    assert_eq!(call.await.unwrap().outcome, Some(Outcome::Done));
    house.engine.end_session(house.scope, setting.session).await.unwrap();
    until(&mut runtime, |order| matches!(order, LinkOrder::Ended { .. }).then_some(())).await;
}

#[tokio::test]
async fn an_interrupted_read_is_withdrawn_from_the_app() {
    let mut draft = show("read");
    draft["timeout_ms"] = json!(20_000);
    let setting = setting(draft).await;
    let mut app = join(&setting.house, setting.session, LinkKind::App).await;
    let runtime = join(&setting.house, setting.session, SPEECH).await;
    let call = setting.ask("map");
    let (id, _) = asked(&mut app).await;
    runtime.send(LinkEvent::Speech(hookswitch_engine::SpeechReport::Interrupted)).await.unwrap();
    assert_eq!(call.await.unwrap().outcome, Some(Outcome::Cancelled));
    let cancelled = until(&mut app, |order| match order {
        LinkOrder::ToolCancelled { id } => Some(*id),
        _ => None,
    })
    .await;
    assert_eq!(cancelled, id);
    app.send(output(id, json!(1))).await.unwrap();
    assert_eq!(warning(&mut app).await, "withdrawn_output");
}
