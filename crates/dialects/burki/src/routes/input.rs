//! What requests carry: bodies, queries, ids in paths.

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::{IntoResponse, Response};
use hookswitch_api::{Failure, JsonFault, read_body};
use http::request::Parts;
use serde_json::Value;

use super::fault::Fault;
use crate::wire::failure::not_json;
use crate::wire::query::Query;
use crate::wire::refusal::Refusal;
use crate::wire::style::{Item, Problem};

/// Ends of paths that other servers of this API have and this one has not; never taken for ids.
const UNSERVED: [&str; 4] = ["export", "providers", "cloned-voices", "me"];

/// A JSON body, whatever its content type says.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Response;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        read(&parts, body).await.map(Self).map_err(Fault::into_response)
    }
}

async fn read(parts: &Parts, body: axum::body::Body) -> Result<Value, Fault> {
    let bytes = read_body(&parts.headers, body).await?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(missing("body"));
    }
    hookswitch_api::parse(&bytes).map_err(|fault| {
        let (JsonFault::Malformed { message, .. } | JsonFault::Unfit { message, .. }) = fault;
        Fault::Refusal(not_json(&message))
    })
}

/// A part of the request that has to be there.
pub(crate) fn missing(name: &str) -> Fault {
    let loc = if name == "body" { vec!["body".into()] } else { vec!["body".into(), name.into()] };
    Fault::Refusal(Refusal::item(Item::new(loc, Problem::Missing, &Value::Null)))
}

/// A query; unknown names are ignored.
#[derive(Debug)]
pub(crate) struct Pairs(pub(crate) Query);

impl<S: Send + Sync> FromRequestParts<S> for Pairs {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        Ok(Self(Query::new(pairs_of(parts.uri.query().unwrap_or_default()))))
    }
}

/// Decoded pairs of a query or a form.
pub(crate) fn pairs_of(text: &str) -> Vec<(String, String)> {
    serde_urlencoded::from_str(text).unwrap_or_default()
}

/// The only parameter of a path, as a number.
#[derive(Debug)]
pub(crate) struct Number(pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let name = parts
            .extensions
            .get::<axum::extract::MatchedPath>()
            .map_or("id", |path| last_name(path.as_str()));
        let name = name.to_owned();
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| absent())?;
        number(&text, &name).map(Self).map_err(Fault::into_response)
    }
}

/// The two parameters of a path, as numbers: assistant and tool.
#[derive(Debug)]
pub(crate) struct Numbers(pub(crate) i64, pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for Numbers {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let texts = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((assistant, tool)) = texts.map_err(|_| absent())?;
        let assistant = number(&assistant, "assistant_id").map_err(Fault::into_response)?;
        let tool = number(&tool, "tool_id").map_err(Fault::into_response)?;
        Ok(Self(assistant, tool))
    }
}

fn absent() -> Response {
    Fault::from(Failure::NotFound("path")).into_response()
}

/// The name of the last parameter of a route.
fn last_name(route: &str) -> &str {
    route.rsplit('{').next().and_then(|rest| rest.split('}').next()).unwrap_or("id")
}

fn number(text: &str, name: &str) -> Result<i64, Fault> {
    if UNSERVED.contains(&text) {
        return Err(Failure::NotFound("path").into());
    }
    text.parse().map_err(|_| {
        let item = Item::new(vec!["path".into(), name.into()], Problem::NotIntegerText, &Value::from(text));
        Fault::Refusal(Refusal::item(item))
    })
}
