//! From a checked URL to a ready connection: resolve once, classify every answer, dial only those, compare the peer,
//! TLS. The guard sits here so that no request can pass beside it.

mod connection;
mod dial;
mod gate;
mod insecure;
mod tls;
mod vet;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

pub(crate) use connection::{Connection, PoolKey};
pub use dial::{Dial, Dialed};
pub(crate) use dial::{TcpDial, dial_first};
pub(crate) use gate::Gate;
pub use tls::TlsSetupError;
pub(crate) use tls::{TlsConfigs, TlsSetup};

use crate::{
    counters::{Counters, count},
    error::{NotSent, describe},
    policy::Policy,
    request::TlsRule,
    resolve::Resolver,
    url::CheckedUrl,
};
use gate::GatedStream;

/// Limits of an answer's head (scenario S27).
const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;

/// Opens connections; holds nothing that belongs to one request.
pub(crate) struct Connector {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) dial: Arc<dyn Dial>,
    pub(crate) tls: TlsConfigs,
    pub(crate) dns_budget: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) open_connections: Arc<Semaphore>,
    pub(crate) counters: Arc<Counters>,
}

/// How long the steps of opening a connection took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ConnectTimings {
    pub(crate) dns: Option<Duration>,
    pub(crate) connect: Option<Duration>,
    pub(crate) tls: Option<Duration>,
}

impl Connector {
    /// Opens a connection under this policy. Nothing of HTTP is written yet.
    pub(crate) async fn connect(
        &self,
        policy: &Policy,
        url: &CheckedUrl,
        tls: TlsRule,
    ) -> Result<(Connection, ConnectTimings), NotSent> {
        let opened = self.open(policy, url, tls).await;
        match &opened {
            Ok(_) => count(&self.counters.connections_opened),
            Err(NotSent::Refused(refusal)) => {
                count(&self.counters.refused);
                tracing::warn!(host = %url.host(), port = url.port(), hint = refusal.operator_hint(), "egress refused");
            }
            Err(_) => count(&self.counters.connect_failures),
        }
        opened
    }

    async fn open(
        &self,
        policy: &Policy,
        url: &CheckedUrl,
        tls: TlsRule,
    ) -> Result<(Connection, ConnectTimings), NotSent> {
        let permit = self.permit().await?;
        let mut timings = ConnectTimings::default();
        let started = Instant::now();
        let candidates = self.vetted_addresses(policy, url).await?;
        if matches!(url.host(), crate::url::Host::Name(_)) {
            timings.dns = Some(started.elapsed());
        }
        let handshake = async {
            let dialled = Instant::now();
            let Dialed { stream, peer } = dial_first(&*self.dial, &candidates).await?;
            timings.connect = Some(dialled.elapsed());
            if !url.is_https() {
                return self.speak_http(stream, peer, permit, policy, url, tls).await;
            }
            let greeted = Instant::now();
            let stream = self.tls.handshake(url.host(), stream, tls, &self.counters).await?;
            timings.tls = Some(greeted.elapsed());
            self.speak_http(stream, peer, permit, policy, url, tls).await
        };
        let connection =
            timeout(self.connect_timeout, handshake).await.map_err(|_| NotSent::ConnectTimeout)??;
        Ok((connection, timings))
    }

    /// A place among all open connections.
    pub(crate) async fn permit(&self) -> Result<OwnedSemaphorePermit, NotSent> {
        // The semaphore is never closed, so the only way past this line is a permit.
        Arc::clone(&self.open_connections).acquire_owned().await.map_err(|_| NotSent::Deadline)
    }

    async fn speak_http<S>(
        &self,
        stream: S,
        peer: SocketAddr,
        permit: OwnedSemaphorePermit,
        policy: &Policy,
        url: &CheckedUrl,
        tls: TlsRule,
    ) -> Result<Connection, NotSent>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let gate = Arc::new(Gate::default());
        let io = TokioIo::new(GatedStream::new(stream, Arc::clone(&gate)));
        let (sender, driver) = http1::Builder::new()
            .max_headers(MAX_HEADERS)
            .max_header_size(MAX_HEAD_BYTES)
            .max_buf_size(2 * MAX_HEAD_BYTES)
            .handshake::<_, Full<Bytes>>(io)
            .await
            .map_err(|error| {
                tracing::debug!(error = describe(&error), "HTTP handshake failed");
                NotSent::ConnectionLost
            })?;
        Ok(Connection::drive(PoolKey::new(policy, url, tls), sender, driver, gate, peer, permit))
    }
}
