//! The document, and a page for each code of an error.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hookswitch_api::{ErrorShape, Failure};
use http::{HeaderValue, header};

use crate::Native;
use crate::openapi::document_text;
use crate::wire::problem::CODES;

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(document_text()));

/// The OpenAPI document.
pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], DOCUMENT.clone()).into_response()
}

/// What a code means and what to do about it, as plain text.
pub(super) async fn problem(Path(word): Path<String>) -> Response {
    match CODES.iter().find(|code| code.word == word) {
        Some(code) => {
            format!("{} ({})\n\n{}\n\n{}\n", code.word, code.status, code.title, code.advice).into_response()
        }
        None => Native::render(&Failure::NotFound("page")),
    }
}
