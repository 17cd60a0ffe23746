//! A collector that fails must not be felt.

use std::time::{Duration, Instant};

use hookswitch_telemetry::{Telemetry, TelemetryError};
use hookswitch_testkit::{Reply, TestServer};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Registry, registry};

use crate::collector;

/// More than fit into the queue.
const MANY: usize = 20_000;

/// Ends many spans and says how long the slowest took.
fn end_many(endpoint: &str) -> (Duration, hookswitch_telemetry::Guard) {
    let (layer, guard) = Telemetry::start::<Registry>(endpoint, "1", Vec::new()).unwrap();
    let slowest = tracing::subscriber::with_default(registry().with(layer), || {
        let one = |number: usize| {
            let start = Instant::now();
            drop(tracing::debug_span!(target: "hookswitch", "call", number));
            start.elapsed()
        };
        (0..MANY).map(one).max().unwrap()
    });
    (slowest, guard)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_hangs_delays_nobody() {
    let collector = TestServer::start(|_| Reply::silence()).await;
    let (slowest, guard) = end_many(&collector.url(""));
    collector.wait_until(|collector| !collector.requests().is_empty()).await;
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    // The end of the process waits as long as it was told, not for the collector.
    let start = Instant::now();
    assert!(!guard.shutdown(Duration::from_millis(300)).await);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_delays_nobody() {
    let gone = collector::start().await;
    let endpoint = gone.url("");
    gone.stop().await;
    let (slowest, guard) = end_many(&endpoint);
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    let start = Instant::now();
    guard.shutdown(Duration::from_secs(10)).await;
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_redirect_of_the_collector_leads_nowhere() {
    let elsewhere = collector::start().await;
    let target = elsewhere.url("/v1/traces");
    let collector = TestServer::start(move |_| Reply::redirect(307, &target)).await;
    let (layer, guard) = Telemetry::start::<Registry>(&collector.url(""), "1", Vec::new()).unwrap();
    tracing::subscriber::with_default(registry().with(layer), || {
        drop(tracing::debug_span!(target: "hookswitch", "call"));
    });
    guard.shutdown(Duration::from_secs(10)).await;
    assert_eq!(collector.requests().len(), 1);
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let started = Telemetry::start::<Registry>("http://127.0.0.1:4318", "1", Vec::new());
    assert!(matches!(started.err(), Some(TelemetryError::NoRuntime)));
}
