//! Answers that are none. Their words depend on the path, so they are worded where it is known: in [`finish`].

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hookswitch_api::Failure;
use serde_json::{Value, json};

use super::json;
use crate::wire::failure::{Answer, answer_of, style_of, verb_of};
use crate::wire::refusal::Refusal;
use crate::wire::style::Style;

/// What handlers return with `?`.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Something of the server or of the way to it.
    Failure(Box<Failure>),
    /// A request that is refused.
    Refusal(Refusal),
}

impl<F: Into<Failure>> From<F> for Fault {
    fn from(failure: F) -> Self {
        Self::Failure(Box::new(failure.into()))
    }
}

impl Fault {
    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

/// An answer that is worded once the path is known.
#[derive(Debug, Clone)]
struct Pending(Answer);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self {
            Self::Failure(failure) => of_failure(&failure),
            Self::Refusal(refusal) => pending(Answer::Refused(refusal)),
        }
    }
}

/// The answer of a failure; its source goes to the log when it is ours.
pub(crate) fn of_failure(failure: &Failure) -> Response {
    let answer = answer_of(failure);
    if answer == Answer::Internal {
        tracing::error!(error = hookswitch_api::source_chain(failure), "a request failed");
    }
    let mut response = pending(answer);
    let wait = match failure {
        Failure::IdempotencyInProgress => Some("1"),
        _ if response.status() == StatusCode::SERVICE_UNAVAILABLE => Some("5"),
        _ => None,
    };
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
    }
    response
}

fn pending(answer: Answer) -> Response {
    let mut response = worded(&answer, Style::V2, "process");
    response.extensions_mut().insert(Pending(answer));
    response
}

fn worded(answer: &Answer, style: Style, verb: &str) -> Response {
    let (status, body) = match answer {
        Answer::Text(status, text) => (*status, json!({ "detail": text })),
        Answer::Refused(refusal) => refusal.render(style),
        Answer::Internal => {
            let id = hookswitch_api::request_id().map(|id| format!(" ({id})")).unwrap_or_default();
            (500, json!({"detail": format!("Failed to {verb} tool: internal error{id}")}))
        }
    };
    let mut response = json(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &body);
    if status == 401 {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Answer::Refused(Refusal::TooMany(seconds)) = answer {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

/// Words what is pending by the path and the method of the request.
pub(crate) async fn finish(request: Request, next: Next) -> Response {
    let style = style_of(request.uri().path());
    let verb = verb_of(request.method().as_str(), request.uri().path());
    let mut response = next.run(request).await;
    let Some(Pending(answer)) = response.extensions_mut().remove::<Pending>() else { return response };
    let mut finished = worded(&answer, style, verb);
    for (name, value) in response.headers() {
        if name != header::CONTENT_LENGTH {
            finished.headers_mut().entry(name).or_insert(value.clone());
        }
    }
    finished
}

/// A body of JSON that says only that it went well.
pub(crate) fn well(message: &str) -> Value {
    json!({"success": true, "message": message})
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::Router;
    use axum::body::Body;
    use axum::middleware;
    use axum::routing::{get, put};
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn faults_of_the_server_say_what_was_to_be_done_and_nothing_else() {
        let fails = || async { Fault::from(Failure::Internal) };
        let router = Router::new()
            .route("/api/v1/tools/7", get(fails).delete(fails))
            .route("/api/assistants/1/tools/2/configure", put(fails))
            .route_layer(middleware::from_fn(finish));
        for (method, path, verb) in [
            ("GET", "/api/v1/tools/7", "get"),
            ("DELETE", "/api/v1/tools/7", "delete"),
            ("PUT", "/api/assistants/1/tools/2/configure", "configure"),
        ] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), 500);
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, format!("{{\"detail\":\"Failed to {verb} tool: internal error\"}}"));
        }
    }
}
