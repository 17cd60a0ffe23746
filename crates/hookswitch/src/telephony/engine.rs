//! `hookswitch sip serve`: the call engine, apart from the server so that deploying one drops no call of the other.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use hookswitch_sip::SipSettings;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

/// The SIP stack logs whole messages, with numbers and keys in them: warnings only, whatever is asked for.
const QUIET: &str = "rsipstack=warn";

/// The call engine.
#[derive(Debug, Args)]
pub(crate) struct SipCommand {
    #[command(subcommand)]
    command: Sip,
}

#[derive(Debug, Subcommand)]
enum Sip {
    /// Run the call engine until it is told to stop.
    Serve(SipFlags),
}

#[derive(Debug, Args)]
struct SipFlags {
    /// The call engine's settings (TOML).
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// What is logged: error, warn, info, debug.
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log: String,
}

/// Runs a command of the call engine.
pub(crate) async fn run(command: SipCommand) -> anyhow::Result<()> {
    let Sip::Serve(flags) = command.command;
    log(&flags.log)?;
    let settings = read(&flags.config)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let running = hookswitch_sip::serve(settings).await?;
    tracing::info!(sip = %running.sip, control = %running.control, "the call engine runs");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!(calls = running.calls(), "the call engine stops");
    running.stop().await;
    Ok(())
}

/// Reads the call engine's settings.
pub(super) fn read(path: &std::path::Path) -> anyhow::Result<SipSettings> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    SipSettings::parse(&text).with_context(|| path.display().to_string())
}

fn log(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(format!("{filter},{QUIET}"))
        .with_context(|| format!("`--log`: {filter:?} is no filter"))?;
    let is_terminal = std::io::stderr().is_terminal();
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = if is_terminal { lines.boxed() } else { lines.json().flatten_event(true).boxed() };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .try_init()
        .map_err(|error| anyhow::anyhow!("logging could not be started: {error}"))
}
