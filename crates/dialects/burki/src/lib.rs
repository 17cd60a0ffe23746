//! Burki's tool API: three contracts over one store (contract: burki). `wire` is pure, `routes` are thin.

mod routes;
pub mod wire;

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use hookswitch_api::{ErrorShape, Failure, SurfaceState};
use hookswitch_engine::Engine;
use hookswitch_registry::Registry;

use routes::limit::Limits;

/// What the handlers work with; cheap to clone.
#[derive(Debug, Clone)]
pub struct BurkiState {
    engine: Engine,
    discoveries: Arc<Limits>,
}

impl BurkiState {
    /// A state over an engine and its registry.
    pub fn new(engine: Engine) -> Self {
        Self { engine, discoveries: Arc::default() }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

impl SurfaceState for BurkiState {
    fn registry(&self) -> &Registry {
        self.engine.registry()
    }
}

/// Burki's shape of errors: an object with `detail`.
#[derive(Debug, Clone, Copy)]
pub struct Burki;

impl ErrorShape for Burki {
    fn render(failure: &Failure) -> Response {
        routes::fault::of_failure(failure)
    }
}

/// The routes of this dialect, written for `/`.
pub fn router(state: BurkiState) -> Router {
    routes::router(state)
}
