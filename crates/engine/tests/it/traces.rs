//! The trace context on its way through the engine, with a double for whatever exports traces.

use std::sync::Arc;

use hookswitch_engine::{CallInput, EngineSettings, TraceContext, Traceparent};
use hookswitch_testkit::{Reply, TestServer};
use parking_lot::Mutex;
use serde_json::json;
use tracing::Span;

use crate::house::{House, booking, input, lookup};

const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const OWN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-1111111111111111-01";

/// Knows the spans of attempts by their metadata and answers with one context for all of them.
#[derive(Debug, Default)]
struct Recorder {
    adopted: Mutex<Vec<(&'static str, String)>>,
    asked: Mutex<Vec<&'static str>>,
}

fn name(span: &Span) -> &'static str {
    span.metadata().map_or("disabled", |metadata| metadata.name())
}

impl TraceContext for Recorder {
    fn traceparent(&self, span: &Span) -> Option<String> {
        self.asked.lock().push(name(span));
        (!span.is_disabled()).then(|| OWN.to_owned())
    }

    fn adopt(&self, span: &Span, traceparent: &Traceparent) {
        self.adopted.lock().push((name(span), traceparent.as_str().to_owned()));
    }
}

fn traced(arguments: serde_json::Value, traceparent: &str) -> CallInput {
    CallInput { traceparent: Some(traceparent.to_owned()), ..input("look_up", arguments) }
}

/// A subscriber that wants every span.
fn everything() -> tracing::subscriber::DefaultGuard {
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(std::io::sink);
    tracing::subscriber::set_default(subscriber.finish())
}

#[tokio::test]
async fn without_traces_a_well_formed_context_passes_and_a_malformed_one_does_not() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let tool = house.tool(lookup(&upstream)).await;
    let session = house.session(&[tool]).await;
    let malformed = ["", "00-1-2-01", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a\r\nb: c"];
    for (number, text) in [CALLER].into_iter().chain(malformed).enumerate() {
        let call = traced(json!({"phone": number.to_string()}), text);
        house.engine.call(house.scope, session, call).await.unwrap();
    }
    let sent: Vec<Option<String>> =
        upstream.requests().iter().map(|request| request.header("traceparent").map(str::to_owned)).collect();
    assert_eq!(sent, [Some(CALLER.to_owned()), None, None, None, None]);
}

#[tokio::test]
async fn with_traces_every_attempt_sends_its_own_context_under_the_callers() {
    let _subscriber = everything();
    let upstream = TestServer::start(|_| Reply::status(503, "busy")).await;
    let folder = tempfile::tempdir().unwrap();
    let recorder = Arc::new(Recorder::default());
    let settings =
        EngineSettings { traces: Some(Arc::<Recorder>::clone(&recorder)), ..EngineSettings::default() };
    let house = House::with(folder.path(), &upstream, settings).await;
    let tool = house.tool(lookup(&upstream)).await;
    let session = house.session(&[tool]).await;
    house.engine.call(house.scope, session, traced(json!({"phone": "1"}), CALLER)).await.unwrap();
    let sent = upstream.requests();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|request| request.header("traceparent") == Some(OWN)));
    assert_eq!(*recorder.adopted.lock(), [("call", CALLER.to_owned())]);
    assert_eq!(*recorder.asked.lock(), ["attempt"; 3]);
    // Nothing of a malformed context reaches the exporter.
    house.engine.call(house.scope, session, traced(json!({"phone": "2"}), "00-nonsense")).await.unwrap();
    assert_eq!(recorder.adopted.lock().len(), 1);
}

#[tokio::test]
async fn a_tool_that_sets_the_header_itself_keeps_its_own() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let mut draft = booking(&upstream);
    draft["webhook"]["headers"] = json!({"traceparent": "its-own"});
    let tool = house.tool(draft).await;
    let session = house.session(&[tool]).await;
    let call = CallInput { traceparent: Some(CALLER.to_owned()), ..input("book", json!({"date": "d"})) };
    house.engine.call(house.scope, session, call).await.unwrap();
    assert_eq!(upstream.requests()[0].header("traceparent"), Some("its-own"));
}
