//! `secrets`: values that tools use and nobody sees again.

use clap::Subcommand;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{Context, listing};
use crate::api::{Paging, Query, segment};
use crate::environment;
use crate::error::{CliError, Exit};

/// What to do with secrets.
#[derive(Debug, Subcommand)]
pub enum Secrets {
    /// Set a secret: typed at a prompt, or from the standard input, or from a variable
    #[command(
        long_about = "Set a secret. At a terminal the value is asked for and not echoed; else it is the \
                            standard input, without its last line end. A value is never an argument: process \
                            lists show those."
    )]
    Set(Set),
    /// List secrets: names, fingerprints, last use
    List(List),
    /// Delete a secret; tools that use it will be refused
    Delete(Delete),
}

/// A value to keep.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// Its name: letters, digits, _ and -
    name: String,
    /// Take the value from this environment variable
    #[arg(long, value_name = "VARIABLE")]
    from_env: Option<String>,
}

/// Which secrets.
#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    paging: Paging,
}

/// Which secret.
#[derive(Debug, clap::Args)]
pub struct Delete {
    /// Its name
    name: String,
    /// Go ahead without being asked
    #[arg(short, long)]
    yes: bool,
}

impl Secrets {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Set(set) => set.run(context).await?,
            Self::List(list) => {
                let columns = [
                    ("NAME", "name"),
                    ("FINGERPRINT", "fingerprint"),
                    ("UPDATED", "updated_at"),
                    ("LAST USED", "last_used_at"),
                ];
                listing::list(context, "/v1/secrets", &Query::default(), list.paging, &columns).await?;
            }
            Self::Delete(delete) => {
                context.terminal.confirm(&format!("Delete the secret {}?", delete.name), delete.yes)?;
                let answer = context.api.delete(&format!("/v1/secrets/{}", segment(&delete.name))).await?;
                listing::done(context, &answer, &format!("deleted {}", delete.name))?;
            }
        }
        Ok(Exit::Done)
    }
}

impl Set {
    async fn run(self, context: &mut Context<'_>) -> Result<(), CliError> {
        let value = self.read(context)?;
        if value.expose_secret().is_empty() {
            let hint = "type it at the prompt, pipe it in, or name a variable with --from-env";
            return Err(CliError::usage("the value is empty", hint));
        }
        let path = format!("/v1/secrets/{}", segment(&self.name));
        let answer = context.api.put(&path, &json!({"value": value.expose_secret()})).await?;
        for warning in answer.value["warnings"].as_array().into_iter().flatten() {
            let text = warning["message"].as_str().or(warning.as_str()).unwrap_or_default();
            context.terminal.warn(text)?;
        }
        let fingerprint = answer.value["fingerprint"].as_str().unwrap_or_default();
        listing::done(context, &answer, &format!("set {} (fingerprint {fingerprint})", self.name))
    }

    fn read(&self, context: &mut Context<'_>) -> Result<SecretString, CliError> {
        match &self.from_env {
            Some(variable) => environment::secret(variable).ok_or_else(|| {
                CliError::usage(
                    format!("the variable {variable} is not set, or empty"),
                    "export it, then try again",
                )
            }),
            None => context.terminal.read_secret(&format!("Value of {}", self.name)),
        }
    }
}
