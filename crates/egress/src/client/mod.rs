//! The one outbound client: a policy, a connector, a pool.

mod builder;
mod pool;
mod probe;
mod raw;
mod warm;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use http::HeaderValue;

pub use builder::ClientBuilder;
use pool::Pool;
pub use probe::Reachable;
pub(crate) use raw::RawConnection;
use warm::Warming;
pub use warm::Warmth;

use crate::{
    connect::{ConnectTimings, Connection, Connector, PoolKey},
    counters::{Counters, count},
    error::NotSent,
    policy::Policy,
    request::{Freshness, TlsRule},
    resolve::Resolver,
    url::CheckedUrl,
};

/// Sends requests under a policy. Cheap to clone; all clones share connections, policy and counters.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    policy: ArcSwap<Policy>,
    connector: Connector,
    pool: Arc<Pool>,
    warming: Warming,
    counters: Arc<Counters>,
    user_agent: HeaderValue,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("counters", &self.counters().snapshot()).finish_non_exhaustive()
    }
}

impl Client {
    /// A client with this policy and resolver; see [`ClientBuilder`] for the other settings.
    pub fn builder(policy: Policy, resolver: Arc<dyn Resolver>) -> ClientBuilder {
        ClientBuilder::new(policy, resolver)
    }

    /// The policy in force; use it to check URLs when they are registered.
    pub fn policy(&self) -> Arc<Policy> {
        self.inner.policy.load_full()
    }

    /// Puts another policy in force and closes all idle connections made under the one before. Requests under way
    /// end as they began; their connections are not kept.
    pub fn set_policy(&self, policy: Policy) {
        let version = policy.version();
        self.inner.pool.restart(version, || self.inner.policy.store(Arc::new(policy)));
    }

    /// What the client did so far.
    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    /// Connections waiting in the pool.
    pub fn idle_connections(&self) -> usize {
        self.inner.pool.len()
    }

    pub(crate) fn user_agent(&self) -> &HeaderValue {
        &self.inner.user_agent
    }

    /// A connection for one request: a kept one that is fresh enough, else a new one.
    pub(crate) async fn obtain(
        &self,
        url: &CheckedUrl,
        tls: TlsRule,
        freshness: Freshness,
    ) -> Result<(Connection, ConnectTimings), NotSent> {
        loop {
            let policy = self.policy();
            self.check(&policy, url, tls)?;
            let kept = self.inner.pool.take(&PoolKey::new(&policy, url, tls), freshness);
            let (connection, timings) = match kept {
                Some(connection) => (connection, ConnectTimings::default()),
                None => self.inner.connector.connect(&policy, url, tls).await?,
            };
            // A policy that came into force meanwhile decides anew.
            if self.inner.policy.load().version() == policy.version() {
                return Ok((connection, timings));
            }
        }
    }

    /// Gives a connection back after its answer was read to the end. Does not wait: a whole answer is not to be
    /// lost to a deadline that passes while its connection comes to rest.
    pub(crate) fn give_back(&self, connection: Connection) {
        if connection.sender.is_ready() {
            self.inner.pool.put(connection.rested());
            return;
        }
        let pool = Arc::downgrade(&self.inner.pool);
        tokio::spawn(async move {
            if let (Some(idle), Some(pool)) = (connection.into_idle().await, pool.upgrade()) {
                pool.put(idle);
            }
        });
    }

    fn check(&self, policy: &Policy, url: &CheckedUrl, tls: TlsRule) -> Result<(), NotSent> {
        let checked = policy.recheck(url).and_then(|()| match tls {
            TlsRule::Verified => Ok(()),
            TlsRule::Insecure => policy.check_insecure_tls(),
        });
        checked.map_err(|refusal| {
            count(&self.inner.counters.refused);
            tracing::warn!(host = %url.host(), port = url.port(), hint = refusal.operator_hint(), "egress refused");
            NotSent::Refused(refusal)
        })
    }
}

/// Everything that has a default.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const DNS_BUDGET: Duration = Duration::from_secs(2);
const MAX_IDLE_AGE: Duration = Duration::from_secs(30);
const MAX_IDLE_PER_HOST: usize = 64;
const MAX_IDLE: usize = 1024;
const MAX_OPEN_CONNECTIONS: usize = 8192;
