//! The HTTP server: mounts the dialects, accepts connections within bounds, counts, logs, drains.
//!
//! A request comes in at `accept`, is served by `connection`, gets its id in `front`, finds its dialect in
//! `mounts`, and goes on in that dialect's router.

mod accept;
mod clock;
mod connection;
mod dialects;
mod error;
mod front;
mod limits;
mod metrics;
mod mounts;
mod operations;
mod settings;
mod tls;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub use hookswitch_dialect_bland::Calls;
use hookswitch_dialect_native::{Native, NativeState};
use hookswitch_engine::Engine;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use dialects::DIALECT_NAMES;
pub use error::ServerError;
pub use limits::RateLimits;
pub use mounts::{Mount, Mounts};
pub use settings::{ServerSettings, TlsFiles};

use accept::Acceptor;
use dialects::Dialect;
use front::Front;
use metrics::Metrics;

/// What a server is made of.
#[derive(Debug, Clone)]
pub struct ServerParts {
    /// Sessions, and the registry below.
    pub engine: Engine,
    /// How the server is seen from outside, `https://tools.example.com`; `None`: links are relative.
    pub public_url: Option<String>,
    /// Certificate and key; `None`: plain HTTP.
    pub tls: Option<TlsFiles>,
    /// What becomes of calls that somebody asks for.
    pub calls: Calls,
    /// Limits.
    pub settings: ServerSettings,
    /// Host names at whose `/` a dialect lives, beside its prefix: dialect and host.
    pub hosts: Vec<(String, String)>,
    /// How many requests a key may send to each dialect.
    pub rate_limits: RateLimits,
}

impl ServerParts {
    /// Plain HTTP with the default limits.
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            public_url: None,
            tls: None,
            calls: Calls::None,
            settings: ServerSettings::default(),
            hosts: Vec::new(),
            rate_limits: RateLimits::default(),
        }
    }
}

/// How a server went down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Requests that were cut off because the time to drain was over.
    pub requests_left: usize,
    /// Tool calls that were still running: their acts are `unknown` when their session is next loaded.
    pub calls_left: usize,
}

/// A server that is ready to serve.
#[derive(Debug)]
pub struct Server {
    engine: Engine,
    dialects: Vec<Dialect>,
    front: Arc<Front>,
    /// Ports of a dialect's own.
    others: Vec<(TcpListener, Arc<Front>)>,
    acceptor: Acceptor,
    stopping: CancellationToken,
}

impl Server {
    /// Puts the parts together; reads the certificate.
    pub fn new(parts: ServerParts) -> Result<Self, ServerError> {
        let stopping = CancellationToken::new();
        let engine = parts.engine;
        let metrics = Arc::new(Metrics::new(engine.clone()));
        let native = hookswitch_dialect_native::router(NativeState::new(engine.clone(), stopping.clone()));
        let operations = operations::router(engine.clone(), Arc::clone(&metrics), stopping.clone());
        let native = Mount::new::<Native>("native", operations.merge(native));
        let mut mounts = Mounts::new(native.limited_by(parts.rate_limits.limiter("native")));
        let dialects = dialects::all(&engine, parts.calls, &parts.rate_limits);
        for dialect in dialects.clone() {
            for (_, host) in parts.hosts.iter().filter(|(name, _)| name == dialect.name()) {
                mounts = mounts.at_host(host, dialect.mount.clone());
            }
            mounts = mounts.at_prefix(dialect.prefix, dialect.mount);
        }
        let public_url = parts.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
        let front = Arc::new(Front::new(mounts, metrics, public_url.into(), stopping.clone()));
        let acceptor = Acceptor::new(parts.settings, parts.tls.as_ref())?;
        Ok(Self { engine, dialects, front, others: Vec::new(), acceptor, stopping })
    }

    /// Serves a dialect at `/` of a listener of its own, too.
    pub fn also_listen(&mut self, dialect: &str, listener: TcpListener) -> Result<(), ServerError> {
        let found = self.dialects.iter().find(|known| known.name() == dialect);
        let dialect = found.cloned().ok_or_else(|| ServerError::UnknownDialect(dialect.to_owned()))?;
        let front = self.front.with_mounts(Mounts::new(dialect.mount));
        self.others.push((listener, Arc::new(front)));
        Ok(())
    }

    /// Serves until `shutdown` is ready, then drains: `/ready` says 503, new requests are refused with a retryable
    /// error, running ones finish, running tool calls end, everything is written down.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) -> Stopped {
        let others: Vec<Arc<Front>> = self.others.iter().map(|(_, front)| Arc::clone(front)).collect();
        let listeners = std::iter::once((listener, Arc::clone(&self.front))).chain(self.others);
        let accepting = futures_util::future::join_all(
            listeners.map(|(listener, front)| self.acceptor.run(listener, front)),
        );
        tokio::pin!(accepting);
        tokio::select! {
            _ = &mut accepting => {}
            () = shutdown => {}
        }
        tracing::info!("draining");
        self.stopping.cancel();
        self.engine.refuse_new();
        let time = self.acceptor.settings().drain;
        let started = Instant::now();
        // Still accepting: whoever comes now is told to come back, instead of finding no one.
        let requests_left = tokio::select! {
            _ = &mut accepting => 0,
            left = finish_all(&self.front, &others, time) => left,
        };
        self.acceptor.close().await;
        // One time for both: who waits for us to end has set it.
        let calls_left = self.engine.drain_within(time.saturating_sub(started.elapsed())).await;
        Stopped { requests_left, calls_left }
    }
}

/// Waits until no request is running on any listener, at most `time`; gives how many still are.
async fn finish_all(front: &Front, others: &[Arc<Front>], time: Duration) -> usize {
    let fronts = std::iter::once(front).chain(others.iter().map(AsRef::as_ref));
    futures_util::future::join_all(fronts.map(|front| front.finish(time))).await.into_iter().sum()
}
