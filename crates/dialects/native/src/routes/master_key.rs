//! Rotation of the master key, for the operator.

use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_api::{Admin, SurfaceState};

use super::orgs::only_operator;
use super::{Allowed, Answer, json, ok};
use crate::NativeState;
use crate::wire::master_key::MasterKey;

/// The master keys
///
/// Ids only, and how far a re-wrap is. For the operator: an admin of the first organisation.
#[utoipa::path(get, path = "/v1/master-key", tag = "server", operation_id = "masterKey",
    responses((status = 200, description = "The keys", body = MasterKey)))]
pub(super) async fn status(State(state): State<NativeState>, caller: Allowed<Admin>) -> Answer {
    only_operator(&state, &caller).await?;
    ok(&MasterKey::from(state.registry().master_key_status()))
}

/// Rotate the master key
///
/// A new key seals from now on; stored values move to it in the background. For the operator: an admin of the first
/// organisation.
#[utoipa::path(post, path = "/v1/master-key/rotate", tag = "server", operation_id = "rotateMasterKey",
    responses((status = 202, description = "Rotated; the re-wrap goes on", body = MasterKey)))]
pub(super) async fn rotate(State(state): State<NativeState>, caller: Allowed<Admin>) -> Answer {
    only_operator(&state, &caller).await?;
    let status = state.registry().rotate_master_key().await?;
    Ok(json(StatusCode::ACCEPTED, &MasterKey::from(status)))
}
