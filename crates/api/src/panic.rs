//! Panics end where they happened: the caller gets 500 in its dialect, other requests notice nothing.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use axum::response::Response;
use futures_util::FutureExt;

use crate::failure::Failure;

/// Runs a handler; a panic becomes the dialect's internal error.
pub async fn catch_panics(
    work: impl Future<Output = Response>,
    render: impl FnOnce(&Failure) -> Response,
) -> Response {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(response) => response,
        Err(payload) => {
            tracing::error!(panic = text_of(&*payload), "a handler panicked");
            render(&Failure::Internal)
        }
    }
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text")
}
