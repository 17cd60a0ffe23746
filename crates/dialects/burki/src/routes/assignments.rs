//! Assignments seen from the tool (burki: 2.4).

use axum::extract::State;
use hookswitch_api::{SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::Scope;
use hookswitch_model::agent::Agent;
use hookswitch_registry::{ChangedDraft, NewBinding, Registry, RegistryError};

use super::fault::Fault;
use super::input::{JsonBody, Number};
use super::{Allowed, Answer, load, ok};
use crate::BurkiState;
use crate::wire::assignment::{AssistantIds, assigned, assignments_of, unassigned};
use crate::wire::stats::Stats;

pub(super) async fn assign(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    JsonBody(body): JsonBody,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let wanted = AssistantIds::read(&body).map_err(Fault::refused)?;
    let tool = load::tool(registry, scope, number).await?;
    let agents = assistants(registry, scope, &wanted.assistants).await?;
    let mut done = Vec::with_capacity(agents.len());
    for agent in agents {
        let stored = registry.list_bindings(scope, agent.id).await?;
        let stored = stored.into_iter().find(|binding| binding.tool == tool.id);
        let config = stored.map(|binding| binding.config).unwrap_or_default();
        let new = NewBinding { tool: tool.id, enabled: wanted.enabled, config };
        let all = vec![(new, ChangedDraft::Keep)];
        let bindings = registry.put_changed_bindings(scope, agent.id, all).await?;
        done.extend(bindings.into_iter().map(|binding| (agent.clone(), binding)));
    }
    ok(&assigned(number, &done))
}

pub(super) async fn unassign(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    JsonBody(body): JsonBody,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let wanted = AssistantIds::read(&body).map_err(Fault::refused)?;
    let tool = load::tool(registry, scope, number).await?;
    let mut done = Vec::new();
    for agent in assistants(registry, scope, &wanted.assistants).await? {
        match registry.delete_binding(scope, agent.id, tool.id).await {
            Ok(()) => done.push(agent.number),
            // It was not assigned: nothing to do.
            Err(RegistryError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    ok(&unassigned(number, &done))
}

/// All of them, or none.
async fn assistants(registry: &Registry, scope: Scope, numbers: &[i64]) -> Result<Vec<Agent>, Fault> {
    let mut agents = Vec::with_capacity(numbers.len());
    for number in numbers {
        agents.push(load::assistant(registry, scope, *number).await?);
    }
    Ok(agents)
}

pub(super) async fn list(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Number(number): Number,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let tool = load::tool(registry, scope, number).await?;
    let counted = registry.stats_of_bindings(scope, Some(tool.id), None).await?;
    let mut assignments = Vec::new();
    for binding in registry.bindings_of_tool(scope, tool.id).await? {
        let agent = match registry.get_agent(scope, binding.agent).await {
            Ok(agent) => agent,
            // Deleted in between, and its bindings with it.
            Err(RegistryError::NotFound(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        let stats = Stats::from(counted.get(&(agent.id, tool.id)).copied().unwrap_or_default());
        assignments.push((agent, binding, stats));
    }
    ok(&assignments_of(&tool, &assignments))
}
