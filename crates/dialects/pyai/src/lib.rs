//! PyAI's custom-tool API (contract: pyai): tools, agents and their bindings, tokens for Omni sessions. `wire` is
//! pure, `routes` are thin handlers that call registry and engine.

mod routes;
pub mod wire;

use axum::Router;
use axum::response::{IntoResponse, Response};
use hookswitch_api::{ErrorShape, Failure, SurfaceState, base_url, bearer, request_id};
use hookswitch_brain::Brains;
use hookswitch_engine::Engine;
use hookswitch_registry::Registry;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use wire::trouble::Trouble;

/// The other place for a key.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What the handlers work with; cheap to clone.
#[derive(Debug, Clone)]
pub struct PyaiState {
    engine: Engine,
    brains: Brains,
    tokens: routes::TokensInUse,
}

impl PyaiState {
    /// A state over an engine and its registry.
    pub fn new(engine: Engine) -> Self {
        let brains = Brains::new(engine.clone());
        Self { engine, brains, tokens: routes::TokensInUse::default() }
    }

    pub(crate) fn brains(&self) -> &Brains {
        &self.brains
    }

    pub(crate) fn tokens(&self) -> &routes::TokensInUse {
        &self.tokens
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

impl SurfaceState for PyaiState {
    fn registry(&self) -> &Registry {
        self.engine.registry()
    }
}

/// The routes of this dialect, written for `/`.
pub fn router(state: PyaiState) -> Router {
    routes::router(state)
}

/// PyAI's shapes of errors.
#[derive(Debug, Clone, Copy)]
pub struct Pyai;

impl ErrorShape for Pyai {
    fn render(failure: &Failure) -> Response {
        let trouble = Trouble::from(failure);
        if trouble.code.status >= 500 {
            tracing::error!(
                code = trouble.code.word,
                error = hookswitch_api::source_chain(failure),
                "a request failed"
            );
        }
        trouble.into_response()
    }

    fn credential(headers: &HeaderMap) -> Option<&str> {
        bearer(headers).or_else(|| headers.get(API_KEY)?.to_str().ok().map(str::trim))
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let id = request_id().map(|id| id.to_string());
        let body = self.body(&base_url(), id.as_deref()).to_string();
        let status = StatusCode::from_u16(self.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = HeaderValue::from_static(self.content_type());
        let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"hookswitch\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
