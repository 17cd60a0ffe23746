//! `master-key`: the key that all secrets are sealed with, for the operator.

use clap::Subcommand;
use serde_json::json;

use super::{Context, listing};
use crate::error::{CliError, Exit};

/// What to do with the master key.
#[derive(Debug, Subcommand)]
pub enum MasterKey {
    /// Make a new master key and re-wrap everything with it while serving
    Rotate(Rotate),
    /// Which keys there are, and how far re-wrapping is
    Status,
}

/// Whether to be asked.
#[derive(Debug, clap::Args)]
pub struct Rotate {
    /// Go ahead without being asked
    #[arg(short, long)]
    yes: bool,
}

impl MasterKey {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Rotate(rotate) => {
                context.terminal.confirm("Make a new master key?", rotate.yes)?;
                let answer = context.api.post("/v1/master-key/rotate", &json!({})).await?;
                listing::show(context, &answer, &[("current", "current")])?;
                context.terminal.note(
                    "note: back up the key file, apart from the database; `hookswitch master-key status` shows progress",
                )?;
            }
            Self::Status => {
                let answer = context.api.get("/v1/master-key").await?;
                let fields = [
                    ("current", "current"),
                    ("keys", "keys"),
                    ("re-wrapping", "rewrap.running"),
                    ("seen", "rewrap.seen"),
                    ("moved", "rewrap.moved"),
                    ("failed", "rewrap.failed"),
                ];
                listing::show(context, &answer, &fields)?;
                if answer.value["rewrap"]["failed"].as_u64().is_some_and(|failed| failed > 0) {
                    return Ok(Exit::Failed);
                }
            }
        }
        Ok(Exit::Done)
    }
}
