//! HTTP servers on raw sockets: they answer by script and remember everything that reached them.

mod reply;
mod request;
mod serve;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use tokio_rustls::TlsAcceptor;

pub use reply::{Reply, Step};
pub use request::RecordedRequest;

const WAIT_LIMIT: Duration = Duration::from_secs(10);

/// Chooses the reply to a request.
pub type Script = Arc<dyn Fn(&RecordedRequest) -> Reply + Send + Sync>;

/// What the server saw.
#[derive(Default)]
pub(crate) struct Seen {
    requests: Mutex<Vec<RecordedRequest>>,
    connections: AtomicUsize,
    closed: AtomicUsize,
    full_handshakes: AtomicUsize,
    resumed_handshakes: AtomicUsize,
    failed_handshakes: AtomicUsize,
    server_names: Mutex<Vec<String>>,
    changed: Notify,
}

/// A server that ends when dropped, its connections with it.
pub struct TestServer {
    address: SocketAddr,
    https: bool,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl TestServer {
    /// Ends it and waits until nobody listens any more.
    pub async fn stop(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl TestServer {
    /// Plain HTTP on `127.0.0.1`.
    pub async fn start(script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_on("127.0.0.1:0", None, Arc::new(script)).await
    }

    /// HTTPS on `127.0.0.1` with a configuration of [`Authority`](crate::Authority).
    pub async fn start_tls(
        config: Arc<rustls::ServerConfig>,
        script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start_on("127.0.0.1:0", Some(TlsAcceptor::from(config)), Arc::new(script)).await
    }

    /// HTTP or HTTPS on a given address.
    pub async fn start_on(address: &str, tls: Option<TlsAcceptor>, script: Script) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let https = tls.is_some();
        let task = tokio::spawn(serve::accept(listener, tls, script, Arc::clone(&seen)));
        Self { address, https, seen, task }
    }

    /// A server that answers everything with 200 and this body.
    pub async fn answering(body: &'static str) -> Self {
        Self::start(move |_| Reply::ok(body)).await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// URL of a path that begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", if self.https { "https" } else { "http" }, self.address)
    }

    /// The `allow_egress` entry that opens this server.
    pub fn allow_entry(&self) -> String {
        self.address.to_string()
    }

    /// Requests so far, whole ones only.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.seen.requests.lock().clone()
    }

    /// TCP connections accepted so far.
    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Connections that have ended.
    pub fn closed_connections(&self) -> usize {
        self.seen.closed.load(Ordering::SeqCst)
    }

    /// TLS handshakes: full, resumed, failed.
    pub fn handshakes(&self) -> (usize, usize, usize) {
        let load = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
        (
            load(&self.seen.full_handshakes),
            load(&self.seen.resumed_handshakes),
            load(&self.seen.failed_handshakes),
        )
    }

    /// Names that clients asked for by SNI.
    pub fn server_names(&self) -> Vec<String> {
        self.seen.server_names.lock().clone()
    }

    /// Waits until what the server saw satisfies a condition.
    ///
    /// # Panics
    /// When it does not within ten seconds.
    pub async fn wait_until(&self, condition: impl Fn(&Self) -> bool) {
        let waiting = async {
            loop {
                let changed = self.seen.changed.notified();
                if condition(self) {
                    return;
                }
                changed.await;
            }
        };
        let in_time = tokio::time::timeout(WAIT_LIMIT, waiting).await.is_ok();
        assert!(
            in_time,
            "waited in vain: {} connections, {} closed, {} requests",
            self.connections(),
            self.closed_connections(),
            self.requests().len()
        );
    }
}
