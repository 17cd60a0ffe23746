//! `agents bind` and `agents unbind`.

use serde_json::json;

use super::Context;
use crate::commands::arguments::read_object;
use crate::commands::listing;
use crate::error::{CliError, Exit};

/// Which tool to which agent.
#[derive(Debug, clap::Args)]
pub struct Bind {
    /// The agent, by name or id
    agent: String,
    /// The tool, by name or id
    tool: String,
    /// Settings as a JSON object; @FILE reads a file, - the standard input (for secret fields)
    #[arg(long, value_name = "JSON")]
    config: Option<String>,
    /// Bind it, but don't offer it yet
    #[arg(long)]
    disabled: bool,
}

/// Which tool from which agent.
#[derive(Debug, clap::Args)]
pub struct Unbind {
    /// The agent, by name or id
    agent: String,
    /// The tool, by name or id
    tool: String,
}

impl Bind {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let config = read_object(context, "--config", self.config.as_ref())?;
        let (agent, tool) = (context.api.agent(&self.agent).await?, context.api.tool(&self.tool).await?);
        let body = json!({"enabled": !self.disabled, "config": config});
        let answer = context.api.put(&format!("/v1/agents/{}/tools/{}", agent.id, tool.id), &body).await?;
        listing::done(context, &answer, &format!("bound {} to {}", tool.name, agent.name))?;
        Ok(Exit::Done)
    }
}

impl Unbind {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let (agent, tool) = (context.api.agent(&self.agent).await?, context.api.tool(&self.tool).await?);
        let answer = context.api.delete(&format!("/v1/agents/{}/tools/{}", agent.id, tool.id)).await?;
        listing::done(context, &answer, &format!("took {} from {}", tool.name, agent.name))?;
        Ok(Exit::Done)
    }
}
