//! Tools bound to agents.

use axum::extract::State;
use hookswitch_api::{Failure, Json, PathId, PathIds, SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::binding::Binding;
use hookswitch_model::{AgentId, Scope, ToolId};
use hookswitch_registry::{NewBinding, RegistryError};

use super::{Allowed, Answer, no_content, ok};
use crate::wire::agent::{BindingBody, BindingItem, BindingView};
use crate::wire::{ids, list::Whole};
use crate::{Native, NativeState};

/// List the tools of an agent
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/agents/{id}/tools", tag = "agents", operation_id = "listBindings",
    params(("id" = ids::AgentId, Path, description = "The agent")),
    responses((status = 200, description = "Its bindings", body = Whole<BindingView>)))]
pub(super) async fn list(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    PathId(id, _): PathId<AgentId, Native>,
) -> Answer {
    let bindings = state.registry().list_bindings(caller.scope(), id).await?;
    ok(&Whole { data: views(&state, caller.scope(), &bindings).await? })
}

/// Replace all tools of an agent
///
/// All or, on any error, none. Needs the permission `tools:write`.
#[utoipa::path(put, path = "/v1/agents/{id}/tools", tag = "agents", operation_id = "replaceBindings",
    params(("id" = ids::AgentId, Path, description = "The agent")), request_body = Vec<BindingItem>,
    responses((status = 200, description = "Its bindings", body = Whole<BindingView>)))]
pub(super) async fn replace(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<AgentId, Native>,
    Json(body, _): Json<Vec<BindingItem>, Native>,
) -> Answer {
    let scope = caller.scope();
    // Which one is unknown is said by its place; the registry would only say that one is.
    for (index, item) in body.iter().enumerate() {
        match state.registry().get_tool(scope, item.tool_id).await {
            Ok(_) => {}
            Err(RegistryError::NotFound(_)) => {
                state.registry().get_agent(scope, id).await?;
                let at = format!("$[{index}].tool_id");
                return Err(Failure::invalid(at, "unknown_tool", "there is no such tool").into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    let all = body.into_iter().map(NewBinding::from).collect();
    let bindings = state.registry().replace_bindings(scope, id, all).await?;
    ok(&Whole { data: views(&state, scope, &bindings).await? })
}

/// Bind a tool to an agent, or change the binding
///
/// Needs the permission `tools:write`.
#[utoipa::path(put, path = "/v1/agents/{id}/tools/{tool_id}", tag = "agents", operation_id = "putBinding",
    params(("id" = ids::AgentId, Path, description = "The agent"),
        ("tool_id" = ids::ToolId, Path, description = "The tool")),
    request_body = BindingBody, responses((status = 200, description = "The binding", body = BindingView)))]
pub(super) async fn put(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathIds(agent, tool, _): PathIds<AgentId, ToolId, Native>,
    Json(body, _): Json<BindingBody, Native>,
) -> Answer {
    let new = NewBinding { tool, enabled: body.enabled, config: body.config };
    let binding = state.registry().put_binding(caller.scope(), agent, new).await?;
    let tool = state.registry().get_tool(caller.scope(), tool).await?;
    ok(&BindingView::of(&binding, tool))
}

/// Take a tool from an agent
///
/// Needs the permission `tools:write`.
#[utoipa::path(delete, path = "/v1/agents/{id}/tools/{tool_id}", tag = "agents", operation_id = "deleteBinding",
    params(("id" = ids::AgentId, Path, description = "The agent"),
        ("tool_id" = ids::ToolId, Path, description = "The tool")),
    responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathIds(agent, tool, _): PathIds<AgentId, ToolId, Native>,
) -> Answer {
    state.registry().delete_binding(caller.scope(), agent, tool).await?;
    no_content()
}

async fn views(state: &NativeState, scope: Scope, bindings: &[Binding]) -> Result<Vec<BindingView>, Failure> {
    let mut shown = Vec::with_capacity(bindings.len());
    for binding in bindings {
        match state.registry().get_tool(scope, binding.tool).await {
            Ok(tool) => shown.push(BindingView::of(binding, tool)),
            // Deleted in between, and its bindings with it.
            Err(RegistryError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(shown)
}
