//! The native API under `/v1`: `wire` is pure (wire types, error bodies, the document's schemas), `routes` are thin
//! handlers that call registry and engine.

mod openapi;
mod routes;
pub mod wire;

use axum::Router;
use axum::response::{IntoResponse, Response};
use hookswitch_api::{ErrorShape, Failure, SurfaceState};
use hookswitch_brain::Brains;
use hookswitch_engine::Engine;
use hookswitch_registry::Registry;
use http::{HeaderValue, StatusCode, header};
use tokio_util::sync::CancellationToken;

use wire::failure::{Blame, problem_of, retry_after};

pub use openapi::document;

/// What the handlers work with; cheap to clone.
#[derive(Debug, Clone)]
pub struct NativeState {
    engine: Engine,
    brains: Brains,
    stopping: CancellationToken,
}

impl NativeState {
    /// A state over an engine and its registry. Streams of events end when `stopping` is cancelled: their readers
    /// come back with `Last-Event-ID`.
    pub fn new(engine: Engine, stopping: CancellationToken) -> Self {
        Self { brains: Brains::new(engine.clone()), engine, stopping }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

impl NativeState {
    pub(crate) fn brains(&self) -> &Brains {
        &self.brains
    }
}

impl SurfaceState for NativeState {
    fn registry(&self) -> &Registry {
        self.engine.registry()
    }
}

/// The routes of the native API, for the root of a host.
pub fn router(state: NativeState) -> Router {
    routes::router(state)
}

/// The native shape of errors: problem+json.
#[derive(Debug, Clone, Copy)]
pub struct Native;

impl ErrorShape for Native {
    fn render(failure: &Failure) -> Response {
        let base = hookswitch_api::public_url();
        let (problem, blame) = problem_of(failure, &base, hookswitch_api::request_id());
        if blame == Blame::Server {
            let source = hookswitch_api::source_chain(failure);
            tracing::error!(code = problem.code, error = source, "a request failed");
        }
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        if let Some(seconds) = retry_after(problem.code) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"hookswitch\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
