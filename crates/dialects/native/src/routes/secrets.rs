//! Named secrets.

use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_api::{Failure, Json, PageQuery, PathText, Query, SurfaceState, ToolsRead, ToolsSecrets};
use hookswitch_model::name::SecretName;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Allowed, Answer, json, no_content, page};
use crate::wire::secret::{SecretBody, SecretView};
use crate::wire::{ids, list::List};
use crate::{Native, NativeState};

/// Which secrets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SecretQuery {
    /// Most entries of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List secrets
///
/// Names, fingerprints and times; never values. Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/secrets", tag = "secrets", operation_id = "listSecrets", params(SecretQuery),
    responses((status = 200, description = "Secrets, oldest first", body = List<SecretView>)))]
pub(super) async fn list(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    Query(query, _): Query<SecretQuery, Native>,
) -> Answer {
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    page::<_, SecretView>(state.registry().list_secrets(caller.scope(), wanted).await?)
}

/// Set a secret
///
/// Reaches running sessions at their next attempt. Names differ without regard to case. Needs the permission
/// `tools:secrets`.
#[utoipa::path(put, path = "/v1/secrets/{name}", tag = "secrets", operation_id = "putSecret",
    params(("name" = ids::SecretName, Path, description = "The name")), request_body = SecretBody,
    responses((status = 200, description = "Set anew", body = SecretView),
        (status = 201, description = "Set for the first time", body = SecretView)))]
pub(super) async fn put(
    State(state): State<NativeState>,
    caller: Allowed<ToolsSecrets>,
    PathText(name, _): PathText<Native>,
    Json(body, _): Json<SecretBody, Native>,
) -> Answer {
    let name = SecretName::parse(name)
        .map_err(|error| Failure::invalid("$path.name", "invalid_name", error.to_string()))?;
    let (secret, warning) = state.registry().put_secret(caller.scope(), name, &body.value).await?;
    // Both stamps are of one moment when it is first set.
    let is_new = secret.created_at == secret.updated_at;
    let mut view = SecretView::from(secret);
    view.warnings = Some(warning.into_iter().map(str::to_owned).collect());
    Ok(json(if is_new { StatusCode::CREATED } else { StatusCode::OK }, &view))
}

/// Delete a secret
///
/// Calls that need it are refused from now on. Needs the permission `tools:secrets`.
#[utoipa::path(delete, path = "/v1/secrets/{name}", tag = "secrets", operation_id = "deleteSecret",
    params(("name" = ids::SecretName, Path, description = "The name")),
    responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(
    State(state): State<NativeState>,
    caller: Allowed<ToolsSecrets>,
    PathText(name, _): PathText<Native>,
) -> Answer {
    let name = SecretName::parse(name).map_err(|_| Failure::NotFound("secret"))?;
    state.registry().delete_secret(caller.scope(), &name).await?;
    no_content()
}
