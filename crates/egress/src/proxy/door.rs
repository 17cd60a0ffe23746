//! Where an owner's connections come in.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;

use super::Inner;
use super::call::Call;
use super::request::answer;

const MAX_HEADERS: usize = 100;
/// After a connection that could not be accepted.
const BREATH: Duration = Duration::from_millis(100);
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Accepts until it is dropped; what came in is closed then.
#[derive(Debug)]
pub struct Door {
    accepting: AbortHandle,
    _closed: watch::Sender<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// A connection's call: known from the first request on, and the same for all that follow.
#[derive(Debug, Default)]
pub(super) struct Standing {
    call: Mutex<Option<Arc<Call>>>,
    known: watch::Sender<bool>,
}

impl Standing {
    /// Binds the connection to a call; `false` when it is another's.
    pub(super) fn belongs_to(&self, call: &Arc<Call>) -> bool {
        let mut known = self.call.lock();
        let bound = known.get_or_insert_with(|| Arc::clone(call));
        let same = Arc::ptr_eq(bound, call);
        self.known.send_replace(true);
        same
    }

    /// Waits for the end of the call that the connection turned out to be of.
    async fn ended(&self) {
        let _ = self.known.subscribe().wait_for(|known| *known).await;
        let call = self.call.lock().clone();
        if let Some(call) = call {
            call.ended().await;
        }
    }
}

impl Door {
    pub(super) fn open(proxy: Arc<Inner>, listener: TcpListener, owner: Arc<str>) -> Self {
        let (closed, closing) = watch::channel(());
        let accepting = tokio::spawn(async move {
            let listener = match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => listener,
                Err(error) => return tracing::error!(%error, "a way out can't be listened on"),
            };
            let places = Arc::new(Semaphore::new(proxy.limits.standing));
            loop {
                let stream = match listener.accept().await {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        // Out of descriptors, say: others close theirs.
                        tracing::warn!(%error, "a tool's connection can't be accepted");
                        tokio::time::sleep(BREATH).await;
                        continue;
                    }
                };
                let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                    proxy.counters.over_limit.fetch_add(1, Ordering::Relaxed);
                    continue;
                };
                let (proxy, owner, mut closing) = (Arc::clone(&proxy), Arc::clone(&owner), closing.clone());
                tokio::spawn(async move {
                    let standing = Arc::new(Standing::default());
                    tokio::select! {
                        () = serve(&proxy, stream, &owner, &standing) => {}
                        () = standing.ended() => {}
                        _ = closing.changed() => {}
                    }
                    drop(place);
                });
            }
        });
        Self { accepting: accepting.abort_handle(), _closed: closed }
    }
}

async fn serve(proxy: &Arc<Inner>, stream: TcpStream, owner: &Arc<str>, standing: &Arc<Standing>) {
    let _ = stream.set_nodelay(true);
    let service =
        service_fn(|request| answer(Arc::clone(proxy), Arc::clone(owner), Arc::clone(standing), request));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(proxy.limits.head)
        .max_headers(MAX_HEADERS)
        .max_buf_size(2 * MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to the way out ended early");
    }
}
