//! The pages behind the `type` of a problem; for everybody.

use axum::response::{IntoResponse as _, Response};
use hookswitch_api::base_url;
use http::{HeaderMap, HeaderValue, Method, Uri, header};

use super::{Id, no_route};
use crate::wire::page::{self, Form};

/// All codes.
pub(super) async fn list(headers: HeaderMap) -> Response {
    let form = form_of(&headers);
    answer(form, page::list(&base_url(), form))
}

/// What a code means and what to do about it.
pub(super) async fn show(word: Id, headers: HeaderMap, method: Method, uri: Uri) -> Response {
    let form = form_of(&headers);
    match page::of(&word.0, &base_url(), form) {
        Some(text) => answer(form, text),
        None => no_route(method, uri).await,
    }
}

fn form_of(headers: &HeaderMap) -> Form {
    Form::of(headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()))
}

fn answer(form: Form, text: String) -> Response {
    let kind = HeaderValue::from_static(form.content_type());
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
