//! `keys`: API keys.

use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;
use serde_json::json;

use super::arguments::put;
use super::{Context, listing};
use crate::api::{Paging, Query, segment};
use crate::error::{CliError, Exit};
use crate::time::Moment;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make a key; it is shown once
    Create(Create),
    /// List keys
    List(List),
    /// Make a key useless, for good
    Revoke(Revoke),
}

/// A new key.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// What it is for
    name: String,
    /// What it may do; several times [default: tools:read, tools:write, sessions]
    #[arg(long = "permission", value_name = "PERMISSION", value_enum)]
    permissions: Vec<Permission>,
    /// Live or test data [default: that of your own key]
    #[arg(long, value_enum)]
    mode: Option<Mode>,
    /// Its project, by name or id
    #[arg(long)]
    project: Option<String>,
    /// When it stops working: `90d`, or a time
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    expires: Option<Moment>,
}

/// Which keys.
#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    paging: Paging,
}

/// Which key.
#[derive(Debug, clap::Args)]
pub struct Revoke {
    /// Its id, `key_…`
    id: String,
    /// Go ahead without being asked
    #[arg(short, long)]
    yes: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Permission {
    #[value(name = "tools:read")]
    ToolsRead,
    #[value(name = "tools:write")]
    ToolsWrite,
    #[value(name = "tools:secrets")]
    ToolsSecrets,
    Sessions,
    Admin,
}

/// Data for real, or for trying.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Mode {
    Live,
    Test,
}

impl Mode {
    /// The word of the API.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl Permission {
    fn word(self) -> &'static str {
        match self {
            Self::ToolsRead => "tools:read",
            Self::ToolsWrite => "tools:write",
            Self::ToolsSecrets => "tools:secrets",
            Self::Sessions => "sessions",
            Self::Admin => "admin",
        }
    }
}

impl Keys {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Create(create) => create.run(context).await?,
            Self::List(list) => {
                let columns = [
                    ("ID", "id"),
                    ("NAME", "name"),
                    ("KEY", "hint"),
                    ("MODE", "mode"),
                    ("PERMISSIONS", "permissions"),
                    ("CREATED", "created_at"),
                    ("EXPIRES", "expires_at"),
                    ("REVOKED", "revoked_at"),
                ];
                listing::list(context, "/v1/keys", &Query::default(), list.paging, &columns).await?;
            }
            Self::Revoke(revoke) => {
                context.terminal.confirm(&format!("Revoke {}?", revoke.id), revoke.yes)?;
                let answer =
                    context.api.post(&format!("/v1/keys/{}/revoke", segment(&revoke.id)), &json!({})).await?;
                listing::done(context, &answer, &format!("revoked {}", revoke.id))?;
            }
        }
        Ok(Exit::Done)
    }
}

impl Create {
    async fn run(self, context: &mut Context<'_>) -> Result<(), CliError> {
        let mut body = json!({"name": self.name});
        if !self.permissions.is_empty() {
            body["permissions"] = self.permissions.iter().map(|permission| permission.word()).collect();
        }
        put(&mut body, "mode", self.mode.map(Mode::word));
        if let Some(project) = &self.project {
            body["project_id"] = context.api.project_id(project).await?.into();
        }
        put(&mut body, "expires_at", self.expires.map(|at| at.after(Timestamp::now())));
        let answer = context.api.post("/v1/keys", &body).await?;
        let fields = [
            ("id", "id"),
            ("name", "name"),
            ("mode", "mode"),
            ("permissions", "permissions"),
            ("expires", "expires_at"),
            ("key", "secret"),
        ];
        let secret = answer.value["secret"].clone();
        listing::show_once(context, &answer, &fields, &secret, "key")
    }
}
