//! `export`: tools in another vendor's form.

use std::path::PathBuf;

use serde_json::Value;

use super::Context;
use crate::error::{CliError, Exit};
use crate::transfer::{Secrets, Vendor, export, show_export};

/// Where to.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// In whose form
    vendor: Vendor,
    /// Write a file instead of the standard output
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write header values in clear where the key may read them; keep the result safe
    #[arg(long)]
    with_secrets: bool,
}

impl Export {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let secrets = if self.with_secrets { Secrets::Included } else { Secrets::KeptBack };
        let exported = export(&mut context.api, self.vendor, secrets).await?;
        let value = Value::Array(exported.tools.clone());
        match &self.out {
            None => context.terminal.line(format!("{value:#}"))?,
            Some(file) => std::fs::write(file, format!("{value:#}\n")).map_err(|error| CliError::File {
                file: file.clone(),
                line: None,
                message: format!("can't be written: {error}"),
            })?,
        }
        show_export(context, self.vendor, &exported)?;
        Ok(Exit::Done)
    }
}
