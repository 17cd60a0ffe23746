//! The saved versions of a tool.

use axum::extract::State;
use hookswitch_api::{Json, PageQuery, PathId, PathIds, Query, SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::ToolId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Allowed, Answer, ok, page};
use crate::wire::tool::{Rollback, SavedToolView, ToolVersionView};
use crate::wire::{ids, list::List};
use crate::{Native, NativeState};

/// Which versions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionQuery {
    /// Most entries of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the versions of a tool
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/tools/{id}/versions", tag = "tools", operation_id = "listToolVersions",
    params(("id" = ids::ToolId, Path, description = "The tool"), VersionQuery),
    responses((status = 200, description = "Versions, newest first", body = List<ToolVersionView>)))]
pub(super) async fn list(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    PathId(id, _): PathId<ToolId, Native>,
    Query(query, _): Query<VersionQuery, Native>,
) -> Answer {
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    page::<_, ToolVersionView>(state.registry().list_versions(caller.scope(), id, wanted).await?)
}

/// Get a version of a tool
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/tools/{id}/versions/{version}", tag = "tools", operation_id = "getToolVersion",
    params(("id" = ids::ToolId, Path, description = "The tool"), ("version" = u32, Path, minimum = 1)),
    responses((status = 200, description = "The version", body = ToolVersionView)))]
pub(super) async fn show(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    PathIds(id, version, _): PathIds<ToolId, u32, Native>,
) -> Answer {
    ok(&ToolVersionView::from(state.registry().get_version(caller.scope(), id, version).await?))
}

/// Put an earlier version back
///
/// It is saved as a new version; what was sealed then is still there. Needs the permission `tools:write`.
#[utoipa::path(post, path = "/v1/tools/{id}/rollback", tag = "tools", operation_id = "rollbackTool",
    params(("id" = ids::ToolId, Path, description = "The tool")), request_body = Rollback,
    responses((status = 200, description = "The tool", body = SavedToolView)))]
pub(super) async fn roll_back(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<ToolId, Native>,
    Json(body, _): Json<Rollback, Native>,
) -> Answer {
    let saved = state.registry().roll_back_tool(caller.scope(), id, body.version, caller.key.id).await?;
    ok(&super::packages::shown_saved(&state, caller.scope(), saved).await)
}
