//! Tools: read, saved, switched, checked.

use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_api::{
    Failure, Json, PageQuery, PathId, PathText, Query, SurfaceState, ToolsRead, ToolsWrite, value_into,
};
use hookswitch_model::draft::{Kind, ToolDraft};
use hookswitch_model::name::{ToolName, function_name};
use hookswitch_model::{Dialect, ToolId};
use hookswitch_registry::{Order, RegistryError, ToolFilter, redact_draft};
use hookswitch_schema::to_openai;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::packages::{shown, shown_saved};
use super::{Allowed, Answer};
use super::{created, expected_version, json, no_content, ok, project_of};
use crate::wire::finding::findings_of;
use crate::wire::lowering::LoweredBody;
use crate::wire::tool::{Checked, SavedToolView, Stats, Tool};
use crate::wire::{draft, ids, list::List, patch::merge, words};
use crate::{Native, NativeState};

/// Which tools.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ToolQuery {
    /// A piece of name, display name or description, without regard to case.
    search: Option<String>,
    /// What runs them.
    #[param(value_type = Option<words::Kind>, inline)]
    kind: Option<Kind>,
    /// The API they were made in.
    #[param(value_type = Option<words::Dialect>, inline)]
    dialect: Option<Dialect>,
    /// Whether they are enabled.
    enabled: Option<bool>,
    /// A tag they carry.
    tag: Option<String>,
    /// Most entries of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List tools
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/tools", tag = "tools", operation_id = "listTools", params(ToolQuery),
    responses((status = 200, description = "Tools, oldest first", body = List<Tool>)))]
pub(super) async fn list(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    Query(query, _): Query<ToolQuery, Native>,
) -> Answer {
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    let filter = ToolFilter {
        search: query.search,
        kind: query.kind,
        dialect: query.dialect,
        enabled: query.enabled,
        tag: query.tag,
        order: Order::OldestFirst,
    };
    let found = state.registry().list_tools(caller.scope(), &filter, wanted).await?;
    let mut data = Vec::new();
    for tool in found.items {
        data.push(shown(&state, caller.scope(), tool).await);
    }
    ok(&List { data, next_cursor: found.next.map(|cursor| cursor.to_string()) })
}

/// Create a tool
///
/// Its name must be free. The secret that signs its requests is shown this once. Needs the permission
/// `tools:write`.
#[utoipa::path(post, path = "/v1/tools", tag = "tools", operation_id = "createTool", request_body = draft::NewTool,
    responses((status = 201, description = "The tool", body = SavedToolView)))]
pub(super) async fn create(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    Json(body, _): Json<Value, Native>,
) -> Answer {
    let (draft, project) = split(body)?;
    let registry = state.registry();
    let project = project_of(registry, caller.scope(), caller.key.project, project.as_deref()).await?;
    let saved = registry.create_tool(caller.scope(), project, Dialect::Native, draft, caller.key.id).await?;
    created(&shown_saved(&state, caller.scope(), saved).await)
}

/// Create or save a tool by its name
///
/// Creates the tool, or saves a new version of the one that has the name; a definition equal to the stored one
/// changes nothing. Needs the permission `tools:write`.
#[utoipa::path(put, path = "/v1/tools/by-name/{name}", tag = "tools", operation_id = "putTool",
    params(("name" = ids::ToolName, Path, description = "The name")), request_body = draft::NewTool,
    responses((status = 200, description = "Saved, or unchanged", body = SavedToolView),
        (status = 201, description = "Created", body = SavedToolView)))]
pub(super) async fn upsert(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathText(name, _): PathText<Native>,
    Json(body, _): Json<Value, Native>,
) -> Answer {
    let (draft, project) = split(body)?;
    if draft.name != name {
        return Err(Failure::invalid("$.name", "conflict", "must equal the name in the path").into());
    }
    let registry = state.registry();
    let project = project_of(registry, caller.scope(), caller.key.project, project.as_deref()).await?;
    let saved = registry.upsert_tool(caller.scope(), project, Dialect::Native, draft, caller.key.id).await?;
    let status = if saved.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(json(status, &shown_saved(&state, caller.scope(), saved).await))
}

/// The draft and the project of a body.
fn split(mut body: Value) -> Result<(ToolDraft, Option<String>), Failure> {
    let project = match body.as_object_mut().and_then(|members| members.shift_remove("project")) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(_) => return Err(Failure::invalid("$.project", "invalid_type", "an id or name of a project")),
    };
    Ok((value_into(body)?, project))
}

/// Get a tool by its name
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/tools/by-name/{name}", tag = "tools", operation_id = "getToolByName",
    params(("name" = ids::ToolName, Path, description = "The name, byte for byte")),
    responses((status = 200, description = "The tool", body = Tool)))]
pub(super) async fn by_name(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    PathText(name, _): PathText<Native>,
) -> Answer {
    let name = ToolName::parse(name).map_err(|_| Failure::NotFound("tool"))?;
    let tool = state.registry().tool_by_name(caller.scope(), &name).await?;
    ok(&shown(&state, caller.scope(), tool).await)
}

/// Get a tool
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/tools/{id}", tag = "tools", operation_id = "getTool",
    params(("id" = ids::ToolId, Path, description = "The tool")),
    responses((status = 200, description = "The tool", body = Tool)))]
