//! The session socket: who may open it, which version is spoken, and the conversation on it.

mod admission;
mod talk;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use hookswitch_api::{Failure, PathId, Socket, bounded};
use hookswitch_model::SessionId;
use http::{HeaderMap, HeaderValue};

use crate::routes::Answer;
use crate::wire::ids;
use crate::wire::socket::PROTOCOL;
use crate::{Native, NativeState};

use admission::admit;

/// Open the socket of a session
///
/// A WebSocket of JSON text frames for a runtime or an app; see `/v1/asyncapi.json`. The subprotocol is
/// `hookswitch.v1`. A key needs the permission `sessions`; a token of `POST /v1/sessions/{id}/tokens` goes in its place,
/// from a web page as a second subprotocol `hookswitch.token.<token>`, and only from a page that it names.
#[utoipa::path(get, path = "/v1/sessions/{id}/socket", tag = "sessions", operation_id = "sessionSocket",
    params(("id" = ids::SessionId, Path, description = "The session"),
        ("Sec-WebSocket-Protocol" = Option<String>, Header, description = "`hookswitch.v1`")),
    responses((status = 101, description = "The socket is open"),
        (status = 409, description = "The session has ended")))]
pub(super) async fn open(
    State(state): State<NativeState>,
    PathId(id, _): PathId<SessionId, Native>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer {
    let admitted = admit(&state, id, &headers).await?;
    let mut upgrade = upgrade.map_err(|_| {
        Failure::invalid("$header.upgrade", "not_a_websocket", "this path is a WebSocket of version 13")
    })?;
    // Says before the upgrade what can be said by a status: not found, ended.
    if state.engine().get_session(admitted.scope, id).await?.ended_at.is_some() {
        return Err(hookswitch_engine::EngineError::SessionEnded.into());
    }
    choose_protocol(&mut upgrade)?;
    Ok(bounded(upgrade).on_upgrade(move |socket| talk::hold(state, id, admitted, Socket::new(socket))))
}

/// Version 1 for whoever offers it, and for whoever offers no protocol at all.
fn choose_protocol(upgrade: &mut WebSocketUpgrade) -> Result<(), Failure> {
    let offered: Vec<String> =
        upgrade.requested_protocols().filter_map(|value| value.to_str().ok().map(str::to_owned)).collect();
    if offered.iter().any(|offered| offered == PROTOCOL) {
        upgrade.set_selected_protocol(HeaderValue::from_static(PROTOCOL));
    } else if !offered.is_empty() {
        return Err(Failure::invalid(
            "$header.sec-websocket-protocol",
            "unsupported_version",
            "this server speaks hookswitch.v1",
        ));
    }
    Ok(())
}

/// The AsyncAPI document.
pub(super) async fn document() -> Response {
    use axum::response::IntoResponse;
    let kind = [(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (kind, crate::wire::socket::document::document_text()).into_response()
}
