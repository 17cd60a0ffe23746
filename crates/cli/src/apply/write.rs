//! Carrying a plan out: tools first, then agents, then what they bind.

use serde_json::{Map, Value, json};

use super::check::findings_of;
use super::plan::{Change, Compared, Plan};
use super::progress::Progress;
use crate::api::segment;
use crate::commands::Context;
use crate::error::CliError;
use crate::files::{AgentEntry, ToolEntry};

/// What became of a thing in a file.
#[derive(Debug, Clone)]
pub(super) struct Written {
    /// `tool` or `agent`.
    pub(super) what: &'static str,
    /// Its name.
    pub(super) name: String,
    /// Its id.
    pub(super) id: String,
    /// `created`, `changed`, `unchanged`.
    pub(super) action: &'static str,
    /// The version that is now current.
    pub(super) version: Option<u64>,
    /// Shown once, when the tool is created.
    pub(super) signing_secret: Option<String>,
    /// What the server said about it.
    pub(super) warnings: usize,
}

impl Written {
    /// For programs.
    pub(super) fn to_json(&self) -> Value {
        let mut value = json!({"name": self.name, "id": self.id, "action": self.action});
        if let Some(version) = self.version {
            value["version"] = json!(version);
        }
        if let Some(secret) = &self.signing_secret {
            value["signing_secret"] = json!(secret);
        }
        if self.what == "tool" {
            value["warnings"] = json!(self.warnings);
        }
        value
    }
}

/// Writes what differs. When one write fails the error says which; running the command again goes on from there.
pub(super) async fn write(context: &mut Context<'_>, plan: &Plan) -> Result<Vec<Written>, CliError> {
    let progress = Progress::start(context.terminal, "writing", plan.changes());
    let mut written = Vec::new();
    for tool in &plan.tools {
        written.push(write_tool(context, tool).await?);
        progress.step();
    }
    for agent in &plan.agents {
        written.push(write_agent(context, agent).await?);
        progress.step();
    }
    Ok(written)
}

async fn write_tool(context: &mut Context<'_>, tool: &Compared<ToolEntry>) -> Result<Written, CliError> {
    let name = tool.entry.name.clone();
    if tool.change == Change::Nothing {
        return Ok(unchanged("tool", name, tool.id.as_ref()));
    }
    let path = format!("/v1/tools/by-name/{}", segment(&name));
    let shown = context.api.put(&path, &tool.entry.draft).await?.value;
    // The server has the last word on what is a change.
    let action = match (&shown["created"], &shown["changed"]) {
        (Value::Bool(true), _) => "created",
        (_, Value::Bool(false)) => "unchanged",
        _ if tool.change == Change::Create => "created",
        _ => "changed",
    };
    Ok(Written {
        what: "tool",
        id: shown["id"].as_str().unwrap_or_default().to_owned(),
        action,
        version: shown["version"].as_u64(),
        signing_secret: shown["signing_secret"].as_str().map(str::to_owned),
        warnings: findings_of(&shown).len(),
        name,
    })
}

async fn write_agent(context: &mut Context<'_>, agent: &Compared<AgentEntry>) -> Result<Written, CliError> {
    let name = agent.entry.name.clone();
    if agent.change == Change::Nothing {
        return Ok(unchanged("agent", name, agent.id.as_ref()));
    }
    let body = Value::Object(agent.entry.agent.clone());
    let answer = match &agent.id {
        Some(id) => context.api.put(&format!("/v1/agents/{id}"), &body).await?,
        None => context.api.post("/v1/agents", &body).await?,
    };
    let id = answer.value["id"].as_str().unwrap_or_default().to_owned();
    if let Some(bindings) = &agent.entry.bindings {
        let mut rows = Vec::new();
        for binding in bindings {
            rows.push(binding_row(context, binding).await?);
        }
        context.api.put(&format!("/v1/agents/{id}/tools"), &json!(rows)).await?;
    }
    let action = if agent.change == Change::Create { "created" } else { "changed" };
    Ok(Written { what: "agent", name, id, action, version: None, signing_secret: None, warnings: 0 })
}

async fn binding_row(context: &mut Context<'_>, binding: &Map<String, Value>) -> Result<Value, CliError> {
    let tool = context.api.tool(binding["tool"].as_str().unwrap_or_default()).await?;
    let mut row = json!({"tool_id": tool.id});
    for field in ["enabled", "config"] {
        if let Some(value) = binding.get(field) {
            row[field] = value.clone();
        }
    }
    Ok(row)
}

fn unchanged(what: &'static str, name: String, id: Option<&String>) -> Written {
    let id = id.cloned().unwrap_or_default();
    Written { what, name, id, action: "unchanged", version: None, signing_secret: None, warnings: 0 }
}
