//! API keys.

use axum::extract::State;
use hookswitch_api::{Admin, Failure, Json, PageQuery, PathId, Query, SurfaceState};
use hookswitch_model::{KeyId, Mode};
use hookswitch_registry::{NewKey, RegistryError};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Allowed, Answer, created, ok, page};
use crate::wire::account::{CreatedKey, Key, NewKeyBody};
use crate::wire::{ids, list::List};
use crate::{Native, NativeState};

/// Which keys.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct KeyQuery {
    /// Most entries of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List keys
///
/// The keys of the caller's organisation and mode. Needs the permission `admin`.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", operation_id = "listKeys", params(KeyQuery),
    responses((status = 200, description = "Keys, newest first", body = List<Key>)))]
pub(super) async fn list(
    State(state): State<NativeState>,
    caller: Allowed<Admin>,
    Query(query, _): Query<KeyQuery, Native>,
) -> Answer {
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    page::<_, Key>(state.registry().list_keys(caller.scope(), wanted).await?)
}

/// Create a key
///
/// The key itself is in this answer and nowhere else. Needs the permission `admin`.
#[utoipa::path(post, path = "/v1/keys", tag = "keys", operation_id = "createKey", request_body = NewKeyBody,
    responses((status = 201, description = "The key, shown once", body = CreatedKey)))]
pub(super) async fn create(
    State(state): State<NativeState>,
    caller: Allowed<Admin>,
    Json(body, _): Json<NewKeyBody, Native>,
) -> Answer {
    let mode = body.mode.unwrap_or(caller.key.mode);
    if caller.key.mode == Mode::Test && mode == Mode::Live {
        return Err(Failure::NotAllowed("a test key can't make a live key").into());
    }
    let new = NewKey {
        name: body.name,
        mode,
        project: body.project_id.unwrap_or(caller.key.project),
        permissions: body.permissions,
        expires_at: body.expires_at,
    };
    let shown = state.registry().create_key(caller.scope(), new).await.map_err(|error| match error {
        RegistryError::NotFound("project") => {
            Failure::invalid("$.project_id", "unknown_project", "there is no such project")
        }
        other => other.into(),
    })?;
    created(&CreatedKey::from(shown))
}

/// Get a key
///
/// Needs the permission `admin`.
#[utoipa::path(get, path = "/v1/keys/{id}", tag = "keys", operation_id = "getKey",
    params(("id" = ids::KeyId, Path, description = "The key")),
    responses((status = 200, description = "The key", body = Key)))]
pub(super) async fn show(
    State(state): State<NativeState>,
    caller: Allowed<Admin>,
    PathId(id, _): PathId<KeyId, Native>,
) -> Answer {
    ok(&Key::from(state.registry().get_key(caller.scope(), id).await?))
}

/// Revoke a key
///
/// No request with it is let in any more. Revoking a revoked key changes nothing. Needs the permission `admin`.
#[utoipa::path(post, path = "/v1/keys/{id}/revoke", tag = "keys", operation_id = "revokeKey",
    params(("id" = ids::KeyId, Path, description = "The key")),
    responses((status = 200, description = "The revoked key", body = Key)))]
pub(super) async fn revoke(
    State(state): State<NativeState>,
    caller: Allowed<Admin>,
    PathId(id, _): PathId<KeyId, Native>,
) -> Answer {
    ok(&Key::from(state.registry().revoke_key(caller.scope(), id).await?))
}
