//! A plain connection to a vetted address, for whoever speaks for itself through it: the proxy.

use tokio::{net::TcpStream, sync::OwnedSemaphorePermit, time::timeout};

use super::Client;
use crate::{connect::dial_first, counters::count, error::NotSent, request::TlsRule, url::CheckedUrl};

/// An open connection, and its place among all open ones.
#[derive(Debug)]
pub(crate) struct RawConnection {
    pub(crate) stream: TcpStream,
    pub(crate) permit: OwnedSemaphorePermit,
}

impl Client {
    /// Connects to where a URL points: the same checks as for a request, the same resolver, the addresses pinned.
    pub(crate) async fn connect_raw(&self, url: &CheckedUrl) -> Result<RawConnection, NotSent> {
        let policy = self.policy();
        self.check(&policy, url, TlsRule::Verified)?;
        let connector = &self.inner.connector;
        let permit = connector.permit().await?;
        let opened = timeout(connector.connect_timeout, async {
            let addresses = connector.vetted_addresses(&policy, url).await?;
            dial_first(&*connector.dial, &addresses).await
        });
        match opened.await.unwrap_or(Err(NotSent::ConnectTimeout)) {
            Ok(dialed) => {
                count(&self.inner.counters.connections_opened);
                Ok(RawConnection { stream: dialed.stream, permit })
            }
            Err(error) => {
                if let NotSent::Refused(refusal) = &error {
                    count(&self.inner.counters.refused);
                    tracing::warn!(host = %url.host(), port = url.port(), hint = refusal.operator_hint(), "egress refused");
                } else {
                    count(&self.inner.counters.connect_failures);
                }
                Err(error)
            }
        }
    }
}
