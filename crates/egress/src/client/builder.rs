//! Settings of a client.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use http::HeaderValue;
use rustls_pki_types::CertificateDer;
use tokio::sync::Semaphore;

use super::{
    CONNECT_TIMEOUT, Client, DNS_BUDGET, Inner, MAX_IDLE, MAX_IDLE_AGE, MAX_IDLE_PER_HOST,
    MAX_OPEN_CONNECTIONS, Pool, Warming,
};
use crate::{
    connect::{Connector, Dial, TcpDial, TlsConfigs, TlsSetup, TlsSetupError},
    counters::Counters,
    policy::Policy,
    resolve::Resolver,
};

/// Makes a [`Client`]. Environment variables and proxies play no part (scenario S15).
pub struct ClientBuilder {
    policy: Policy,
    resolver: Arc<dyn Resolver>,
    dial: Arc<dyn Dial>,
    tls: TlsSetup,
    dns_budget: Duration,
    connect_timeout: Duration,
    max_idle_age: Duration,
    max_idle_per_host: usize,
    max_idle: usize,
    max_open: usize,
    user_agent: HeaderValue,
}

impl ClientBuilder {
    pub(super) fn new(policy: Policy, resolver: Arc<dyn Resolver>) -> Self {
        Self {
            policy,
            resolver,
            dial: Arc::new(TcpDial),
            tls: TlsSetup::default(),
            dns_budget: DNS_BUDGET,
            connect_timeout: CONNECT_TIMEOUT,
            max_idle_age: MAX_IDLE_AGE,
            max_idle_per_host: MAX_IDLE_PER_HOST,
            max_idle: MAX_IDLE,
            max_open: MAX_OPEN_CONNECTIONS,
            user_agent: HeaderValue::from_static("hookswitch"),
        }
    }

    /// Trusts these certificate authorities beside the platform's (DER).
    #[must_use]
    pub fn extra_roots(mut self, roots: Vec<CertificateDer<'static>>) -> Self {
        self.tls.extra_roots = roots;
        self
    }

    /// Most time for one name; default 2 s.
    #[must_use]
    pub fn dns_budget(mut self, budget: Duration) -> Self {
        self.dns_budget = budget;
        self
    }

    /// Most time for TCP and TLS together; default 2 s.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long an idle connection is kept; default 30 s.
    #[must_use]
    pub fn max_idle_age(mut self, age: Duration) -> Self {
        self.max_idle_age = age;
        self
    }

    /// Idle connections per host and in all; default 64 and 1024. The oldest go first.
    #[must_use]
    pub fn max_idle(mut self, per_host: usize, total: usize) -> Self {
        self.max_idle_per_host = per_host;
        self.max_idle = total;
        self
    }

    /// Open connections in all, idle and busy; default 8192. Requests beyond that wait inside their deadline.
    #[must_use]
    pub fn max_open(mut self, connections: usize) -> Self {
        self.max_open = connections.max(1);
        self
    }

    /// Sent where a request has no `user-agent` of its own.
    #[must_use]
    pub fn user_agent(mut self, value: HeaderValue) -> Self {
        self.user_agent = value;
        self
    }

    /// Another network; for tests.
    #[must_use]
    pub fn dial(mut self, dial: Arc<dyn Dial>) -> Self {
        self.dial = dial;
        self
    }

    /// The client; reads the platform's certificate authorities.
    pub fn build(self) -> Result<Client, TlsSetupError> {
        let counters = Arc::new(Counters::default());
        let max_idle = self.max_idle.min(self.max_open / 2);
        let pool = Pool::new(self.policy.version(), self.max_idle_age, self.max_idle_per_host, max_idle);
        Ok(Client {
            inner: Arc::new(Inner {
                policy: ArcSwap::from_pointee(self.policy),
                connector: Connector {
                    resolver: self.resolver,
                    dial: self.dial,
                    tls: TlsConfigs::new(self.tls)?,
                    dns_budget: self.dns_budget,
                    connect_timeout: self.connect_timeout,
                    open_connections: Arc::new(Semaphore::new(self.max_open)),
                    counters: Arc::clone(&counters),
                },
                pool,
                warming: Warming::default(),
                counters,
                user_agent: self.user_agent,
            }),
        })
    }
}
