//! Tool calls in a session, and what its runtime reports: the hot path.

use std::time::Instant;

use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_api::{Json, PathId, Sessions, traceparent};
use hookswitch_model::SessionId;
use http::HeaderMap;

use super::{Allowed, Answer, json, ok};
use crate::wire::call::{Accepted, CallBody, CallResult, ReportBody};
use crate::wire::ids;
use crate::{Native, NativeState};

/// Call a tool
///
/// Waits for its result or its soft timeout. That the tool failed, or was refused, is an answer with status 200:
/// see `outcome`. A W3C `traceparent` is passed on. Needs the permission `sessions`.
#[utoipa::path(post, path = "/v1/sessions/{id}/calls", tag = "sessions", operation_id = "callTool",
    params(("id" = ids::SessionId, Path, description = "The session"),
        ("traceparent" = Option<String>, Header, description = "W3C trace context")),
    request_body = CallBody, responses((status = 200, description = "The answer", body = CallResult<'static>)))]
pub(super) async fn call(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<SessionId, Native>,
    headers: HeaderMap,
    Json(body, _): Json<CallBody, Native>,
) -> Answer {
    let started = Instant::now();
    let input = body.into_input(traceparent(&headers));
    let answer = state.engine().call(caller.scope(), id, input).await?;
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    ok(&CallResult::of(&answer, micros))
}

/// Report what happens in the conversation
///
/// Speech rules, repeats and confirmations go by it. Needs the permission `sessions`.
#[utoipa::path(post, path = "/v1/sessions/{id}/reports", tag = "sessions", operation_id = "report",
    params(("id" = ids::SessionId, Path, description = "The session")), request_body = ReportBody,
    responses((status = 202, description = "Taken", body = Accepted)))]
pub(super) async fn report(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<SessionId, Native>,
    Json(body, _): Json<ReportBody, Native>,
) -> Answer {
    state.engine().report(caller.scope(), id, body.report.into()).await?;
    Ok(json(StatusCode::ACCEPTED, &Accepted {}))
}
