//! Starting and stopping the engine.

use std::net::SocketAddr;
use std::sync::Arc;

use hookswitch_egress::signing::WebhookSecret;
use hookswitch_egress::{AllowEntry, Client, HickoryResolver, Policy, PolicySettings, Resolver};
use hookswitch_telephony::EndedBy;
use rsipstack::EndpointBuilder;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::sip::{HostWithPort, Scheme, Uri};
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{TcpListenerConnection, TransportLayer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::engine::{Engine, Foundation};
use crate::outbox::{Destination, Outbox};
use crate::settings::SipSettings;
use crate::{control, listen, register};

/// Why the engine can't start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address can't be listened on.
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, String),
    /// The secret is none.
    #[error("`secret`: {0}")]
    Secret(String),
    /// The events' URL can't be used.
    #[error("`events_url`: {0}")]
    EventsUrl(String),
    /// The SIP stack gave up.
    #[error("the SIP stack: {0}")]
    Stack(String),
}

/// An engine that runs.
pub struct Running {
    engine: Arc<Engine>,
    stop: CancellationToken,
    /// Where SIP is spoken.
    pub sip: SocketAddr,
    /// Where commands come in.
    pub control: SocketAddr,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Running")
            .field("sip", &self.sip)
            .field("control", &self.control)
            .finish_non_exhaustive()
    }
}

impl Running {
    /// Hangs up everywhere and stops; waits for the last events for a few seconds.
    pub async fn stop(self) {
        for call in self.engine.live() {
            call.end(EndedBy::Engine, "shutdown").await;
        }
        let until = tokio::time::Instant::now() + std::time::Duration::from_secs(5);
        while self.engine.outbox.len() > 0 && tokio::time::Instant::now() < until {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        self.stop.cancel();
    }

    /// Calls that stand now.
    pub fn calls(&self) -> usize {
        self.engine.live().len()
    }
}

/// Starts the engine.
pub async fn serve(settings: SipSettings) -> Result<Running, ServeError> {
    let stop = CancellationToken::new();
    let secret = WebhookSecret::parse(settings.secret.reveal())
        .map_err(|error| ServeError::Secret(error.to_string()))?;
    let (transports, sip) = transports(&settings, &stop).await?;
    let endpoint = EndpointBuilder::new()
        .with_user_agent(concat!("hookswitch/", env!("CARGO_PKG_VERSION")))
        .with_cancel_token(stop.child_token())
        .with_transport_layer(transports)
        .build();
    let incoming = endpoint.incoming_transactions().map_err(|error| ServeError::Stack(error.to_string()))?;
    let layer = Arc::new(DialogLayer::new(endpoint.inner.clone()));
    let seen = SocketAddr::new(settings.public_address.unwrap_or_else(|| sip.ip()), sip.port());
    let contact =
        Uri { scheme: Some(Scheme::Sip), host_with_port: HostWithPort::from(seen), ..Uri::default() };
    let resolver: Arc<dyn Resolver> =
        Arc::new(HickoryResolver::from_system().map_err(|error| ServeError::Stack(error.to_string()))?);
    let outbox = Arc::new(Outbox::default());
    if let Some(url) = &settings.events_url {
        outbox.open();
        let destination = destination(url, secret.clone(), Arc::clone(&resolver))?;
        tokio::spawn(until(stop.clone(), Arc::clone(&outbox).run(destination)));
    }
    let listener = TcpListener::bind(settings.control)
        .await
        .map_err(|error| ServeError::Listen(settings.control, error.to_string()))?;
    let control = listener.local_addr().map_err(|error| ServeError::Stack(error.to_string()))?;
    let engine = Arc::new(Engine::new(Foundation {
        settings,
        secret,
        layer,
        contact,
        local: sip.ip(),
        outbox,
        resolver,
    }));
    let router = control::router(Arc::clone(&engine));
    tokio::spawn(until(stop.clone(), async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the control address closed");
        }
    }));
    tokio::spawn(until(stop.clone(), listen::listen(Arc::clone(&engine), incoming)));
    let inner = endpoint.inner.clone();
    tokio::spawn(until(stop.clone(), async move {
        if let Err(error) = inner.serve().await {
            tracing::error!(%error, "the SIP stack stopped");
        }
    }));
    if engine.settings.trunk.as_ref().is_some_and(|trunk| trunk.register) {
        tokio::spawn(until(stop.clone(), register::stay(Arc::clone(&engine), endpoint.inner.clone())));
    }
    Ok(Running { engine, stop, sip, control })
}

async fn until(stop: CancellationToken, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        () = stop.cancelled() => {}
    }
}

/// UDP and TCP on one port.
async fn transports(
    settings: &SipSettings,
    stop: &CancellationToken,
) -> Result<(TransportLayer, SocketAddr), ServeError> {
    let failed = |error: rsipstack::Error| ServeError::Listen(settings.listen, error.to_string());
    let layer = TransportLayer::new(stop.child_token());
    let outside = |port| settings.public_address.map(|address| SocketAddr::new(address, port));
    let udp = UdpConnection::create_connection(
        settings.listen,
        outside(settings.listen.port()),
        Some(stop.child_token()),
    )
    .await
    .map_err(failed)?;
    // The contact address and the bound address differ behind NAT: the port is what counts here.
    let port = udp.get_addr().get_socketaddr().map_err(failed)?.port();
    let sip = SocketAddr::new(settings.listen.ip(), port);
    layer.add_transport(udp.into());
    let tcp = TcpListenerConnection::new(sip, outside(port)).await.map_err(failed)?;
    layer.add_transport(tcp.into());
    Ok((layer, sip))
}

fn destination(
    url: &str,
    secret: WebhookSecret,
    resolver: Arc<dyn Resolver>,
) -> Result<Destination, ServeError> {
    let failed = |error: &dyn std::fmt::Display| ServeError::EventsUrl(error.to_string());
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or(host);
    let entry: AllowEntry = host.parse().map_err(|error| failed(&error))?;
    let policy = Policy::new(PolicySettings { allow_egress: vec![entry], ..PolicySettings::default() });
    let checked = policy.check_url(url).map_err(|refusal| failed(&refusal))?;
    let egress = Client::builder(policy, resolver).build().map_err(|error| failed(&error))?;
    Ok(Destination { url: checked, egress, secret })
}
