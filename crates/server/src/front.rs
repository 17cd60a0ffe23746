//! The front of the house: every request gets its id, finds its dialect, is counted, logged, and survives a panic.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::Response;
use hookswitch_api::{Failure, RequestContext, catch_panics};
use hookswitch_engine::EngineError;
use hookswitch_model::RequestId;
use http::{HeaderName, HeaderValue, Request, header};
use hyper::body::Incoming;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::metrics::Metrics;
use crate::mounts::{Mount, Mounts};
use crate::operations;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where requests come in.
#[derive(Debug)]
pub(crate) struct Front {
    mounts: Mounts,
    metrics: Arc<Metrics>,
    public_url: Arc<str>,
    stopping: CancellationToken,
    running: AtomicUsize,
    ended: Notify,
}

impl Front {
    pub(crate) fn new(
        mounts: Mounts,
        metrics: Arc<Metrics>,
        public_url: Arc<str>,
        stopping: CancellationToken,
    ) -> Self {
        Self { mounts, metrics, public_url, stopping, running: AtomicUsize::new(0), ended: Notify::new() }
    }

    /// The same house with other dialects at its door: for a listener of its own.
    pub(crate) fn with_mounts(&self, mounts: Mounts) -> Self {
        let (metrics, public_url) = (Arc::clone(&self.metrics), Arc::clone(&self.public_url));
        Self::new(mounts, metrics, public_url, self.stopping.clone())
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Answers a request. Never fails: what goes wrong is an answer in the shape of the dialect.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response {
        let started = Instant::now();
        let id = RequestId::generate();
        let mut request = request.map(Body::new);
        let method = request.method().clone();
        let is_operation = operations::is_path(request.uri().path());
        let (mount, seen) = self.mounts.choose(&mut request, &self.public_url);
        let running = Running::begin(self);
        let refused = self.stopping.is_cancelled() && !is_operation;
        let work = catch_panics(carry_out(mount, request, refused), mount.render());
        let (mut response, route) = RequestContext::run(id, seen, work).await;
        drop(running);
        let headers = response.headers_mut();
        if let Ok(text) = HeaderValue::try_from(id.to_string()) {
            headers.insert(REQUEST_ID, text);
        }
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if refused {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let took = started.elapsed();
        let status = response.status().as_u16();
        let route = route.as_ref().map_or("none", |route| route.as_str());
        self.metrics.request(mount.name(), route, &method, status, took);
        tracing::info!(
            target: "hookswitch::access",
            %method,
            route,
            status,
            duration_ms = took.as_secs_f64() * 1000.0,
            request_id = %id,
            dialect = mount.name(),
            "request"
        );
        response
    }

    /// Waits until no request is running, at most `time`; gives how many still are.
    pub(crate) async fn finish(&self, time: Duration) -> usize {
        let all_ended = async {
            loop {
                let ended = self.ended.notified();
                if self.running.load(Ordering::SeqCst) == 0 {
                    return;
                }
                ended.await;
            }
        };
        // Nobody runs: fine; time is over: they are cut.
        let _ = tokio::time::timeout(time, all_ended).await;
        self.running.load(Ordering::SeqCst)
    }
}

async fn carry_out(mount: &Mount, request: Request<Body>, refused: bool) -> Response {
    if refused {
        return mount.render()(&Failure::Engine(EngineError::Draining));
    }
    match mount.router().call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// A request that is being carried out; counted until dropped, also when its client hangs up.
struct Running<'a> {
    front: &'a Front,
}

impl<'a> Running<'a> {
    fn begin(front: &'a Front) -> Self {
        front.running.fetch_add(1, Ordering::SeqCst);
        Self { front }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if self.front.running.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.front.ended.notify_waiters();
        }
    }
}
