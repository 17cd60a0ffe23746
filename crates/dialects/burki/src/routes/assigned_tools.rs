//! Assignments seen from the assistant (burki: 2.6).

use axum::extract::State;
use hookswitch_api::{SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::Scope;
use hookswitch_model::agent::Agent;
use hookswitch_model::binding::Binding;
use hookswitch_model::tool::StoredTool;
use hookswitch_registry::{ChangedDraft, NewBinding, Registry, RegistryError};
use serde_json::{Value, json};

use super::fault::{Fault, well};
use super::input::{JsonBody, Number, Numbers};
use super::{Allowed, Answer, load, ok};
use crate::BurkiState;
use crate::wire::assignment::{ToolIds, tool_of_assistant};
use crate::wire::override_form;
use crate::wire::refusal::Refusal;
use crate::wire::stats::Stats;
use crate::wire::tool::is_expressible;

pub(super) async fn list(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Number(number): Number,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let agent = load::assistant(registry, scope, number).await?;
    let bindings = registry.list_bindings(scope, agent.id).await?;
    let ids: Vec<_> = bindings.iter().map(|binding| binding.tool).collect();
    let tools = registry.tools_by_ids(scope, &ids).await?;
    let totals = registry.stats_of_tools(scope, &ids).await?;
    let own = registry.stats_of_bindings(scope, None, Some(agent.id)).await?;
    let shown = bindings.iter().filter_map(|binding| {
        let tool = tools.iter().find(|tool| tool.id == binding.tool && is_expressible(tool))?;
        let total = Stats::from(totals.get(&tool.id).copied().unwrap_or_default());
        let own = Stats::from(own.get(&(agent.id, tool.id)).copied().unwrap_or_default());
        Some(tool_of_assistant(tool, binding, total, own))
    });
    ok(&json!({"success": true, "tools": shown.collect::<Vec<Value>>()}))
}

pub(super) async fn assign(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    JsonBody(body): JsonBody,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let wanted = ToolIds::read(&body).map_err(Fault::refused)?;
    let agent = load::assistant(registry, scope, number).await?;
    let mut tools = Vec::with_capacity(wanted.tools.len());
    for number in &wanted.tools {
        tools.push(load::tool(registry, scope, *number).await?);
    }
    put(registry, scope, &agent, &tools, &wanted).await?;
    let count = tools.len();
    let noun = if count == 1 { "tool" } else { "tools" };
    ok(&json!({
        "success": true,
        "message": format!("Successfully assigned {count} {noun}"),
        "assignments": count,
    }))
}

pub(super) async fn configure(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Numbers(assistant, tool): Numbers,
    JsonBody(body): JsonBody,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let wanted = ToolIds::read_settings(&body).map_err(Fault::refused)?;
    let agent = load::assistant(registry, scope, assistant).await?;
    let tool = load::tool(registry, scope, tool).await?;
    put(registry, scope, &agent, &[tool], &wanted).await?;
    ok(&well("Tool configuration updated successfully"))
}

/// Sets assignments: all, or none when one of them is refused.
async fn put(
    registry: &Registry,
    scope: Scope,
    agent: &Agent,
    tools: &[StoredTool],
    wanted: &ToolIds,
) -> Result<(), Fault> {
    let stored = registry.list_bindings(scope, agent.id).await?;
    let mut all = Vec::with_capacity(tools.len());
    for tool in tools {
        let before = stored.iter().find(|binding| binding.tool == tool.id);
        let changed = changed(registry, scope, tool, before, wanted).await?;
        let config = before.map(|binding| binding.config.clone()).unwrap_or_default();
        all.push((NewBinding { tool: tool.id, enabled: wanted.enabled, config }, changed));
    }
    registry.put_changed_bindings(scope, agent.id, all).await?;
    Ok(())
}

async fn changed(
    registry: &Registry,
    scope: Scope,
    tool: &StoredTool,
    before: Option<&Binding>,
    wanted: &ToolIds,
) -> Result<ChangedDraft, Fault> {
    let Some(custom) = &wanted.custom else { return Ok(ChangedDraft::Clear) };
    let own = before.and_then(|binding| binding.changes.apply(&tool.draft));
    let own = own.unwrap_or_else(|| tool.draft.clone());
    let mut opened = registry.open_draft_seals(scope, &tool.draft).await?;
    opened.extend(registry.open_draft_seals(scope, &own).await?);
    let draft = override_form::changed(&tool.draft, &own, custom, &opened).map_err(Fault::refused)?;
    Ok(ChangedDraft::Set(Box::new(draft)))
}

pub(super) async fn unassign(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Numbers(assistant, tool): Numbers,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let agent = load::assistant(registry, scope, assistant).await?;
    let tool = load::tool(registry, scope, tool).await?;
    match registry.delete_binding(scope, agent.id, tool.id).await {
        Ok(()) => ok(&well("Tool unassigned successfully")),
        Err(RegistryError::NotFound(_)) => {
            Err(Fault::Refusal(Refusal::NotFound("Tool assignment not found".to_owned())))
        }
        Err(error) => Err(error.into()),
    }
}
