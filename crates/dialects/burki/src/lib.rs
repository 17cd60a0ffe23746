//! Burki's custom-tool API (contract: burki).

use axum::Router;
use axum::response::{IntoResponse, Response};
use hookswitch_api::{ErrorShape, Failure, SurfaceState};
use hookswitch_engine::Engine;
use hookswitch_registry::Registry;
use http::StatusCode;

/// What the handlers work with; cheap to clone.
#[derive(Debug, Clone)]
pub struct BurkiState {
    engine: Engine,
}

impl BurkiState {
    /// A state over an engine and its registry.
    pub fn new(engine: Engine) -> Self {
        Self { engine }
    }
}

impl SurfaceState for BurkiState {
    fn registry(&self) -> &Registry {
        self.engine.registry()
    }
}

/// Burki's shape of errors.
#[derive(Debug, Clone, Copy)]
pub struct Burki;

impl ErrorShape for Burki {
    fn render(failure: &Failure) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, failure.to_string()).into_response()
    }
}

/// The routes of this dialect, written for `/`.
pub fn router(state: BurkiState) -> Router {
    Router::new().with_state(state)
}
