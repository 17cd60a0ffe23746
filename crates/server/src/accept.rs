//! The accept loop: bounded connections, TCP_NODELAY, TLS where there is a certificate.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::connection;
use crate::error::ServerError;
use crate::front::Front;
use crate::settings::{ServerSettings, TlsFiles};
use crate::tls;

/// How long connections get to close in order when all their requests are answered.
const CLOSE: Duration = Duration::from_secs(2);

/// Accepts and remembers connections.
pub(crate) struct Acceptor {
    settings: Arc<ServerSettings>,
    tls: Option<TlsAcceptor>,
    places: Arc<Semaphore>,
    connections: TaskTracker,
    closing: CancellationToken,
}

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Acceptor").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Acceptor {
    pub(crate) fn new(settings: ServerSettings, files: Option<&TlsFiles>) -> Result<Self, ServerError> {
        Ok(Self {
            tls: files.map(tls::acceptor).transpose()?,
            places: Arc::new(Semaphore::new(settings.max_connections.clamp(1, Semaphore::MAX_PERMITS))),
            connections: TaskTracker::new(),
            closing: CancellationToken::new(),
            settings: Arc::new(settings),
        })
    }

    pub(crate) fn settings(&self) -> &ServerSettings {
        &self.settings
    }

    /// Accepts for ever.
    pub(crate) async fn run(&self, listener: TcpListener, front: Arc<Front>) {
        loop {
            // Taken before accepting: beyond the bound the system's queue holds who waits.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    pause_after(&error).await;
                    continue;
                }
            };
            let (front, settings) = (Arc::clone(&front), Arc::clone(&self.settings));
            let (tls, closing) = (self.tls.clone(), self.closing.clone());
            self.connections.spawn(async move {
                let _open = front.metrics().connection();
                begin(stream, tls, front, &settings, closing).await;
                drop(place);
            });
        }
    }

    /// Lets connections end in order; cuts those that do not.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        self.connections.close();
        if tokio::time::timeout(CLOSE, self.connections.wait()).await.is_err() {
            tracing::debug!(left = self.connections.len(), "connections were cut");
        }
    }
}

async fn begin(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    front: Arc<Front>,
    settings: &ServerSettings,
    closing: CancellationToken,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection ended at once");
        return;
    }
    let Some(tls) = tls else {
        return connection::serve(stream, front, settings, closing).await;
    };
    match tokio::time::timeout(settings.handshake_timeout, tls.accept(stream)).await {
        Ok(Ok(stream)) => connection::serve(stream, front, settings, closing).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

/// Errors of one connection pass at once; those of the process (no descriptors left) need a moment.
async fn pause_after(error: &std::io::Error) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::warn!(%error, "accepting connections failed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
