//! Agents.

use axum::extract::State;
use hookswitch_api::{
    Failure, Json, PageQuery, PathId, Query, SurfaceState, ToolsRead, ToolsWrite, value_into,
};
use hookswitch_model::{AgentId, ProjectId};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::{Allowed, Answer};
use super::{created, known, no_content, ok, page};
use crate::wire::agent::{AgentBody, AgentView};
use crate::wire::{ids, list::List, patch::merge};
use crate::{Native, NativeState};

/// Which agents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AgentQuery {
    /// Most entries of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List agents
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/agents", tag = "agents", operation_id = "listAgents", params(AgentQuery),
    responses((status = 200, description = "Agents, oldest first", body = List<AgentView>)))]
pub(super) async fn list(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    Query(query, _): Query<AgentQuery, Native>,
) -> Answer {
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    page::<_, AgentView>(state.registry().list_agents(caller.scope(), wanted).await?)
}

/// Create an agent
///
/// Needs the permission `tools:write`.
#[utoipa::path(post, path = "/v1/agents", tag = "agents", operation_id = "createAgent", request_body = AgentBody,
    responses((status = 201, description = "The agent", body = AgentView)))]
pub(super) async fn create(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    Json(body, _): Json<AgentBody, Native>,
) -> Answer {
    let (draft, project) = body.split();
    if let Some(project) = project {
        known(
            state.registry().get_project(caller.scope(), project).await,
            "$.project_id",
            "unknown_project",
        )?;
    }
    let project = project.unwrap_or(caller.key.project);
    created(&AgentView::from(state.registry().create_agent(caller.scope(), project, draft).await?))
}

/// Get an agent
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/agents/{id}", tag = "agents", operation_id = "getAgent",
    params(("id" = ids::AgentId, Path, description = "The agent")),
    responses((status = 200, description = "The agent", body = AgentView)))]
pub(super) async fn show(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    PathId(id, _): PathId<AgentId, Native>,
) -> Answer {
    ok(&AgentView::from(state.registry().get_agent(caller.scope(), id).await?))
}

/// Replace an agent
///
/// Running sessions keep what they started with. Needs the permission `tools:write`.
#[utoipa::path(put, path = "/v1/agents/{id}", tag = "agents", operation_id = "replaceAgent",
    params(("id" = ids::AgentId, Path, description = "The agent")), request_body = AgentBody,
    responses((status = 200, description = "The agent", body = AgentView)))]
pub(super) async fn replace(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<AgentId, Native>,
    Json(body, _): Json<AgentBody, Native>,
) -> Answer {
    save(&state, &caller, id, body).await
}

/// Change an agent
///
/// JSON merge patch (RFC 7396) over the agent as it is written. Needs the permission `tools:write`.
#[utoipa::path(patch, path = "/v1/agents/{id}", tag = "agents", operation_id = "patchAgent",
    params(("id" = ids::AgentId, Path, description = "The agent")),
    request_body(content = Object, description = "Members of the agent; null takes one away",
        example = json!({"greeting": "Hello!"})),
    responses((status = 200, description = "The agent", body = AgentView)))]
pub(super) async fn patch(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<AgentId, Native>,
    Json(change, _): Json<Value, Native>,
) -> Answer {
    if !change.is_object() {
        return Err(Failure::invalid("$", "invalid_type", "expected an object").into());
    }
    let stored = state.registry().get_agent(caller.scope(), id).await?;
    let written = serde_json::to_value(&stored.draft).map_err(|_| Failure::Internal)?;
    save(&state, &caller, id, value_into(merge(written, change))?).await
}

async fn save(state: &NativeState, caller: &Allowed<ToolsWrite>, id: AgentId, body: AgentBody) -> Answer {
    let (draft, project) = body.split();
    let stored = state.registry().get_agent(caller.scope(), id).await?;
    stays(project, stored.project)?;
    ok(&AgentView::from(state.registry().update_agent(caller.scope(), id, draft).await?))
}

/// An agent does not move between projects.
fn stays(named: Option<ProjectId>, own: ProjectId) -> Result<(), Failure> {
    match named {
        Some(project) if project != own => {
            Err(Failure::invalid("$.project_id", "conflict", "an agent stays in its project"))
        }
        _ => Ok(()),
    }
}

/// Delete an agent
///
/// With its bindings; running sessions go on. Needs the permission `tools:write`.
#[utoipa::path(delete, path = "/v1/agents/{id}", tag = "agents", operation_id = "deleteAgent",
    params(("id" = ids::AgentId, Path, description = "The agent")),
    responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<AgentId, Native>,
) -> Answer {
    state.registry().delete_agent(caller.scope(), id).await?;
    no_content()
}
