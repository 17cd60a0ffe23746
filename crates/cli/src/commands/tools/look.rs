//! Tools as they are, were, and have done.

use clap::ValueEnum;
use serde_json::Value;

use super::Context;
use crate::api::{Paging, Query};
use crate::apply::tool_definition;
use crate::commands::listing;
use crate::error::{CliError, Exit};
use crate::yaml;

/// Which tools.
#[derive(Debug, clap::Args)]
pub struct List {
    /// With this text in name or description
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Of this kind
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Made through this dialect: native, pyai, burki, phonic, bland
    #[arg(long)]
    dialect: Option<String>,
    /// Enabled ones only
    #[arg(long, conflicts_with = "disabled")]
    enabled: bool,
    /// Disabled ones only
    #[arg(long)]
    disabled: bool,
    /// With this tag
    #[arg(long)]
    tag: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Kind {
    Webhook,
    Python,
    Lambda,
    Client,
    Context,
    CallControl,
    Hosted,
}

/// Which tool.
#[derive(Debug, clap::Args)]
pub struct Get {
    /// Name or id
    tool: String,
    /// Its definition only, as a file for apply: YAML, or JSON with --json
    #[arg(long)]
    definition: bool,
    /// As it was in this version
    #[arg(long, value_name = "VERSION")]
    at: Option<u32>,
}

/// Which tool.
#[derive(Debug, clap::Args)]
pub struct History {
    /// Name or id
    tool: String,
}

/// Which tool.
#[derive(Debug, clap::Args)]
pub struct Stats {
    /// Name or id
    tool: String,
}

impl List {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let enabled = if self.enabled { Some(true) } else { self.disabled.then_some(false) };
        let kind = self.kind.and_then(|kind| kind.to_possible_value());
        let query = Query::default()
            .with("search", self.search)
            .with("kind", kind.map(|kind| kind.get_name().to_owned()))
            .with("dialect", self.dialect)
            .with("enabled", enabled)
            .with("tag", self.tag);
        let columns = [
            ("NAME", "name"),
            ("KIND", "definition.kind"),
            ("EFFECT", "effect"),
            ("VERSION", "version"),
            ("ENABLED", "enabled"),
            ("DIALECT", "dialect"),
            ("UPDATED", "updated_at"),
            ("ID", "id"),
        ];
        listing::list(context, "/v1/tools", &query, self.paging, &columns).await?;
        Ok(Exit::Done)
    }
}

impl Get {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let tool = context.api.tool(&self.tool).await?;
        let answer = match self.at {
            Some(version) => context.api.get(&format!("/v1/tools/{}/versions/{version}", tool.id)).await?,
            None => tool.answer,
        };
        let definition = &answer.value["definition"];
        if self.definition {
            if context.terminal.is_json() {
                context.terminal.json(definition.to_string().as_bytes(), definition)?;
            } else {
                context.terminal.line(yaml::write(definition))?;
            }
            return Ok(Exit::Done);
        }
        let fields = [
            ("name", "name"),
            ("id", "id"),
            ("version", "version"),
            ("enabled", "enabled"),
            ("effect", "effect"),
            ("dialect", "dialect"),
            ("project", "project_id"),
            ("created", "created_at"),
            ("updated", "updated_at"),
            ("saved", "saved_at"),
            ("saved by", "saved_by"),
        ];
        listing::show(context, &answer, &fields)?;
        if !context.terminal.is_json() {
            let head = context.terminal.paint().bold("definition");
            context.terminal.line(format!("\n{head}\n{}", yaml::write(&tool_definition(definition))))?;
        }
        Ok(Exit::Done)
    }
}

impl History {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let tool = context.api.tool(&self.tool).await?;
        let path = format!("/v1/tools/{}/versions", tool.id);
        let columns = [
            ("VERSION", "version"),
            ("SAVED", "saved_at"),
            ("BY KEY", "saved_by"),
            ("KIND", "definition.kind"),
            ("DESCRIPTION", "definition.description"),
        ];
        listing::list(context, &path, &Query::default(), Paging::ALL, &columns).await?;
        Ok(Exit::Done)
    }
}

impl Stats {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let tool = context.api.tool(&self.tool).await?;
        let mut answer = context.api.get(&format!("/v1/tools/{}/stats", tool.id)).await?;
        if !context.terminal.is_json()
            && let Some(rate) = answer.value["success_rate"].as_f64()
        {
            answer.value["success_rate"] = Value::from(format!("{:.1} %", rate * 100.0));
        }
        let fields = [
            ("calls", "calls"),
            ("done", "done"),
            ("failed", "failed"),
            ("unknown", "unknown"),
            ("refused", "refused"),
            ("timed out", "timed_out"),
            ("success rate", "success_rate"),
            ("average ms", "average_ms"),
            ("p50 ms", "p50_ms"),
            ("p95 ms", "p95_ms"),
            ("p99 ms", "p99_ms"),
            ("last call", "last_at"),
        ];
        listing::show(context, &answer, &fields)?;
        Ok(Exit::Done)
    }
}
