//! Phonic's custom-tool API: `wire` is pure (bodies ↔ model, errors), `routes` are thin handlers that call registry and
//! engine.

mod routes;
pub mod wire;

use axum::Router;
use axum::response::{IntoResponse, Response};
use hookswitch_api::{ErrorShape, Failure, SurfaceState};
use hookswitch_brain::Brains;
use hookswitch_engine::Engine;
use hookswitch_registry::Registry;
use http::{HeaderValue, StatusCode, header};

use wire::problem::{Problem, problem_of};

/// What the handlers work with; cheap to clone.
#[derive(Debug, Clone)]
pub struct PhonicState {
    engine: Engine,
    brains: Brains,
    conversations: routes::Conversations,
}

impl PhonicState {
    /// A state over an engine and its registry.
    pub fn new(engine: Engine) -> Self {
        let brains = Brains::new(engine.clone());
        Self { engine, brains, conversations: routes::Conversations::default() }
    }

    pub(crate) fn brains(&self) -> &Brains {
        &self.brains
    }

    pub(crate) fn conversations(&self) -> &routes::Conversations {
        &self.conversations
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

impl SurfaceState for PhonicState {
    fn registry(&self) -> &Registry {
        self.engine.registry()
    }
}

/// Phonic's shape of errors.
#[derive(Debug, Clone, Copy)]
pub struct Phonic;

impl ErrorShape for Phonic {
    fn render(failure: &Failure) -> Response {
        let problem = problem_of(failure);
        if problem.status >= 500 {
            tracing::error!(error = hookswitch_api::source_chain(failure), "a request failed");
        }
        answer(&problem)
    }
}

/// The answer for an error.
pub(crate) fn answer(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = HeaderValue::from_static("application/json");
    let mut response = (status, [(header::CONTENT_TYPE, kind)], problem.body().to_string()).into_response();
    if status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer realm=\"hookswitch\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}

/// The routes of this dialect, written for `/`.
pub fn router(state: PhonicState) -> Router {
    routes::router(state)
}
