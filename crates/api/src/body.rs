//! Request bodies: JSON only, read whole within size and time.

use std::marker::PhantomData;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::{ErrorShape, Failure};
use crate::json;

/// Largest body of a request, in bytes.
pub const MAX_BODY: usize = 1024 * 1024;
/// Longest time that a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// A JSON body, parsed.
#[derive(Debug)]
pub struct Json<T, D>(pub T, pub PhantomData<D>);

impl<S, T, D> FromRequest<S> for Json<T, D>
where
    S: Send + Sync,
    T: DeserializeOwned,
    D: ErrorShape,
{
    type Rejection = Response;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        match read::<T>(&parts.headers, body).await {
            Ok(value) => Ok(Self(value, PhantomData)),
            Err(failure) => Err(D::render(&failure)),
        }
    }
}

/// A JSON body whatever its content type says; nothing when there is no body. For dialects whose clients send none.
#[derive(Debug)]
pub struct AnyJson<D>(pub Option<Value>, pub PhantomData<D>);

impl<S, D> FromRequest<S> for AnyJson<D>
where
    S: Send + Sync,
    D: ErrorShape,
{
    type Rejection = Response;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let bytes = read_body(&parts.headers, body).await.map_err(|failure| D::render(&failure))?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(None, PhantomData));
        }
        match json::parse(&bytes) {
            Ok(value) => Ok(Self(Some(value), PhantomData)),
            Err(fault) => Err(D::render(&fault.into())),
        }
    }
}

async fn read<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Failure> {
    if !is_json(headers) {
        return Err(Failure::UnsupportedMediaType);
    }
    let bytes = read_body(headers, body).await?;
    Ok(json::parse(&bytes)?)
}

/// The whole body, at most [`MAX_BODY`] bytes.
pub async fn read_body(headers: &HeaderMap, body: Body) -> Result<Bytes, Failure> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > MAX_BODY as u64) {
        return Err(Failure::TooLarge);
    }
    let collected = tokio::time::timeout(BODY_TIME, Limited::new(body, MAX_BODY).collect())
        .await
        .map_err(|_| Failure::BodyTimeout)?;
    match collected {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::TooLarge),
        Err(_) => Err(Failure::BodyBroken),
    }
}

/// `application/json`, or a type with the suffix `+json`; parameters do not matter.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    let suffix = subtype.len().checked_sub(5).and_then(|at| subtype.get(at..));
    kind.eq_ignore_ascii_case("application")
        && (subtype.eq_ignore_ascii_case("json")
            || suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("+json")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn json_by_its_content_type() {
        let is = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, text.parse().unwrap());
            is_json(&headers)
        };
        assert!(is("application/json"));
        assert!(is("application/JSON; charset=utf-8"));
        assert!(is("application/merge-patch+json"));
        for text in ["text/json", "application/xml", "application/jsonp", "json", "multipart/form-data"] {
            assert!(!is(text), "{text}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
