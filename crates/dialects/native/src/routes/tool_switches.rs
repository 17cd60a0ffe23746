//! Tools switched on and off, and their signing secrets.

use axum::extract::State;
use hookswitch_api::{PathId, SurfaceState, ToolsWrite};
use hookswitch_model::ToolId;
use secrecy::ExposeSecret;

use super::{Allowed, Answer, ok};
use crate::wire::ids;
use crate::wire::tool::{RotatedSecret, Tool};
use crate::{Native, NativeState};

/// Enable a tool
///
/// Needs the permission `tools:write`.
#[utoipa::path(post, path = "/v1/tools/{id}/enable", tag = "tools", operation_id = "enableTool",
    params(("id" = ids::ToolId, Path, description = "The tool")),
    responses((status = 200, description = "The tool", body = Tool)))]
pub(super) async fn enable(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<ToolId, Native>,
) -> Answer {
    let tool = state.registry().set_tool_enabled(caller.scope(), id, true).await?;
    ok(&super::packages::shown(&state, caller.scope(), tool).await)
}

/// Disable a tool
///
/// It stays bound; calls to it are refused from the next one on. Needs the permission `tools:write`.
#[utoipa::path(post, path = "/v1/tools/{id}/disable", tag = "tools", operation_id = "disableTool",
    params(("id" = ids::ToolId, Path, description = "The tool")),
    responses((status = 200, description = "The tool", body = Tool)))]
pub(super) async fn disable(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<ToolId, Native>,
) -> Answer {
    let tool = state.registry().set_tool_enabled(caller.scope(), id, false).await?;
    ok(&super::packages::shown(&state, caller.scope(), tool).await)
}

/// Make a new signing secret
///
/// Requests are signed with both secrets until `previous_valid_until`. Needs the permission `tools:write`.
#[utoipa::path(post, path = "/v1/tools/{id}/rotate-signing-secret", tag = "tools",
    operation_id = "rotateSigningSecret", params(("id" = ids::ToolId, Path, description = "The tool")),
    responses((status = 200, description = "The new secret, shown once", body = RotatedSecret)))]
pub(super) async fn rotate_signing_secret(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<ToolId, Native>,
) -> Answer {
    let (secret, until) = state.registry().rotate_signing_secret(caller.scope(), id).await?;
    ok(&RotatedSecret { signing_secret: secret.expose_secret().to_owned(), previous_valid_until: until })
}
