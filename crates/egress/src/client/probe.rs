//! Can a target be reached at all? For dry runs: DNS, TCP and TLS, no HTTP.

use std::net::SocketAddr;

use tokio::time::{Instant, timeout_at};

use super::Client;
use crate::{error::NotSent, request::TlsRule, response::Timings, url::CheckedUrl};

/// A target that accepted a connection.
#[derive(Debug, Clone)]
pub struct Reachable {
    /// The address that answered.
    pub peer: SocketAddr,
    /// Steps that were taken; `first_byte` is zero.
    pub timings: Timings,
}

impl Client {
    /// Opens a new connection and closes it again; nothing of HTTP is written.
    pub async fn reachable(
        &self,
        url: &CheckedUrl,
        tls: TlsRule,
        deadline: Instant,
    ) -> Result<Reachable, NotSent> {
        let started = Instant::now();
        let policy = self.policy();
        self.check(&policy, url, tls)?;
        let (connection, steps) = timeout_at(deadline, self.inner.connector.connect(&policy, url, tls))
            .await
            .map_err(|_| NotSent::Deadline)??;
        let timings = Timings {
            dns: steps.dns,
            connect: steps.connect,
            tls: steps.tls,
            total: started.elapsed(),
            ..Timings::default()
        };
        Ok(Reachable { peer: connection.peer, timings })
    }
}
