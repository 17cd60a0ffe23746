//! The door for the server's commands: one signed POST.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use hookswitch_telephony::wire::{self, Ask};
use http::{HeaderMap, StatusCode, header};

use crate::engine::Engine;

/// The router of the control address.
pub(crate) fn router(engine: Arc<Engine>) -> Router {
    Router::new().route("/", post(take)).layer(DefaultBodyLimit::max(wire::MAX_BODY)).with_state(engine)
}

async fn take(State(engine): State<Arc<Engine>>, headers: HeaderMap, body: Bytes) -> Response {
    let now = jiff::Timestamp::now().as_second();
    if !wire::is_signed(&headers, &body, now, &engine.secret) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Ok(ask) = serde_json::from_slice::<Ask>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let answer = engine.answer(ask);
    match serde_json::to_vec(&answer) {
        Ok(bytes) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
