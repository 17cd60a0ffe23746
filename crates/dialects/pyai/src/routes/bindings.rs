//! Tools of agents.

use std::collections::HashMap;

use axum::extract::State;
use hookswitch_api::{SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::binding::Binding;
use hookswitch_model::{AgentId, Dialect, Scope, ToolId};
use hookswitch_registry::{Caller, NewBinding, Registry, RegistryError};
use serde_json::Value;

use super::agents;
use super::found::{Found, absent, find};
use super::{Allowed, Answer, Body, Failed, Id, ok};
use crate::PyaiState;
use crate::wire::binding::{self, BindingItem};
use crate::wire::list::list as listed;
use crate::wire::prebuilt::Prebuilt;

/// Lists the tools of an agent.
pub(super) async fn list(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsRead>,
    Id { 0: id, .. }: Id,
) -> Answer {
    let agent = agents::find(state.registry(), &caller, &id).await?;
    ok(&listed(&of_agent(state.registry(), caller.scope(), agent.id).await?, None))
}

/// Replaces all tools of an agent, or none on any error.
pub(super) async fn replace(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsWrite>,
    Id { 0: id, .. }: Id,
    Body { 0: body, .. }: Body,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let agent = agents::find(registry, &caller, &id).await?;
    let items = binding::items(body)?;
    let before = registry.list_bindings(scope, agent.id).await.map_err(|error| absent(error, &id))?;
    let mut all = Vec::with_capacity(items.len());
    for BindingItem { tool_id, enabled, config } in items {
        let tool = match tool_id.parse::<ToolId>() {
            // What another dialect bound, and this one can't show, may stay.
            Ok(bound) if before.iter().any(|binding| binding.tool == bound) => bound,
            _ => resolve(registry, &caller, &tool_id, &config).await?,
        };
        all.push(NewBinding { tool, enabled, config });
    }
    let saved = registry.replace_bindings(scope, agent.id, all).await.map_err(|error| absent(error, &id))?;
    ok(&listed(&views(registry, scope, &saved).await?, None))
}

/// The tool that a binding is to have; an organisation gets its copy of a prebuilt one now.
async fn resolve(
    registry: &Registry,
    caller: &Caller,
    tool_id: &str,
    config: &serde_json::Map<String, Value>,
) -> Result<ToolId, Failed> {
    match find(registry, caller, tool_id).await? {
        Found::Prebuilt(prebuilt) => {
            prebuilt.check_config(config)?;
            let draft = prebuilt.draft();
            Ok(registry.built_in_tool(caller, Dialect::Pyai, prebuilt.key(), draft).await?.id)
        }
        Found::Custom(tool) => {
            binding::check_capability(tool_id, &tool.draft)?;
            Ok(tool.id)
        }
    }
}

/// The bindings of an agent as they are shown; none when it is gone.
pub(super) async fn of_agent(
    registry: &Registry,
    scope: Scope,
    agent: AgentId,
) -> Result<Vec<Value>, Failed> {
    match registry.list_bindings(scope, agent).await {
        Ok(bindings) => views(registry, scope, &bindings).await,
        Err(RegistryError::NotFound(_)) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

async fn views(registry: &Registry, scope: Scope, bindings: &[Binding]) -> Result<Vec<Value>, Failed> {
    let ids: Vec<ToolId> = bindings.iter().map(|binding| binding.tool).collect();
    let tools = registry.tools_by_ids(scope, &ids).await?;
    let tools: HashMap<ToolId, _> = tools.into_iter().map(|tool| (tool.id, tool)).collect();
    let view = |bound: &Binding| {
        binding::view(bound, tools.get(&bound.tool), Prebuilt::from_copy(scope, bound.tool))
    };
    Ok(bindings.iter().map(view).collect())
}
