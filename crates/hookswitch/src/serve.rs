//! `hookswitch serve`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use hookswitch_registry::ShownKey;
use hookswitch_server::{Server, ServerParts, ServerSettings, TlsFiles};
use hookswitch_telemetry::Guard;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, MountPlace, MountSetting};
use crate::parts::Parts;
use crate::traces::Traces;
use crate::upkeep;

/// How long the last traces may take to leave.
const FLUSH: Duration = Duration::from_secs(3);
/// How long deliveries of events that are under way may take; the others leave after the next start.
const LAST_DELIVERIES: Duration = Duration::from_secs(3);

/// Serves until SIGTERM or SIGINT, then drains.
pub(crate) async fn serve(mut config: Config, traces: Option<Guard>) -> anyhow::Result<()> {
    // Heard from the start, so that a signal during it ends the server in order, too.
    let shutdown = shutdown_signal()?;
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!("cannot listen on {}\nhint: choose another address with --listen", config.listen)
    })?;
    let address = listener.local_addr()?;
    if traces.is_some() {
        config.engine.traces = Some(Arc::new(Traces));
    }
    let others = listen_for_dialects(&config).await?;
    let own = others.iter().map(|(_, _, address)| *address).chain([address]).collect();
    let parts = Parts::open(&config, own).await?;
    let first_key = parts.registry.bootstrap(first_key(&config)).await?;
    announce_key(first_key.as_ref(), &config);
    if config.dev && first_key.is_none() {
        show(&parts.registry.development_key().await?);
    }
    // Values sealed under an older key move to the current one, also when the last rotation was cut short.
    parts.registry.rewrap_in_background();
    parts.courier.start();
    upkeep::start(&parts.engine, parts.store.clone(), config.keep_payloads, config.keep_rows);
    let mut server = Server::new(ServerParts {
        engine: parts.engine.clone(),
        public_url: config.public_url.clone(),
        hosts: hosts(&config),
        tls: config.tls.clone().map(|(cert, key)| TlsFiles { cert, key }),
        calls: config.calls,
        rate_limits: config.rate_limits.clone(),
        settings: ServerSettings {
            max_connections: config.max_connections,
            drain: config.engine.drain,
            ..ServerSettings::default()
        },
    })?;
    for (dialect, listener, address) in others {
        server.also_listen(&dialect, listener)?;
        tracing::info!(dialect, %address, "serving a dialect on its own port");
    }
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    tracing::info!(address = %format!("{scheme}://{address}"), database = ?config.database_url, "serving");
    let stopped = server.serve(listener, shutdown).await;
    parts.engine.python().shutdown();
    // After the last events of the sessions, so that what can be told at once is told.
    parts.courier.stop(LAST_DELIVERIES).await;
    parts.store.close().await;
    if let Some(traces) = traces {
        traces.shutdown(FLUSH).await;
    }
    tracing::info!(requests_left = stopped.requests_left, calls_left = stopped.calls_left, "stopped");
    Ok(())
}

/// The host names of dialects.
fn hosts(config: &Config) -> Vec<(String, String)> {
    let host = |mount: &MountSetting| match &mount.place {
        MountPlace::Host(host) => Some((mount.dialect.clone(), host.clone())),
        MountPlace::Listen(_) => None,
    };
    config.mounts.iter().filter_map(host).collect()
}

/// Listeners of dialects that have a port of their own.
async fn listen_for_dialects(config: &Config) -> anyhow::Result<Vec<(String, TcpListener, SocketAddr)>> {
    let mut listeners = Vec::new();
    for mount in &config.mounts {
        let MountPlace::Listen(address) = mount.place else { continue };
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!(
                "cannot listen on {address}\nhint: choose another address for {} with --mount",
                mount.dialect
            )
        })?;
        let address = listener.local_addr()?;
        listeners.push((mount.dialect.clone(), listener, address));
    }
    Ok(listeners)
}

fn first_key(config: &Config) -> Option<secrecy::SecretString> {
    config.bootstrap_key.clone()
}

#[expect(clippy::print_stdout, reason = "the operator asked for the key on standard output")]
fn show(made: &ShownKey) {
    println!("admin key for a day, shown once: {}", made.secret.expose_secret());
}

/// The one time that a key is shown: only when nobody chose it, and only in development or on first start.
#[expect(clippy::print_stdout, reason = "the operator asked for the key on standard output")]
fn announce_key(made: Option<&ShownKey>, config: &Config) {
    let Some(made) = made else { return };
    tracing::info!(key = made.key.hint, "the first organisation was made");
    if config.bootstrap_key.is_none() {
        println!("admin key, shown once: {}", made.secret.expose_secret());
    }
}

/// Ends with the first SIGTERM (containers) or SIGINT (terminals).
fn shutdown_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
