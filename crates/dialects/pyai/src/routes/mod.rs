//! Thin handlers, one file a resource: they read the request, call registry or engine, and write the answer.

mod agents;
mod bindings;
mod calls;
mod found;
mod identity;
mod omni;
mod problems;
mod query;
mod socket;
mod tool_list;
mod tools;
mod trials;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hookswitch_api::{ErrorShape, Failure, NoteRouteLayer, answer_once};
use http::{HeaderValue, Method, Uri, header};
use serde_json::Value;

use crate::wire::trouble::{self, Trouble};
use crate::{Pyai, PyaiState};

pub(crate) use socket::TokensInUse;

pub(crate) type Answer = Result<Response, Failed>;
pub(crate) type Allowed<R> = hookswitch_api::Allowed<R, Pyai>;
pub(crate) type Body = hookswitch_api::AnyJson<Pyai>;
pub(crate) type Id = hookswitch_api::PathText<Pyai>;

/// What handlers return with `?`: the dialect's own trouble, or a failure of the house whose source goes to the log.
#[derive(Debug)]
pub(crate) enum Failed {
    Trouble(Trouble),
    House(Failure),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl<F: Into<Failure>> From<F> for Failed {
    fn from(failure: F) -> Self {
        Self::House(failure.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match self {
            Self::Trouble(trouble) => trouble.into_response(),
            Self::House(failure) => Pyai::render(&failure),
        }
    }
}

pub(crate) fn router(state: PyaiState) -> Router {
    Router::new()
        .route("/v1/tools", get(tool_list::list).post(tools::upsert))
        .route("/v1/tools/calls", get(calls::list))
        .route(
            "/v1/tools/{id}",
            get(tools::show).post(tools::update).patch(tools::update).delete(tools::delete),
        )
        .route("/v1/tools/{id}/test", post(trials::run))
        .route("/v1/tools/{id}/rotate-secret", post(tools::rotate))
        .route("/v1/agents", get(agents::list).post(agents::create))
        .route(
            "/v1/agents/{id}",
            get(agents::show).post(agents::update).patch(agents::update).delete(agents::delete),
        )
        .route("/v1/agents/{id}/tools", get(bindings::list).put(bindings::replace))
        .route("/v1/omni/sessions", post(omni::create))
        .route("/v1/webhooks/signing-secret", get(omni::signing).post(omni::rotate_signing))
        .route("/v1/me", get(identity::me))
        .route("/v1/models", get(identity::models))
        .route("/v1/voices", get(identity::voices))
        .route("/problems", get(problems::list))
        .route("/problems/{code}", get(problems::show))
        .method_not_allowed_fallback(|| async { Pyai::render(&Failure::MethodNotAllowed) })
        .route_layer(middleware::from_fn_with_state(state.clone(), answer_once::<PyaiState, Pyai>))
        .route("/v1/omni", get(socket::omni))
        .route("/v1/realtime", get(socket::realtime))
        .route("/v2/omni/chat", get(socket::chat))
        .route_layer(NoteRouteLayer)
        .fallback(no_route)
        .with_state(state)
}

async fn no_route(method: Method, uri: Uri) -> Response {
    let path: String = uri.path().chars().take(256).collect();
    Trouble::new(trouble::UNKNOWN_ROUTE, format!("No such route: {method} {path}")).into_response()
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    let kind = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
}

#[expect(clippy::unnecessary_wraps, reason = "the last line of handlers, which can fail")]
pub(crate) fn ok(body: &Value) -> Answer {
    Ok(json(StatusCode::OK, body))
}
