//! What can go wrong on an HTTP surface, and who words it.

use std::marker::PhantomData;

use axum::response::{IntoResponse, Response};
use hookswitch_engine::EngineError;
use hookswitch_model::Stamp;
use hookswitch_model::key::Permission;
use hookswitch_registry::RegistryError;
use http::HeaderMap;

use crate::access::bearer;
use crate::json::JsonFault;
use crate::rate::{self, Limits, TooMany};

/// Everything that ends a request without its answer. A failed tool call is not among them: that is an answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The key is missing, unknown, revoked or expired.
    #[error("the API key is missing or not valid")]
    Unauthorized,
    /// The key lacks a permission.
    #[error("the API key lacks the permission {}", .0.as_str())]
    Forbidden(Permission),
    /// The request is for the operator of the server, or beyond what a key of this mode may do.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// There is no such thing, or it belongs to somebody else.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The path exists, the method does not.
    #[error("this path does not take this method")]
    MethodNotAllowed,
    /// The body is larger than allowed.
    #[error("the body is larger than {} bytes", crate::MAX_BODY)]
    TooLarge,
    /// The body took too long to arrive.
    #[error("the body took too long")]
    BodyTimeout,
    /// The body did not arrive whole.
    #[error("the body ended early")]
    BodyBroken,
    /// The body is no JSON by its content type.
    #[error("the content type must be application/json")]
    UnsupportedMediaType,
    /// The body is not JSON, or not the JSON that is wanted.
    #[error("{0}")]
    Json(#[from] JsonFault),
    /// A part of the request outside the body is wrong.
    #[error("{path}: {message}")]
    Invalid {
        /// Where: `$query.limit`, `$header.if-match`, or a JSON path into the body.
        path: String,
        /// Stable code, `invalid_type`.
        code: &'static str,
        /// One sentence.
        message: String,
    },
    /// The key of the caller's request was used for another one.
    #[error("this Idempotency-Key was used with another request")]
    IdempotencyConflict,
    /// The same request is being carried out right now.
    #[error("the same request is still being carried out")]
    IdempotencyInProgress,
    /// The caller sends or holds more than it may.
    #[error("{}", match .0.limits {
        Limits::Rate => "rate limit exceeded",
        Limits::Concurrency => "too many at the same time",
    })]
    TooMany(TooMany),
    /// What the server can't do now; trying again later may help.
    #[error("{0}")]
    Unavailable(&'static str),
    /// A bug, or a part of the server that failed; details are in the log.
    #[error("internal error")]
    Internal,
    /// The registry did not do it.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The engine did not do it.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Failure {
    /// A wrong part of the request.
    pub fn invalid(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { path: path.into(), code, message: message.into() }
    }
}

/// A dialect's way to say that something went wrong (status, headers, body), and where it expects a key.
pub trait ErrorShape: Send + Sync + 'static {
    /// The answer for a failure. Writes to the log what only the operator may read.
    fn render(failure: &Failure) -> Response;

    /// The API key that a request's headers carry: `Authorization: Bearer <key>` (RFC 6750, 2.1) unless the dialect
    /// has other places for it.
    fn credential(headers: &HeaderMap) -> Option<&str> {
        bearer(headers)
    }
}

/// The answer for a failure, with the headers that are the same in every dialect.
pub fn render<D: ErrorShape>(failure: &Failure) -> Response {
    let mut response = D::render(failure);
    if let Failure::TooMany(refused) = failure {
        rate::note(response.headers_mut(), refused, Stamp::now().seconds());
    }
    response
}

impl From<TooMany> for Failure {
    fn from(refused: TooMany) -> Self {
        Self::TooMany(refused)
    }
}

/// An error with its sources, for the log.
pub fn source_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

/// A failure on its way out in a dialect's shape; what handlers return with `?`.
#[derive(Debug)]
pub struct Failed<D>(pub Failure, PhantomData<D>);

impl<D, F: Into<Failure>> From<F> for Failed<D> {
    fn from(failure: F) -> Self {
        Self(failure.into(), PhantomData)
    }
}

impl<D: ErrorShape> IntoResponse for Failed<D> {
    fn into_response(self) -> Response {
        render::<D>(&self.0)
    }
}
