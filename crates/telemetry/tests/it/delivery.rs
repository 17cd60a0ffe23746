use std::time::Duration;

use hookswitch_telemetry::{Telemetry, current_traceparent, parent_from, traceparent_of};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry, fmt, registry};

use crate::collector::{self, attribute};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
/// `STATUS_CODE_ERROR` of the trace protocol.
const STATUS_ERROR: i32 = 2;
const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn spans_arrive_with_their_parents_and_nothing_else_does() {
    let collector = collector::start().await;
    let (layer, guard) = Telemetry::start::<Registry>(&collector.url(""), "1.2.3", Vec::new()).unwrap();
    let subscriber = registry().with(layer);
    let (call_context, attempt_context) = tracing::subscriber::with_default(subscriber, || {
        let call = tracing::debug_span!(target: "hookswitch", "call", outcome = tracing::field::Empty, otel.status_code = tracing::field::Empty);
        let caller = parent_from(&format!("00-{TRACE}-00f067aa0ba902b7-01")).unwrap();
        assert!(caller.attach_to(&call));
        let attempt = tracing::debug_span!(target: "hookswitch", parent: &call, "attempt", number = 1);
        let contexts = (traceparent_of(&call).unwrap(), traceparent_of(&attempt).unwrap());
        assert_eq!(attempt.in_scope(current_traceparent).as_ref(), Some(&contexts.1));
        // Lines may say what is the operator's alone; other crates' spans are theirs.
        attempt.in_scope(|| tracing::error!("a line that stays here"));
        tracing::info_span!(target: "elsewhere", "foreign").in_scope(|| ());
        drop(attempt);
        call.record("outcome", "failed");
        call.record("otel.status_code", "ERROR");
        contexts
    });
    assert!(guard.shutdown(LIMIT).await);

    let requests = collector.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].method.as_str(), requests[0].target.as_str()), ("POST", "/v1/traces"));
    assert_eq!(requests[0].header("content-type"), Some("application/x-protobuf"));
    assert!(!requests[0].text().contains("stays here"));
    let spans = collector::spans(&collector);
    let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    assert_eq!(spans.len(), 2);
    let (call, attempt) = (named("call"), named("attempt"));
    let id = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    assert_eq!(id(&call.parent_span_id), "00f067aa0ba902b7");
    assert_eq!(attempt.parent_span_id, call.span_id);
    assert_eq!(call_context, format!("00-{TRACE}-{}-01", id(&call.span_id)));
    assert_eq!(attempt_context, format!("00-{TRACE}-{}-01", id(&attempt.span_id)));
    assert_eq!(attribute(call, "outcome").as_deref(), Some("failed"));
    assert_eq!(call.status.as_ref().map(|status| status.code), Some(STATUS_ERROR));
    assert_eq!(attribute(attempt, "number").as_deref(), Some("1"));
    let resource = collector::exports(&collector)[0].resource_spans[0].resource.clone().unwrap();
    let keys: Vec<&str> = resource.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
    assert!(keys.contains(&"service.name") && keys.contains(&"service.version"), "{keys:?}");
}

#[tokio::test]
async fn a_caller_that_samples_nothing_gets_a_context_and_no_export() {
    let collector = collector::start().await;
    let (layer, guard) = Telemetry::start::<Registry>(&collector.url(""), "1", Vec::new()).unwrap();
    let context = tracing::subscriber::with_default(registry().with(layer), || {
        let call = tracing::debug_span!(target: "hookswitch", "call");
        assert!(parent_from(&format!("00-{TRACE}-00f067aa0ba902b7-00")).unwrap().attach_to(&call));
        traceparent_of(&call).unwrap()
    });
    assert!(guard.shutdown(LIMIT).await);
    assert!(context.starts_with(&format!("00-{TRACE}-")) && context.ends_with("-00"), "{context}");
    assert!(!context.contains("00f067aa0ba902b7"), "{context}");
    assert!(collector::spans(&collector).is_empty());
}

#[tokio::test]
async fn beside_logs_of_level_info_spans_are_on_for_traces_only() {
    let collector = collector::start().await;
    let lines = || {
        let filter = EnvFilter::try_new("info").unwrap();
        registry().with(fmt::layer().with_writer(std::io::sink).with_filter(filter))
    };
    let is_off = || tracing::debug_span!(target: "hookswitch", "call").is_disabled();
    assert!(tracing::subscriber::with_default(lines(), is_off));
    let (layer, guard) = Telemetry::start(&collector.url(""), "1", Vec::new()).unwrap();
    let context = tracing::subscriber::with_default(lines().with(layer), || {
        assert!(!tracing::enabled!(tracing::Level::DEBUG), "lines of level DEBUG stay off");
        tracing::debug_span!(target: "hookswitch", "call").in_scope(current_traceparent)
    });
    assert!(context.is_some());
    assert!(guard.shutdown(LIMIT).await);
    assert_eq!(collector::spans(&collector).len(), 1);
}
