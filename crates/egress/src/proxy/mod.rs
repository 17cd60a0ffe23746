//! A way out for programs that speak HTTP themselves and must not choose where to: CONNECT and absolute-form requests,
//! under the same policy, resolver and connector as everything else that leaves.
//!
//! Connections come in on a listener that belongs to one owner ([`Door`]); each request shows the token of a call that
//! was announced for that owner ([`Proxy::begin`]) and that has not ended. The end of a call ends its connections.

mod call;
mod door;
mod forward;
mod metered;
mod request;

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use call::Call;
pub use door::Door;

use crate::client::Client;

/// What one call may use up, and how long a connection may dawdle.
#[derive(Debug, Clone, Copy)]
pub struct ProxyLimits {
    /// Connections to the outside that a call has at a time.
    pub connections_at_once: usize,
    /// Connections to the outside that a call makes in all.
    pub connections: u32,
    /// Bytes of a call to the outside and back, in all.
    pub bytes: u64,
    /// Connections that may stand in one door.
    pub standing: usize,
    /// How long the head of a request may take.
    pub head: Duration,
}

impl Default for ProxyLimits {
    fn default() -> Self {
        Self {
            connections_at_once: 16,
            connections: 128,
            bytes: 64 << 20,
            standing: 256,
            head: Duration::from_secs(5),
        }
    }
}

/// Whether a call reached anything outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// No connection was made.
    Nothing,
    /// At least one was.
    Something,
}

/// What the proxy did so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProxyCounts {
    /// Connections made to the outside.
    pub connected: u64,
    /// Requests that the policy refused.
    pub denied: u64,
    /// Requests without a token that is good now.
    pub strangers: u64,
    /// Connections closed because a door was full or a call had used up what it may.
    pub over_limit: u64,
}

#[derive(Debug, Default)]
struct Counters {
    connected: AtomicU64,
    denied: AtomicU64,
    strangers: AtomicU64,
    over_limit: AtomicU64,
}

/// The proxy; cheap to clone.
#[derive(Debug, Clone)]
pub struct Proxy {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    client: Client,
    limits: ProxyLimits,
    /// Calls that run now, by their tokens.
    calls: Mutex<HashMap<String, Arc<Call>>>,
    counters: Counters,
}

impl Proxy {
    /// A proxy whose ways out are those of a client.
    pub fn new(client: Client, limits: ProxyLimits) -> Self {
        let inner = Inner { client, limits, calls: Mutex::default(), counters: Counters::default() };
        Self { inner: Arc::new(inner) }
    }

    /// Accepts on a listener, which does not block, until the door is dropped: everything that comes in there is
    /// `owner`'s. Needs a running tokio.
    pub fn open(&self, listener: TcpListener, owner: &str) -> Door {
        Door::open(Arc::clone(&self.inner), listener, owner.into())
    }

    /// A call of an owner begins: its token is good from now on.
    pub fn begin(&self, owner: &str, token: &str) {
        let call = Arc::new(Call::new(owner, self.inner.limits));
        self.inner.calls.lock().insert(token.to_owned(), call);
    }

    /// The call ends: its token is worth nothing, its connections are closed.
    pub fn end(&self, token: &str) -> Reached {
        let call = self.inner.calls.lock().remove(token);
        call.map_or(Reached::Nothing, |call| call.end())
    }

    /// Calls that may use it now.
    pub fn calls(&self) -> usize {
        self.inner.calls.lock().len()
    }

    /// What it did so far.
    pub fn counts(&self) -> ProxyCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.inner.counters;
        ProxyCounts {
            connected: read(&counters.connected),
            denied: read(&counters.denied),
            strangers: read(&counters.strangers),
            over_limit: read(&counters.over_limit),
        }
    }
}
