//! Tokens for the session socket.

use std::time::Duration;

use axum::extract::State;
use hookswitch_api::{Json, PathId, Sessions, SurfaceState};
use hookswitch_engine::EngineError;
use hookswitch_model::SessionId;
use hookswitch_registry::NewLinkToken;

use super::{Allowed, Answer, created};
use crate::wire::ids;
use crate::wire::link_token::{LinkTokenBody, NewLinkTokenBody};
use crate::{Native, NativeState};

/// Make a token for the socket of a session
///
/// For browsers and apps, where a key must not go. It opens the socket of this session alone, in one role, until it
/// expires; a socket that is open then goes on. Shown this once. Needs the permission `sessions`.
#[utoipa::path(post, path = "/v1/sessions/{id}/tokens", tag = "sessions", operation_id = "createSessionToken",
    params(("id" = ids::SessionId, Path, description = "The session")), request_body = NewLinkTokenBody,
    responses((status = 201, description = "The token", body = LinkTokenBody)))]
pub(super) async fn create(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<SessionId, Native>,
    Json(body, _): Json<NewLinkTokenBody, Native>,
) -> Answer {
    let new = NewLinkToken {
        session: id,
        kind: body.role.as_str(),
        origins: body.allowed_origins,
        life: Duration::from_secs(body.ttl_seconds.unwrap_or(600)),
    };
    if state.engine().get_session(caller.scope(), id).await?.ended_at.is_some() {
        return Err(EngineError::SessionEnded.into());
    }
    let shown = state.registry().create_link_token(&caller, new).await?;
    created(&LinkTokenBody::new(&shown, id, body.role))
}
