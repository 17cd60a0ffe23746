//! Where Python tools run: the sandbox with this server's settings, its way out, its packages.

mod book;
mod packages;
mod sync;

use std::sync::Arc;

use anyhow::bail;
use hookswitch_egress::{Client, Proxy, ProxyLimits};
use hookswitch_executors::python::{Runner, SandboxSettings, Status};
use hookswitch_store::Store;

use crate::config::{Config, PythonMode};

use book::StoreBook;
use packages::Packages;
pub(crate) use packages::{environments, settings_of};
pub(crate) use sync::{PythonCommand, run};

/// Memory that running calls may be promised together, MiB, where neither setting nor machine says.
const MEMORY_MIB: u32 = 1024;
/// The most by default, and the least.
const MEMORY_RANGE: (u32, u32) = (256, 16_384);

/// Starts the sandbox, in the background unless the server is not to start without one.
pub(crate) async fn start(config: &Config, egress: &Client, store: &Store) -> anyhow::Result<Arc<Runner>> {
    if config.python.mode == PythonMode::Off {
        return Ok(Runner::disabled());
    }
    let chooser = Arc::new(Packages::open(config, Arc::new(StoreBook(store.clone()))));
    let proxy = Proxy::new(egress.clone(), ProxyLimits::default());
    let runner = Runner::start(settings(config), proxy, chooser, tell);
    if config.python.mode == PythonMode::Required
        && let Status::Off(why) = runner.settled().await
    {
        bail!("Python tools can't be run here, and the setting `python` requires them: {why}");
    }
    Ok(runner)
}

/// The sandbox's settings.
pub(crate) fn settings(config: &Config) -> SandboxSettings {
    let python = &config.python;
    let defaults = SandboxSettings::default();
    let longest = python.memory_mib.unwrap_or_else(half_of_the_memory);
    SandboxSettings {
        interpreter: python.interpreter.clone(),
        identity: python.identity,
        memory_budget_mib: longest,
        running_per_tenant: python.running_per_tenant,
        spares: python.spares,
        ..defaults
    }
}

fn half_of_the_memory() -> u32 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    let half = kib.map_or(MEMORY_MIB, |kib: u64| u32::try_from(kib / 2048).unwrap_or(u32::MAX));
    half.clamp(MEMORY_RANGE.0, MEMORY_RANGE.1)
}

/// How the examination went, once, for the operator.
fn tell(status: &Status) {
    match status {
        Status::On(report) => {
            tracing::info!(
                isolation = %report.tier, missing = ?report.missing, version = report.python,
                "Python tools are on"
            );
        }
        Status::Off(why) => tracing::warn!(%why, "Python tools are off: calls of them are refused"),
        Status::Starting | Status::Disabled => {}
    }
}
