//! `Idempotency-Key` on writes: the same key, route and body get the same answer for a day, shown-once secrets
//! included; the answer is kept sealed (semantics: One registry, several dialects).

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use hookswitch_registry::{Caller, KeyedRequest, Recalled, Registry};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;

use crate::access::{SurfaceState, authenticate};
use crate::body::read_body;
use crate::context::{RequestContext, dialect};
use crate::failure::{ErrorShape, Failure, render};
use crate::panic::catch_panics;

/// The request header.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Tells that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key, in bytes.
const MOST_KEY: usize = 256;
/// Answers larger than this are not kept.
const MOST_ANSWER: usize = 4 * 1024 * 1024;

/// Middleware of a surface: a write with the header is carried out once. Requests without it pass untouched.
pub async fn answer_once<S: SurfaceState, D: ErrorShape>(
    State(state): State<S>,
    request: Request,
    next: Next,
) -> Response {
    if !request.headers().contains_key(&HEADER) || !is_write(request.method()) {
        return next.run(request).await;
    }
    once::<D>(state.registry().clone(), request, next).await.unwrap_or_else(|failure| render::<D>(&failure))
}

fn is_write(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH | Method::DELETE)
}

async fn once<D: ErrorShape>(registry: Registry, request: Request, next: Next) -> Result<Response, Failure> {
    let key = key_of(request.headers())?;
    let caller = authenticate::<D>(&registry, request.headers()).await?;
    let (parts, body) = request.into_parts();
    let bytes = read_body(&parts.headers, body).await?;
    // The query counts with the body, of which only a hash is kept: some clients put secrets there.
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let meant =
        if query.is_empty() { bytes.clone() } else { [query.as_bytes(), b"\n", &bytes].concat().into() };
    // The precondition is part of what is asked for.
    let condition = parts.headers.get(header::IF_MATCH).map_or(&b""[..], HeaderValue::as_bytes);
    // Below their mounts, dialects have the same paths.
    let route = format!("{} {} {path} {}", dialect(), parts.method, String::from_utf8_lossy(condition));
    let keyed = KeyedRequest::new(caller.key.id, &key, &route, &meant);
    match registry.claim_answer(caller.scope(), &keyed).await? {
        Recalled::Busy => Err(Failure::IdempotencyInProgress),
        Recalled::OtherRequest => Err(Failure::IdempotencyConflict),
        Recalled::Answer { status, body } => Ok(replay(status, body)),
        Recalled::Claimed => {
            let request = Request::from_parts(parts, Body::from(bytes));
            // A task of its own: a caller who hangs up must not leave the claim behind, nor half a write.
            let work = RequestContext::carry(carry_out::<D>(registry, caller, keyed, request, next));
            tokio::spawn(work).await.unwrap_or_else(|_| Ok(D::render(&Failure::Internal)))
        }
    }
}

async fn carry_out<D: ErrorShape>(
    registry: Registry,
    caller: std::sync::Arc<Caller>,
    keyed: KeyedRequest,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let response = tokio::select! {
        response = catch_panics(next.run(request), D::render) => response,
        never = registry.hold_claim(caller.scope(), &keyed) => match never {},
    };
    let is_kept = response.status().is_success() && is_whole(&response);
    if !is_kept {
        registry.release_answer(caller.scope(), &keyed).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map_err(|_| Failure::Internal)?.to_bytes();
    if bytes.len() > MOST_ANSWER {
        registry.release_answer(caller.scope(), &keyed).await?;
    } else if let Err(error) =
        registry.remember_answer(caller.scope(), &keyed, parts.status.as_u16(), &bytes).await
    {
        // The work is done: its answer goes out all the same, and a repeat is a request of its own.
        tracing::error!(%error, "an answer could not be kept for its Idempotency-Key");
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// Whether an answer ends by itself; streams of events do not.
fn is_whole(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_none_or(|kind| !kind.as_bytes().starts_with(b"text/event-stream"))
}

fn replay(status: u16, body: Vec<u8>) -> Response {
    let is_empty = body.is_empty();
    let mut response = Response::new(Body::from(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    if !is_empty {
        let kind = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

fn key_of(headers: &HeaderMap) -> Result<String, Failure> {
    let mut values = headers.get_all(&HEADER).iter();
    let key = values.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let fits = (1..=MOST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits || values.next().is_some() {
        let message = format!("one value of 1 to {MOST_KEY} visible ASCII characters");
        return Err(Failure::invalid("$header.idempotency-key", "invalid_value", message));
    }
    Ok(key.to_owned())
}
