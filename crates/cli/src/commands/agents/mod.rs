//! `agents`: agents and their tools.

mod bind;

use clap::Subcommand;
use serde_json::Value;

use super::tools::Apply;
use super::{Context, listing};
use crate::api::{Paging, Query};
use crate::apply::apply;
use crate::error::{CliError, Exit};
use crate::table;

/// What to do with agents.
#[derive(Debug, Subcommand)]
pub enum Agents {
    /// List agents
    List(List),
    /// Show an agent and its tools
    Get(Named),
    /// Make the server's agents and tools what files say; shows a diff and asks first
    Apply(Apply),
    /// Delete an agent
    Delete(Delete),
    /// Bind a tool to an agent, or change its settings
    Bind(bind::Bind),
    /// Take a tool from an agent
    Unbind(bind::Unbind),
}

/// Which agents.
#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    paging: Paging,
}

/// Which agent.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// Name or id
    agent: String,
}

/// Which agent.
#[derive(Debug, clap::Args)]
pub struct Delete {
    /// Name or id
    agent: String,
    /// Go ahead without being asked
    #[arg(short, long)]
    yes: bool,
}

impl Agents {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::List(list) => {
                let columns =
                    [("NAME", "name"), ("TIME ZONE", "timezone"), ("UPDATED", "updated_at"), ("ID", "id")];
                listing::list(context, "/v1/agents", &Query::default(), list.paging, &columns).await?;
                Ok(Exit::Done)
            }
            Self::Get(named) => named.show(context).await,
            Self::Apply(files) => apply(context, &files.options).await,
            Self::Delete(delete) => {
                let agent = context.api.agent(&delete.agent).await?;
                context
                    .terminal
                    .confirm(&format!("Delete the agent {} ({})?", agent.name, agent.id), delete.yes)?;
                let answer = context.api.delete(&format!("/v1/agents/{}", agent.id)).await?;
                listing::done(context, &answer, &format!("deleted {}", agent.name))?;
                Ok(Exit::Done)
            }
            Self::Bind(bind) => bind.run(context).await,
            Self::Unbind(unbind) => unbind.run(context).await,
        }
    }
}

impl Named {
    async fn show(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let agent = context.api.agent(&self.agent).await?;
        let answer = context.api.get(&format!("/v1/agents/{}", agent.id)).await?;
        let fields = [
            ("name", "name"),
            ("id", "id"),
            ("project", "project_id"),
            ("time zone", "timezone"),
            ("greeting", "greeting"),
            ("variables", "variables"),
            ("metadata", "metadata"),
            ("created", "created_at"),
            ("updated", "updated_at"),
        ];
        listing::show(context, &answer, &fields)?;
        if context.terminal.is_json() {
            return Ok(Exit::Done);
        }
        if let Some(prompt) = answer.value["prompt"].as_str() {
            let head = context.terminal.paint().bold("prompt");
            let lines = prompt.lines().map(table::one_line).collect::<Vec<_>>().join("\n");
            context.terminal.line(format!("\n{head}\n{lines}"))?;
        }
        let bindings = context.api.get(&format!("/v1/agents/{}/tools", agent.id)).await?;
        if bindings.value["data"].as_array().is_some_and(|rows: &Vec<Value>| !rows.is_empty()) {
            context.terminal.line("")?;
            let columns = [("TOOL", "name"), ("ENABLED", "enabled"), ("CONFIG", "config"), ("ID", "tool_id")];
            listing::show_all(context, &bindings, &columns)?;
        }
        Ok(Exit::Done)
    }
}
