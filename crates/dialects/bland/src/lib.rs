//! Bland's custom-tool API (contract: bland).

use axum::Router;
use axum::response::{IntoResponse, Response};
use hookswitch_api::{ErrorShape, Failure, SurfaceState};
use hookswitch_engine::Engine;
use hookswitch_registry::Registry;
use http::StatusCode;

/// What the handlers work with; cheap to clone.
#[derive(Debug, Clone)]
pub struct BlandState {
    engine: Engine,
}

impl BlandState {
    /// A state over an engine and its registry.
    pub fn new(engine: Engine) -> Self {
        Self { engine }
    }
}

impl SurfaceState for BlandState {
    fn registry(&self) -> &Registry {
        self.engine.registry()
    }
}

/// Bland's shape of errors.
#[derive(Debug, Clone, Copy)]
pub struct Bland;

impl ErrorShape for Bland {
    fn render(failure: &Failure) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, failure.to_string()).into_response()
    }
}

/// The routes of this dialect, written for `/`.
pub fn router(state: BlandState) -> Router {
    Router::new().with_state(state)
}
