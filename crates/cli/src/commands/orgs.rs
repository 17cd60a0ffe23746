//! `orgs`: organisations, for the operator.

use clap::Subcommand;
use serde_json::json;

use super::arguments::put;
use super::keys::Mode;
use super::{Context, listing};
use crate::api::{Paging, Query};
use crate::error::{CliError, Exit};

/// What to do with organisations.
#[derive(Debug, Subcommand)]
pub enum Orgs {
    /// Make an organisation with its first admin key, which is shown once
    Create(Create),
    /// List organisations
    List(List),
}

/// A new organisation.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// Its name
    name: String,
    /// Mode of its first key
    #[arg(long, value_enum)]
    mode: Option<Mode>,
}

/// Which organisations.
#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    paging: Paging,
}

impl Orgs {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Create(create) => {
                let mut body = json!({"name": create.name});
                put(&mut body, "mode", create.mode.map(Mode::word));
                let answer = context.api.post("/v1/orgs", &body).await?;
                let fields =
                    [("id", "org.id"), ("name", "org.name"), ("key id", "key.id"), ("key", "key.secret")];
                let secret = answer.value["key"]["secret"].clone();
                listing::show_once(context, &answer, &fields, &secret, "key")?;
            }
            Self::List(list) => {
                let columns = [("ID", "id"), ("NAME", "name"), ("CREATED", "created_at")];
                listing::list(context, "/v1/orgs", &Query::default(), list.paging, &columns).await?;
            }
        }
        Ok(Exit::Done)
    }
}
