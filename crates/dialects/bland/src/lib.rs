//! Bland's custom-tool API (contract: bland): tools with test, the tools of Send Call, secrets. `wire` is pure (wire
//! types, lowering, rendering, error bodies), `routes` are thin handlers that call registry and engine.

mod routes;
pub mod wire;

use axum::Router;
use axum::response::Response;
use hookswitch_api::{ErrorShape, Failure, SurfaceState};
use hookswitch_engine::Engine;
use hookswitch_registry::Registry;
use http::{HeaderMap, header};

/// What becomes of a call that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Calls {
    /// It is refused: there is no call engine.
    #[default]
    None,
    /// It becomes a text session with the call's tools.
    Simulate,
}

/// What the handlers work with; cheap to clone.
#[derive(Debug, Clone)]
pub struct BlandState {
    engine: Engine,
    calls: Calls,
}

impl BlandState {
    /// A state over an engine and its registry.
    pub fn new(engine: Engine, calls: Calls) -> Self {
        Self { engine, calls }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn calls(&self) -> Calls {
        self.calls
    }
}

impl SurfaceState for BlandState {
    fn registry(&self) -> &Registry {
        self.engine.registry()
    }
}

/// Bland's shape of errors: one body that the readers of all its versions understand (bland: 1.1).
#[derive(Debug, Clone, Copy)]
pub struct Bland;

impl ErrorShape for Bland {
    fn render(failure: &Failure) -> Response {
        let problem = wire::failure::problem_of(failure);
        if problem.status() == http::StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = hookswitch_api::source_chain(failure), "a request failed");
        }
        routes::answer::refusal(&problem)
    }

    /// The raw key in `authorization`, without a scheme; `Bearer` before it does no harm.
    fn credential(headers: &HeaderMap) -> Option<&str> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let value = values.next()?.to_str().ok()?.trim();
        if values.next().is_some() {
            return None;
        }
        match value.split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Some(key.trim()),
            _ => Some(value),
        }
    }
}

/// The routes of this dialect, written for `/`.
pub fn router(state: BlandState) -> Router {
    routes::router(state)
}
