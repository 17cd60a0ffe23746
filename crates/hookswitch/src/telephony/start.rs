//! The server's client of the call engine. Our own engine is started when it does not run, and left running when the
//! server goes: the next server finds it with its calls.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use hookswitch_egress::signing::WebhookSecret;
use hookswitch_egress::{AllowEntry, Client, HickoryResolver, Policy, PolicySettings};
use hookswitch_telephony::{Driver, DriverSettings, EngineWebhook};
use secrecy::ExposeSecret as _;

use crate::config::{CallEngine, TelephonyConfig};

/// How often an engine that is not there yet is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often one that is there is asked again what it can do: it may have been replaced.
const ASK_EVERY: Duration = Duration::from_mins(1);

/// The client of the configured call engine, and in the background whatever it takes to reach it.
pub(crate) async fn start(config: &TelephonyConfig) -> anyhow::Result<Option<Arc<dyn Driver>>> {
    let (url, secret, name, ours) = match &config.engine {
        CallEngine::None => return Ok(None),
        CallEngine::Sip(path) => {
            let settings = super::engine::read(path)?;
            if settings.control.port() == 0 {
                bail!("{}: `control` needs a port, so that the server finds the engine", path.display());
            }
            let url = format!("http://{}/", settings.control);
            (url, settings.secret.reveal().to_owned(), "sip", Some(path.clone()))
        }
        CallEngine::Webhook { url, secret } => {
            (url.clone(), secret.expose_secret().to_owned(), "engine-webhook", None)
        }
    };
    let secret = WebhookSecret::parse(&secret).context("the call engine's secret")?;
    // A way out of its own: no tool reaches the engine's control address, and the engine is nowhere else.
    let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or(host);
    let entry: AllowEntry = host.parse().context("the call engine's address")?;
    let policy = Policy::new(PolicySettings { allow_egress: vec![entry], ..PolicySettings::default() });
    let url =
        policy.check_url(&url).map_err(|refusal| anyhow::anyhow!("the call engine's URL: {refusal}"))?;
    let resolver = HickoryResolver::from_system().context("the system's name servers can't be read")?;
    let egress = Client::builder(policy, Arc::new(resolver)).build().context("TLS can't be set up")?;
    let driver = Arc::new(EngineWebhook::new(DriverSettings { url, secret, name }, egress));
    if driver.learn().await.is_err()
        && let Some(path) = &ours
    {
        launch(path)?;
    }
    tokio::spawn(stay_in_touch(Arc::clone(&driver), ours));
    Ok(Some(driver))
}

/// Starts our engine, in a process group of its own: what ends the server does not end it.
fn launch(path: &Path) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("our own program can't be found")?;
    let child = Command::new(program)
        .args(["sip", "serve", "--config"])
        .arg(path)
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .context("the call engine can't be started")?;
    tracing::info!(process = child.id(), "the call engine was started");
    Ok(())
}

/// Learns what the engine can do, and notices when it is gone.
async fn stay_in_touch(driver: Arc<EngineWebhook>, ours: Option<PathBuf>) {
    let mut is_known = driver.capabilities().iter().next().is_some();
    loop {
        tokio::time::sleep(if is_known { ASK_EVERY } else { LOOK_EVERY }).await;
        match driver.learn().await {
            Ok(_) if is_known => {}
            Ok(capabilities) => {
                tracing::info!(can = capabilities.iter().count(), "the call engine answers");
                is_known = true;
            }
            Err(error) if is_known => {
                tracing::warn!(%error, "the call engine does not answer");
                is_known = false;
                if let Some(path) = &ours
                    && let Err(error) = launch(path)
                {
                    tracing::error!(%error, "the call engine can't be started again");
                }
            }
            Err(_) => {}
        }
    }
}
