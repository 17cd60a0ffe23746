//! `projects`: parts of an organisation.

use clap::Subcommand;
use serde_json::json;

use super::{Context, listing};
use crate::api::{Paging, Query};
use crate::error::{CliError, Exit};

/// What to do with projects.
#[derive(Debug, Subcommand)]
pub enum Projects {
    /// List projects
    List(List),
    /// Make a project
    Create(Create),
}

/// Which projects.
#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    paging: Paging,
}

/// A new project.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// Its name: letters, digits, _ and -
    name: String,
}

impl Projects {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::List(list) => {
                let columns = [("ID", "id"), ("NAME", "name"), ("CREATED", "created_at")];
                listing::list(context, "/v1/projects", &Query::default(), list.paging, &columns).await?;
            }
            Self::Create(create) => {
                let answer = context.api.post("/v1/projects", &json!({"name": create.name})).await?;
                listing::show(context, &answer, &[("id", "id"), ("name", "name")])?;
            }
        }
        Ok(Exit::Done)
    }
}
