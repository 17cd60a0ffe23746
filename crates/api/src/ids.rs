//! Ids and names in paths. A text that can't be the id of such a thing is answered as an absent thing.

use std::marker::PhantomData;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::response::Response;
use http::request::Parts;

use crate::failure::{ErrorShape, Failure};

/// The only parameter of a path, parsed.
#[derive(Debug)]
pub struct PathId<T, D>(pub T, pub PhantomData<D>);

/// The two parameters of a path, parsed.
#[derive(Debug)]
pub struct PathIds<A, B, D>(pub A, pub B, pub PhantomData<D>);

/// The only parameter of a path as text.
#[derive(Debug)]
pub struct PathText<D>(pub String, pub PhantomData<D>);

fn absent<D: ErrorShape>() -> Response {
    D::render(&Failure::NotFound("resource"))
}

impl<S, T, D> FromRequestParts<S> for PathId<T, D>
where
    S: Send + Sync,
    T: FromStr,
    D: ErrorShape,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let PathText(text, _) = PathText::<D>::from_request_parts(parts, state).await?;
        text.parse().map(|id| Self(id, PhantomData)).map_err(|_| absent::<D>())
    }
}

impl<S, D> FromRequestParts<S> for PathText<D>
where
    S: Send + Sync,
    D: ErrorShape,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(text)) => Ok(Self(text, PhantomData)),
            Err(_) => Err(absent::<D>()),
        }
    }
}

impl<S, A, B, D> FromRequestParts<S> for PathIds<A, B, D>
where
    S: Send + Sync,
    A: FromStr,
    B: FromStr,
    D: ErrorShape,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let texts = Path::<(String, String)>::from_request_parts(parts, state).await;
        let parsed = texts.ok().and_then(|Path((a, b))| Some((a.parse().ok()?, b.parse().ok()?)));
        parsed.map(|(a, b)| Self(a, b, PhantomData)).ok_or_else(absent::<D>)
    }
}
