//! `executions`: records of tool calls.

use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::arguments::read_json;
use super::{Context, listing};
use crate::api::{Paging, Query, segment};
use crate::error::{CliError, Exit};
use crate::time::Moment;

/// What to do with executions.
#[derive(Debug, Subcommand)]
pub enum Executions {
    /// List executions, newest first
    List(List),
    /// Show one with its request, response and what the model was told
    Get(Get),
    /// Say what became of an execution whose outcome is unknown
    Settle(Settle),
}

/// Which executions.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Of this session
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// Of this tool, by name or id
    #[arg(long)]
    tool: Option<String>,
    /// Of this agent, by name or id
    #[arg(long)]
    agent: Option<String>,
    /// With this outcome
    #[arg(long, value_enum)]
    outcome: Option<Outcome>,
    /// With this tool call id of the model
    #[arg(long, value_name = "ID")]
    tool_call_id: Option<String>,
    /// Tests of tools only
    #[arg(long)]
    test: bool,
    /// From then on: `90m`, `7d`, or a time
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    since: Option<Moment>,
    /// Up to then: `90m`, `7d`, or a time
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    until: Option<Moment>,
    #[command(flatten)]
    paging: Paging,
}

/// Which execution.
#[derive(Debug, clap::Args)]
pub struct Get {
    /// Its id, `exec_…`
    id: String,
}

/// What became of it.
#[derive(Debug, clap::Args)]
pub struct Settle {
    /// Its id, `exec_…`
    id: String,
    /// Whether it happened
    #[arg(long, value_enum)]
    outcome: Settled,
    /// What a repeat of the call is told, as JSON; @FILE, - for the standard input
    #[arg(long, value_name = "JSON")]
    result: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Outcome {
    Done,
    Failed,
    Unknown,
    Refused,
    Cancelled,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Settled {
    Done,
    Failed,
}

fn word(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl Executions {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::List(list) => list.run(context).await?,
            Self::Get(get) => {
                let answer = context.api.get(&format!("/v1/executions/{}", segment(&get.id))).await?;
                show_one(context, &answer)?;
            }
            Self::Settle(settle) => {
                let mut body = json!({"outcome": word(&settle.outcome)});
                if let Some(result) = &settle.result {
                    body["result"] = read_json(context, "--result", result)?;
                }
                let path = format!("/v1/executions/{}/settle", segment(&settle.id));
                let answer = context.api.post(&path, &body).await?;
                listing::done(
                    context,
                    &answer,
                    &format!("settled {} as {}", settle.id, word(&settle.outcome)),
                )?;
            }
        }
        Ok(Exit::Done)
    }
}

impl List {
    async fn run(self, context: &mut Context<'_>) -> Result<(), CliError> {
        let now = Timestamp::now();
        let tool = match &self.tool {
            Some(tool) => Some(context.api.tool(tool).await?.id),
            None => None,
        };
        let agent = match &self.agent {
            Some(agent) => Some(context.api.agent(agent).await?.id),
            None => None,
        };
        let query = Query::default()
            .with("session_id", self.session)
            .with("tool_id", tool)
            .with("agent_id", agent)
            .with("outcome", self.outcome.as_ref().map(word))
            .with("tool_call_id", self.tool_call_id)
            .with("test", self.test.then_some(true))
            .with("since", self.since.map(|at| at.before(now)))
            .with("until", self.until.map(|at| at.before(now)));
        let columns = [
            ("ID", "id"),
            ("AT", "created_at"),
            ("TOOL", "tool_name"),
            ("OUTCOME", "outcome"),
            ("MS", "duration_ms"),
            ("TIMED OUT", "timed_out"),
            ("ERROR", "error"),
        ];
        listing::list(context, "/v1/executions", &query, self.paging, &columns).await
    }
}

fn show_one(context: &mut Context<'_>, answer: &crate::http::Answer) -> Result<(), CliError> {
    let fields = [
        ("id", "id"),
        ("tool", "tool_name"),
        ("version", "tool_version"),
        ("session", "session_id"),
        ("agent", "agent_id"),
        ("tool call", "tool_call_id"),
        ("act", "act_id"),
        ("outcome", "outcome"),
        ("error", "error"),
        ("timed out", "timed_out"),
        ("test", "test"),
        ("queued ms", "queue_ms"),
        ("took ms", "duration_ms"),
        ("started", "created_at"),
        ("ended", "ended_at"),
        ("status", "response_status"),
    ];
    listing::show(context, answer, &fields)?;
    if context.terminal.is_json() {
        return Ok(());
    }
    for (head, field) in [
        ("arguments", "arguments"),
        ("request", "request"),
        ("response", "response"),
        ("told to the model", "told"),
        ("late result", "late"),
        ("attempts", "attempts"),
        ("variables set", "variables"),
        ("variables not set", "unset"),
    ] {
        section(context, head, &answer.value[field])?;
    }
    for (head, text) in crate::commands::tools::code_parts(&answer.value["code"]) {
        section(context, head, &Value::String(text))?;
    }
    Ok(())
}

/// A part of a record under its own head; what is empty is left out.
fn section(context: &mut Context<'_>, head: &str, value: &Value) -> Result<(), CliError> {
    let text = match value {
        Value::Null => return Ok(()),
        Value::Array(items) if items.is_empty() => return Ok(()),
        Value::Object(members) if members.is_empty() => return Ok(()),
        value if head == "request" && value.is_object() => crate::commands::tools::request_text(value),
        Value::String(text) => crate::commands::tools::body_text(text),
        other => format!("{other:#}"),
    };
    let head = context.terminal.paint().bold(head);
    context.terminal.line(format!("\n{head}\n{text}"))
}
