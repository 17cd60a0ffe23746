//! `sessions start`.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::Context;
use crate::commands::arguments::{Variable, object_of, put, read_object};
use crate::commands::listing;
use crate::error::CliError;

/// A new session.
#[derive(Debug, clap::Args)]
pub struct Start {
    /// Its agent, by name or id
    #[arg(long)]
    agent: Option<String>,
    /// A tool besides those of the agent, by name or id; several times
    #[arg(long = "tool", value_name = "TOOL")]
    tools: Vec<String>,
    /// What it runs over
    #[arg(long, value_enum)]
    channel: Option<Channel>,
    /// Who calls
    #[arg(long, value_name = "NUMBER")]
    from: Option<String>,
    /// Who is called
    #[arg(long, value_name = "NUMBER")]
    to: Option<String>,
    /// IANA time zone, `Europe/Berlin`
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// The call's id in your own system
    #[arg(long, value_name = "ID")]
    call_id: Option<String>,
    /// A variable: NAME=TEXT or NAME:=JSON; several times
    #[arg(long = "var", value_name = "VARIABLE", value_parser = Variable::parse)]
    variables: Vec<Variable>,
    /// Data of your own as a JSON object
    #[arg(long, value_name = "JSON")]
    metadata: Option<String>,
    /// Its project, by name or id
    #[arg(long)]
    project: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Channel {
    Text,
    Phone,
    Web,
}

impl Start {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<(), CliError> {
        let mut body = json!({});
        if let Some(agent) = &self.agent {
            body["agent_id"] = context.api.agent(agent).await?.id.into();
        }
        if !self.tools.is_empty() {
            body["tools"] = json!(self.tools);
        }
        let channel = self.channel.and_then(|channel| channel.to_possible_value());
        put(&mut body, "channel", channel.map(|channel| channel.get_name().to_owned()));
        put(&mut body, "from", self.from);
        put(&mut body, "to", self.to);
        put(&mut body, "timezone", self.timezone);
        put(&mut body, "call_id", self.call_id);
        if !self.variables.is_empty() {
            body["variables"] = object_of(&self.variables);
        }
        if self.metadata.is_some() {
            body["metadata"] = read_object(context, "--metadata", self.metadata.as_ref())?;
        }
        if let Some(project) = &self.project {
            body["project_id"] = context.api.project_id(project).await?.into();
        }
        let mut answer = context.api.post("/v1/sessions", &body).await?;
        if context.terminal.is_quiet() && !context.terminal.is_json() {
            return context.terminal.line(answer.value["id"].as_str().unwrap_or_default());
        }
        if !context.terminal.is_json() {
            let tools = answer.value["tools"].as_array().cloned().unwrap_or_default();
            answer.value["tools"] = tools.into_iter().map(|mut tool| tool["name"].take()).collect::<Value>();
        }
        let fields = [
            ("id", "id"),
            ("status", "status"),
            ("channel", "channel"),
            ("agent", "agent_id"),
            ("tools", "tools"),
            ("variables", "variables"),
        ];
        listing::show(context, &answer, &fields)
    }
}
