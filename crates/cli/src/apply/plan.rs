//! What has to change on the server.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::compare::as_yaml;
use super::normal::{agent_definition, binding, tool_definition};
use super::progress::Progress;
use super::secrets::{hide_literals, hide_settings, mask_sealed, secret_settings};
use crate::commands::Context;
use crate::error::CliError;
use crate::files::{AgentEntry, Definitions, ToolEntry};

/// How a thing in a file relates to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// The server has none of this name.
    Create,
    /// It differs.
    Update,
    /// It is the same.
    Nothing,
}

/// A thing in a file, compared with the server; both sides as YAML with secrets hidden.
#[derive(Debug, Clone)]
pub(crate) struct Compared<Entry> {
    /// What the file says.
    pub(crate) entry: Entry,
    /// What has to be done.
    pub(crate) change: Change,
    /// The server's side.
    pub(crate) before: Option<String>,
    /// The file's side.
    pub(crate) after: String,
    /// The id on the server.
    pub(crate) id: Option<String>,
    /// Places that can't be compared, as the server holds them sealed.
    pub(crate) masked: Vec<String>,
}

/// All that has to be done.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Tools, which come first: agents refer to them.
    pub(crate) tools: Vec<Compared<ToolEntry>>,
    /// Agents with their bindings.
    pub(crate) agents: Vec<Compared<AgentEntry>>,
}

impl Plan {
    /// How many things will be created or changed.
    pub(crate) fn changes(&self) -> usize {
        let tools = self.tools.iter().map(|tool| &tool.change);
        tools
            .chain(self.agents.iter().map(|agent| &agent.change))
            .filter(|change| **change != Change::Nothing)
            .count()
    }
}

/// Compares everything with the server.
pub(crate) async fn make_plan(
    context: &mut Context<'_>,
    definitions: Definitions,
    rewrite_secrets: bool,
) -> Result<Plan, CliError> {
    let total = definitions.tools.len() + definitions.agents.len();
    let progress = Progress::start(context.terminal, "comparing", total);
    let mut tools = Vec::new();
    let mut secret = HashMap::new();
    for entry in definitions.tools {
        secret.insert(entry.name.clone(), secret_settings(&entry.draft));
        tools.push(compare_tool(context, entry, rewrite_secrets).await?);
        progress.step();
    }
    let mut agents = Vec::new();
    for entry in definitions.agents {
        agents.push(compare_agent(context, entry, &mut secret, rewrite_secrets).await?);
        progress.step();
    }
    Ok(Plan { tools, agents })
}

async fn compare_tool(
    context: &mut Context<'_>,
    entry: ToolEntry,
    rewrite_secrets: bool,
) -> Result<Compared<ToolEntry>, CliError> {
    let stored = context.api.tool_named(&entry.name).await?;
    let shown = stored.as_ref().map(|tool| tool_definition(&tool.answer.value["definition"]));
    let file = tool_definition(&entry.draft);
    let id = stored.map(|tool| tool.id);
    Ok(compare(entry, id, shown.as_ref(), file, rewrite_secrets, hide_literals))
}

fn compare<Entry>(
    entry: Entry,
    id: Option<String>,
    shown: Option<&Value>,
    mut file: Value,
    rewrite_secrets: bool,
    hide: impl FnOnce(&mut Value),
) -> Compared<Entry> {
    let mut masked = Vec::new();
    if let Some(shown) = shown {
        mask_sealed(&mut file, shown, "$", &mut masked);
    }
    let change = match shown {
        None => Change::Create,
        Some(shown) if *shown != file || rewrite_secrets && !masked.is_empty() => Change::Update,
        Some(_) => Change::Nothing,
    };
    hide(&mut file);
    let (before, after) = as_yaml(shown, &file);
    Compared { entry, change, before, after, id, masked }
}

async fn compare_agent(
    context: &mut Context<'_>,
    entry: AgentEntry,
    secret: &mut HashMap<String, Vec<String>>,
    rewrite_secrets: bool,
) -> Result<Compared<AgentEntry>, CliError> {
    let stored = context.api.agent_named(&entry.name).await?;
    let mut shown = stored.as_ref().and_then(|agent| agent.value.as_object()).map(agent_definition);
    let mut file = agent_definition(&entry.agent);
    if let Some(bindings) = &entry.bindings {
        let mut written = Vec::new();
        for one in bindings {
            let name = tool_name(context, one).await?;
            settings_of(context, &name, secret).await?;
            written.push(binding(&name, one));
        }
        file.insert("tools".to_owned(), sorted(written));
        if let (Some(agent), Some(shown)) = (&stored, &mut shown) {
            let answer = context.api.get(&format!("/v1/agents/{}/tools", agent.id)).await?;
            let rows = answer.value["data"].as_array().cloned().unwrap_or_default();
            let rows = rows.iter().filter_map(Value::as_object);
            let rows =
                rows.map(|row| binding(row.get("name").and_then(Value::as_str).unwrap_or_default(), row));
            shown.insert("tools".to_owned(), sorted(rows.collect()));
        }
    }
    let hide = |file: &mut Value| {
        for binding in file["tools"].as_array_mut().into_iter().flatten() {
            let settings =
                binding["tool"].as_str().and_then(|name| secret.get(name)).cloned().unwrap_or_default();
            if let Some(config) = binding["config"].as_object_mut() {
                hide_settings(config, &settings);
            }
        }
    };
    let id = stored.map(|agent| agent.id);
    Ok(compare(entry, id, shown.map(Value::Object).as_ref(), Value::Object(file), rewrite_secrets, hide))
}

/// The name of a binding's tool, which may have been given by id.
async fn tool_name(context: &mut Context<'_>, binding: &Map<String, Value>) -> Result<String, CliError> {
    let given = binding["tool"].as_str().unwrap_or_default();
    if given.parse::<hookswitch_model::ToolId>().is_err() {
        return Ok(given.to_owned());
    }
    Ok(context.api.tool(given).await?.name)
}

/// Notes the secret settings of a tool that no file defines.
async fn settings_of(
    context: &mut Context<'_>,
    name: &str,
    secret: &mut HashMap<String, Vec<String>>,
) -> Result<(), CliError> {
    if !secret.contains_key(name) {
        let stored = context.api.tool_named(name).await?;
        let settings =
            stored.map(|tool| secret_settings(&tool.answer.value["definition"])).unwrap_or_default();
        secret.insert(name.to_owned(), settings);
    }
    Ok(())
}

/// The order of bindings means nothing.
fn sorted(mut bindings: Vec<Value>) -> Value {
    bindings.sort_by(|one, other| one["tool"].as_str().cmp(&other["tool"].as_str()));
    json!(bindings)
}
