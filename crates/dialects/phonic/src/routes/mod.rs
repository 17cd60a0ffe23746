//! Thin handlers, one file a resource: they fetch what the wire needs, call registry or engine, and write the answer.

mod agent_tools;
mod agent_view;
mod agents;
mod bodies;
mod calls;
mod conversations;
mod projects;
mod scopes;
mod socket;
mod tokens;
mod tool_lookup;
mod tools;

use axum::Router;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use hookswitch_api::{ErrorShape, Failed, Failure, NoteRouteLayer, answer_once};
use hookswitch_engine::EngineError;
use hookswitch_registry::RegistryError;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::wire::param_errors::ParamErrors;
use crate::wire::problem::Problem;
use crate::{Phonic, PhonicState};

pub(crate) use socket::Conversations;

pub(crate) type Allowed<R> = hookswitch_api::Allowed<R, Phonic>;

/// What ends a request without its answer.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Worded by the handler.
    Problem(Problem),
    /// Worded for all handlers alike.
    Failure(Failure),
}

pub(crate) type Answer = Result<Response, Refused>;

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => crate::answer(&problem),
            Self::Failure(failure) => Failed::<Phonic>::from(failure).into_response(),
        }
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<ParamErrors> for Refused {
    fn from(errors: ParamErrors) -> Self {
        Self::Problem(Problem::invalid(errors))
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<RegistryError> for Refused {
    fn from(error: RegistryError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        Self::Failure(error.into())
    }
}

/// A JSON answer.
#[expect(clippy::unnecessary_wraps, reason = "the last line of handlers, which can fail")]
pub(crate) fn json_answer(status: StatusCode, body: &Value) -> Answer {
    let kind = HeaderValue::from_static("application/json");
    Ok((status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response())
}

pub(crate) fn ok(body: &Value) -> Answer {
    json_answer(StatusCode::OK, body)
}

/// `{"success":true}`
pub(crate) fn success() -> Answer {
    ok(&json!({"success": true}))
}

pub(crate) fn router(state: PhonicState) -> Router {
    let not_found = || async { Phonic::render(&Failure::NotFound("path")) };
    Router::new()
        .route("/v1/tools", get(tools::list).post(tools::create))
        .route("/v1/tools/{name}", get(tools::show).patch(tools::change).delete(tools::delete))
        .route("/v1/projects", get(projects::list).post(projects::create))
        .route("/v1/projects/{name}", get(projects::show).patch(projects::change).delete(projects::delete))
        .route("/v1/agents", get(agents::list).post(agents::create))
        .route("/v1/agents/upsert", put(agents::upsert))
        .route("/v1/agents/{name}", get(agents::show).patch(agents::change).delete(agents::delete))
        .route("/v1/agents/{name}/enable", post(agents::enable))
        .route("/v1/agents/{name}/disable", post(agents::disable))
        .route("/v1/auth/session_token", post(tokens::session))
        .route("/v1/auth/conversation_token", post(tokens::conversation))
        .route("/v1/conversations/outbound_call", post(calls::place))
        .route("/v1/conversations/{id}", get(conversations::show))
        .method_not_allowed_fallback(not_found)
        .route_layer(middleware::from_fn_with_state(state.clone(), answer_once::<PhonicState, Phonic>))
        .route_layer(middleware::from_fn_with_state(state.clone(), tokens::refuse_tokens))
        // Who comes with a token may open these.
        .route("/v1/sts/ws", get(socket::open))
        .route("/v1/v1/sts/ws", get(socket::open))
        .route_layer(NoteRouteLayer)
        .fallback(not_found)
        .with_state(state)
}
