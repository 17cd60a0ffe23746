//! Answers: JSON bodies with their status, and refusals.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hookswitch_api::{ErrorShape, Failure};
use hookswitch_engine::EngineError;
use hookswitch_registry::RegistryError;
use serde_json::Value;

use crate::Bland;
use crate::wire::problem::Problem;

/// What handlers return.
pub(crate) type Answer = Result<Response, Refused>;
/// A caller who may do what `R` stands for.
pub(crate) type Allowed<R> = hookswitch_api::Allowed<R, Bland>;

/// Why a request was not done: worded already, or still to be worded.
#[derive(Debug)]
pub(crate) enum Refused {
    Problem(Problem),
    Failure(Failure),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
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

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => refusal(&problem),
            Self::Failure(failure) => Bland::render(&failure),
        }
    }
}

/// 200 with a body.
#[expect(clippy::unnecessary_wraps, reason = "the last line of handlers, which can fail")]
pub(crate) fn ok(body: &Value) -> Answer {
    Ok(json(StatusCode::OK, body))
}

/// The answer for a problem.
pub(crate) fn refusal(problem: &Problem) -> Response {
    let mut response = json(problem.status(), &problem.body());
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn json(status: StatusCode, body: &Value) -> Response {
    let kind = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
}
