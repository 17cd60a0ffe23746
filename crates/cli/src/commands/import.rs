//! `import`: tools of another vendor.

use std::path::PathBuf;

use secrecy::SecretString;

use super::Context;
use crate::environment;
use crate::error::{CliError, Exit};
use crate::http::Server;
use crate::transfer::{Origin, Vendor, import, read, show_import};

/// Where from.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// Whose tools
    vendor: Vendor,
    /// A file or folder of the vendor's JSON (`-` is the standard input), or the base URL of the vendor's API
    #[arg(value_name = "FILE-OR-URL")]
    from: String,
    /// File that holds the vendor's API key; else the variable HOOKSWITCH_VENDOR_KEY
    #[arg(long, value_name = "FILE")]
    vendor_key_file: Option<PathBuf>,
}

impl Import {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let origin = self.origin()?;
        let tools = read(self.vendor, origin, context.api.usual(), context.terminal).await?;
        let mut imported = Vec::with_capacity(tools.len());
        for (index, tool) in tools.iter().enumerate() {
            if context.terminal.shows_progress() && index % 20 == 19 {
                context.terminal.note(format!("{} of {}", index + 1, tools.len()))?;
            }
            imported.push(import(&mut context.api, self.vendor, tool).await?);
        }
        show_import(context, self.vendor, &imported)
    }

    fn origin(&self) -> Result<Origin, CliError> {
        if !(self.from.starts_with("http://") || self.from.starts_with("https://")) {
            return Ok(Origin::File(PathBuf::from(&self.from)));
        }
        let server = Server::parse(&self.from, self.key()?)?;
        Ok(Origin::Api(if self.vendor == Vendor::Bland { server.with_bare_key() } else { server }))
    }

    fn key(&self) -> Result<Option<SecretString>, CliError> {
        let Some(file) = &self.vendor_key_file else {
            return Ok(environment::secret("HOOKSWITCH_VENDOR_KEY"));
        };
        let text = std::fs::read_to_string(file).map_err(|error| CliError::File {
            file: file.clone(),
            line: None,
            message: format!("the key can't be read: {error}"),
        })?;
        Ok(Some(SecretString::from(text.trim())))
    }
}
