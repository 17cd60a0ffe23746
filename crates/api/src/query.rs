//! Query strings: typed, unknown names refused, errors with the name of the parameter.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::failure::{ErrorShape, Failure};
use crate::json::sentence;

/// The parsed query of a request.
#[derive(Debug)]
pub struct Query<T, D>(pub T, pub PhantomData<D>);

impl<S, T, D> FromRequestParts<S> for Query<T, D>
where
    S: Send + Sync,
    T: DeserializeOwned,
    D: ErrorShape,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        let text = parts.uri.query().unwrap_or_default();
        parse(text).map(|value| Self(value, PhantomData)).map_err(|failure| D::render(&failure))
    }
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs)).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "$query".to_owned() } else { format!("$query.{path}") };
        let (code, message) = sentence(&error.into_inner().to_string());
        Failure::invalid(path, code, message)
    })
}
