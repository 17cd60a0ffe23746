//! Projects.

use axum::extract::State;
use hookswitch_api::{Admin, Json, PageQuery, PathId, Query, SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::ProjectId;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Allowed, Answer, created, ok, page};
use crate::wire::account::{NewProject, ProjectView};
use crate::wire::tool::RotatedSecret;
use crate::wire::{ids, list::List};
use crate::{Native, NativeState};

/// Which projects.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ProjectQuery {
    /// Most entries of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List projects
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/projects", tag = "projects", operation_id = "listProjects", params(ProjectQuery),
    responses((status = 200, description = "Projects, oldest first", body = List<ProjectView>)))]
pub(super) async fn list(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    Query(query, _): Query<ProjectQuery, Native>,
) -> Answer {
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    page::<_, ProjectView>(state.registry().list_projects(caller.scope(), wanted).await?)
}

/// Create a project
///
/// Needs the permission `admin`.
#[utoipa::path(post, path = "/v1/projects", tag = "projects", operation_id = "createProject",
    request_body = NewProject, responses((status = 201, description = "The project", body = ProjectView)))]
pub(super) async fn create(
    State(state): State<NativeState>,
    caller: Allowed<Admin>,
    Json(body, _): Json<NewProject, Native>,
) -> Answer {
    created(&ProjectView::from(state.registry().create_project(caller.scope(), body.name).await?))
}

/// Get a project
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/projects/{id}", tag = "projects", operation_id = "getProject",
    params(("id" = ids::ProjectId, Path, description = "The project")),
    responses((status = 200, description = "The project", body = ProjectView)))]
pub(super) async fn show(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    PathId(id, _): PathId<ProjectId, Native>,
) -> Answer {
    ok(&ProjectView::from(state.registry().get_project(caller.scope(), id).await?))
}

/// Make a new signing secret of a project
///
/// It signs for the tools whose `signature` is `project`; both secrets sign until `previous_valid_until`. Live and test
/// have their own. Needs the permission `tools:write`.
#[utoipa::path(post, path = "/v1/projects/{id}/rotate-signing-secret", tag = "projects",
    operation_id = "rotateProjectSigningSecret",
    params(("id" = ids::ProjectId, Path, description = "The project")),
    responses((status = 200, description = "The new secret, shown once", body = RotatedSecret)))]
pub(super) async fn rotate_signing_secret(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<ProjectId, Native>,
) -> Answer {
    let (secret, until) = state.registry().rotate_project_signing_secret(caller.scope(), id).await?;
    ok(&RotatedSecret { signing_secret: secret.expose_secret().to_owned(), previous_valid_until: until })
}
