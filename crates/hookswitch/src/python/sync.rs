//! `hookswitch python …`: the packages of Python tools on this machine.
#![expect(clippy::print_stdout, reason = "its report is its result")]

use std::sync::Arc;

use anyhow::bail;
use clap::Subcommand;
use hookswitch_pyenv::{CURATED, MemoryBook};
use serde_json::json;

use crate::config::{self, ServeFlags};

/// What to do with packages.
#[derive(Debug, clap::Args)]
pub(crate) struct PythonCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Install the curated sets `web` and `data`, as far as they are missing, from their committed locks.
    Sync {
        /// Configuration file (TOML) of the server; also HOOKSWITCH_CONFIG.
        #[arg(long, value_name = "FILE")]
        config: Option<String>,
    },
}

/// Runs a command of this family.
pub(crate) async fn run(command: PythonCommand, as_json: bool) -> anyhow::Result<()> {
    let What::Sync { config } = command.what;
    let flags = ServeFlags { config, ..ServeFlags::default() };
    let config = config::load(&flags, &crate::environment())?;
    let environments = super::environments(&config, Arc::new(MemoryBook::default())).await?;
    environments.keep_uv().await?;
    let mut failed = Vec::new();
    let mut sets = Vec::new();
    for set in &CURATED {
        match environments.sync(set).await {
            Ok(found) => {
                let place = found.import_paths.first().map(|path| path.display().to_string());
                if !as_json {
                    println!("{:<6} ready  {}", set.name, place.clone().unwrap_or_default());
                }
                sets.push(json!({"set": set.name, "state": "ready", "path": place}));
            }
            Err(failure) => {
                if !as_json {
                    println!("{:<6} failed {failure}\n{}", set.name, failure.detail);
                }
                failed.push(set.name);
                sets.push(json!({"set": set.name, "state": "failed", "reason": failure.to_string(), "detail": failure.detail}));
            }
        }
    }
    if as_json {
        println!("{}", json!({ "sets": sets }));
    }
    if !failed.is_empty() {
        bail!("not installed: {}; `hookswitch doctor` says what is missing", failed.join(", "));
    }
    Ok(())
}
