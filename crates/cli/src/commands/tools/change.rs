//! Small changes to a tool.

use serde_json::json;

use super::Context;
use crate::apply::{tool_definition, unified};
use crate::commands::listing;
use crate::error::{CliError, Exit};
use crate::yaml;

/// Which tool.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// Name or id
    tool: String,
}

/// Which tool.
#[derive(Debug, clap::Args)]
pub struct Delete {
    /// Name or id
    tool: String,
    /// Go ahead without being asked
    #[arg(short, long)]
    yes: bool,
}

/// Which tool, back to what.
#[derive(Debug, clap::Args)]
pub struct Rollback {
    /// Name or id
    tool: String,
    /// The version to go back to; `tools history` lists them
    #[arg(value_name = "VERSION")]
    to: u32,
    /// Go ahead without being asked
    #[arg(short, long)]
    yes: bool,
}

impl Named {
    pub(super) async fn switch(
        self,
        context: &mut Context<'_>,
        verb: &str,
        done: &str,
    ) -> Result<Exit, CliError> {
        let tool = context.api.tool(&self.tool).await?;
        let answer = context.api.post(&format!("/v1/tools/{}/{verb}", tool.id), &json!({})).await?;
        listing::done(context, &answer, &format!("{done} {}", tool.name))?;
        Ok(Exit::Done)
    }
}

impl Delete {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let tool = context.api.tool(&self.tool).await?;
        context.terminal.confirm(&format!("Delete the tool {} ({})?", tool.name, tool.id), self.yes)?;
        let answer = context.api.delete(&format!("/v1/tools/{}", tool.id)).await?;
        listing::done(context, &answer, &format!("deleted {}", tool.name))?;
        Ok(Exit::Done)
    }
}

impl Rollback {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let tool = context.api.tool(&self.tool).await?;
        let path = format!("/v1/tools/{}/versions/{}", tool.id, self.to);
        let earlier = context.api.get(&path).await?;
        if !context.terminal.is_json() {
            let now = yaml::write(&tool_definition(&tool.answer.value["definition"]));
            let then = yaml::write(&tool_definition(&earlier.value["definition"]));
            let paint = context.terminal.paint();
            let text = unified(&tool.name, Some(&now), Some(&then), paint)
                .replacen("(server)", "(now)", 1)
                .replacen("(file)", &format!("(version {})", self.to), 1);
            if !text.is_empty() {
                context.terminal.line(text)?;
            }
        }
        context.terminal.confirm(&format!("Go back to version {}?", self.to), self.yes)?;
        let body = json!({"version": self.to});
        let answer = context.api.post(&format!("/v1/tools/{}/rollback", tool.id), &body).await?;
        let line =
            format!("{} is as in version {}; now version {}", tool.name, self.to, answer.value["version"]);
        listing::done(context, &answer, &line)?;
        Ok(Exit::Done)
    }
}
