//! One HTTP/1.1 connection: the sending half, its background task, and what the pool needs to know.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use tokio::{
    sync::{OwnedSemaphorePermit, oneshot},
    time::{Instant, timeout},
};

use super::gate::Gate;
use crate::{
    policy::Policy,
    request::TlsRule,
    url::{CheckedUrl, Host},
};

/// A closing connection may take this long for its TLS farewell.
const FAREWELL: Duration = Duration::from_secs(1);

/// After an answer the connection is soon ready for the next request, or it is not kept.
const READY_WITHIN: Duration = Duration::from_secs(1);

/// What two requests must have in common to share a connection (security: "connection reuse").
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PoolKey {
    pub(crate) version: u64,
    https: bool,
    host: Host,
    port: u16,
    tls: TlsRule,
}

impl PoolKey {
    pub(crate) fn new(policy: &Policy, url: &CheckedUrl, tls: TlsRule) -> Self {
        Self {
            version: policy.version(),
            https: url.is_https(),
            host: url.host().clone(),
            port: url.port(),
            tls,
        }
    }
}

/// A connection that carries one request at a time. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) key: PoolKey,
    pub(crate) sender: SendRequest<Full<Bytes>>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) peer: SocketAddr,
    /// Since when no request has been on it.
    pub(crate) idle_since: Instant,
    /// Was in the pool before.
    pub(crate) reused: bool,
    _dropped: oneshot::Sender<()>,
}

impl Connection {
    /// Starts the connection's task, which ends soon after the connection is dropped.
    pub(crate) fn drive<D>(
        key: PoolKey,
        sender: SendRequest<Full<Bytes>>,
        driver: D,
        gate: Arc<Gate>,
        peer: SocketAddr,
        permit: OwnedSemaphorePermit,
    ) -> Self
    where
        D: Future<Output = hyper::Result<()>> + Send + 'static,
    {
        let (dropped, on_drop) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let _permit = permit;
            let mut driver = std::pin::pin!(driver);
            let ended = tokio::select! {
                ended = &mut driver => Some(ended),
                _ = on_drop => None,
            };
            let ended = match ended {
                Some(ended) => ended,
                None => timeout(FAREWELL, driver).await.unwrap_or(Ok(())),
            };
            if let Err(error) = ended {
                tracing::debug!(error = crate::error::describe(&error), "connection ended");
            }
        });
        Self { key, sender, gate, peer, idle_since: Instant::now(), reused: false, _dropped: dropped }
    }

    /// Waits until the next request may be sent; `None` when the connection is of no more use.
    pub(crate) async fn into_idle(mut self) -> Option<Self> {
        timeout(READY_WITHIN, self.sender.ready()).await.ok()?.ok()?;
        Some(self.rested())
    }

    /// Its idle time begins now.
    pub(crate) fn rested(mut self) -> Self {
        self.idle_since = Instant::now();
        self
    }
}