pub(super) async fn show(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    PathId(id, _): PathId<ToolId, Native>,
) -> Answer {
    let tool = state.registry().get_tool(caller.scope(), id).await?;
    ok(&shown(&state, caller.scope(), tool).await)
}

/// Replace the definition of a tool
///
/// Saves a new version. Needs the permission `tools:write`.
#[utoipa::path(put, path = "/v1/tools/{id}", tag = "tools", operation_id = "replaceTool",
    params(("id" = ids::ToolId, Path, description = "The tool"),
        ("If-Match" = Option<String>, Header, description = "The version that the change was made for, in quotes")),
    request_body = draft::ToolDraft, responses((status = 200, description = "The tool", body = SavedToolView)))]
pub(super) async fn replace(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<ToolId, Native>,
    headers: HeaderMap,
    Json(draft, _): Json<ToolDraft, Native>,
) -> Answer {
    let expected = expected_version(&headers)?;
    let saved = state.registry().update_tool(caller.scope(), id, expected, draft, caller.key.id).await?;
    ok(&shown_saved(&state, caller.scope(), saved).await)
}

/// Change a tool
///
/// JSON merge patch (RFC 7396) over the definition as it is shown; `enabled` switches the tool. Saves a new
/// version when the definition changes. Needs the permission `tools:write`.
#[utoipa::path(patch, path = "/v1/tools/{id}", tag = "tools", operation_id = "patchTool",
    params(("id" = ids::ToolId, Path, description = "The tool"),
        ("If-Match" = Option<String>, Header, description = "The version that the change was made for, in quotes")),
    request_body(content = Object, description = "Members of the definition; null takes one away",
        example = json!({"timeout_ms": 3000, "enabled": true})),
    responses((status = 200, description = "The tool", body = SavedToolView)))]
pub(super) async fn patch(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<ToolId, Native>,
    headers: HeaderMap,
    Json(mut change, _): Json<Value, Native>,
) -> Answer {
    let Some(members) = change.as_object_mut() else {
        return Err(Failure::invalid("$", "invalid_type", "expected an object").into());
    };
    let enabled = match members.shift_remove("enabled") {
        None => None,
        Some(Value::Bool(enabled)) => Some(enabled),
        Some(_) => return Err(Failure::invalid("$.enabled", "invalid_type", "expected true or false").into()),
    };
    let (registry, scope) = (state.registry(), caller.scope());
    let stored = registry.get_tool(scope, id).await?;
    let shown = serde_json::to_value(redact_draft(&stored.draft)).map_err(|_| Failure::Internal)?;
    let draft: ToolDraft = value_into(merge(shown, change))?;
    // What the patch was laid over is what it must replace, also when the caller names no version.
    let expected = expected_version(&headers)?.unwrap_or(stored.version);
    let mut saved = registry.update_tool(scope, id, Some(expected), draft, caller.key.id).await?;
    if let Some(enabled) = enabled
        && enabled != saved.tool.enabled
    {
        saved.tool = registry.set_tool_enabled(scope, id, enabled).await?;
    }
    ok(&shown_saved(&state, caller.scope(), saved).await)
}

/// Delete a tool
///
/// With its versions, bindings and sealed values; its executions stay. Needs the permission `tools:write`.
#[utoipa::path(delete, path = "/v1/tools/{id}", tag = "tools", operation_id = "deleteTool",
    params(("id" = ids::ToolId, Path, description = "The tool")), responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<ToolId, Native>,
) -> Answer {
    state.registry().delete_tool(caller.scope(), id).await?;
    no_content()
}

/// Statistics of a tool
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/tools/{id}/stats", tag = "tools", operation_id = "toolStats",
    params(("id" = ids::ToolId, Path, description = "The tool")),
    responses((status = 200, description = "Its counters", body = Stats)))]
pub(super) async fn stats(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    PathId(id, _): PathId<ToolId, Native>,
) -> Answer {
    state.engine().flush().await?;
    ok(&Stats::from(state.registry().tool_stats(caller.scope(), id).await?))
}

/// Check a definition
///
/// Saves nothing. All errors and warnings, and the function as a model would see it. Needs the permission
/// `tools:read`.
#[utoipa::path(post, path = "/v1/tools/check", tag = "tools", operation_id = "checkTool",
    request_body = draft::ToolDraft, responses((status = 200, description = "What was found", body = Checked)))]
pub(super) async fn check(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    Json(draft, _): Json<ToolDraft, Native>,
) -> Answer {
    let effect = draft.effective_effect();
    let checked = match state.registry().check_with_code(caller.scope(), &draft).await {
        Ok((definition, findings)) => {
            let shown = definition.arguments.shown();
            let function = to_openai(&function_name(&definition.name), &definition.description, shown);
            let lowering = LoweredBody::all(shown);
            let findings = findings_of(&findings);
            Checked { valid: true, findings, effect, function: Some(function), lowering }
        }
        Err(RegistryError::Invalid(findings)) => {
            let findings = findings_of(&findings);
            Checked { valid: false, findings, effect, function: None, lowering: Vec::new() }
        }
        Err(error) => return Err(error.into()),
    };
    ok(&checked)
}
