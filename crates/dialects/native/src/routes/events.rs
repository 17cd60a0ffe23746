//! The events of a session: as a stream, or as a list of what is stored.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use hookswitch_api::{Failure, PathId, Query, Sessions};
use hookswitch_engine::EventStream;
use hookswitch_model::SessionId;
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};

use super::{Allowed, Answer, ok};
use crate::wire::event::EventBody;
use crate::wire::{ids, list::Whole};
use crate::{Native, NativeState};

/// How often a silent stream shows that it is alive.
const PING: Duration = Duration::from_secs(15);
/// Most events of a list.
const MOST_EVENTS: u32 = 1000;

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// A list of what is stored.
    Json,
    /// A stream of server-sent events.
    Sse,
}

/// Which events, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventQuery {
    /// Only events after this number. Default: `Last-Event-ID`, else all.
    #[param(minimum = 0)]
    after: Option<u64>,
    /// `json` for a list, `sse` for a stream. Default: by `Accept`, else a stream.
    #[param(inline)]
    format: Option<Format>,
}

/// Follow the events of a session
///
/// Server-sent events: `id` is the number of the event, `event` its type, `data` the event as JSON. A comment comes
/// every 15 s; the stream ends after `session.ended`, or when the server goes down: come back with
/// `Last-Event-ID`. With `Accept: application/json` or `format=json`: the stored events as a list, at most 1000.
/// Needs the permission `sessions`.
#[utoipa::path(get, path = "/v1/sessions/{id}/events", tag = "sessions", operation_id = "sessionEvents",
    params(("id" = ids::SessionId, Path, description = "The session"), EventQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "Number of the last event that was seen")),
    responses((status = 200, description = "Events", content(
        (String = "text/event-stream", example = "id: 1\nevent: session.started\ndata: {}\n\n"),
        (Whole<EventBody> = "application/json")))))]
pub(super) async fn follow(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<SessionId, Native>,
    Query(query, _): Query<EventQuery, Native>,
    headers: HeaderMap,
) -> Answer {
    let after = match query.after {
        Some(after) => after,
        None => last_seen(&headers)?,
    };
    // Beyond what the store can number there is nothing.
    let after = after.min(i64::MAX as u64);
    if query.format.unwrap_or_else(|| accepted(&headers)) == Format::Json {
        let events = state.engine().list_events(caller.scope(), id, after, MOST_EVENTS).await?;
        return ok(&Whole { data: events.into_iter().map(EventBody::from).collect::<Vec<_>>() });
    }
    let events = state.engine().follow_events(caller.scope(), id, after).await?;
    let stream = stream::unfold((events, state.stopping.clone()), next);
    let keep_alive = KeepAlive::new().interval(PING).text("ping");
    let mut response = Sse::new(stream).keep_alive(keep_alive).into_response();
    // Proxies must not collect events before they pass them on.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

async fn next(
    (mut events, stopping): (EventStream, CancellationToken),
) -> Option<(Result<Event, Infallible>, (EventStream, CancellationToken))> {
    let event = tokio::select! {
        event = events.next() => event?,
        () = stopping.cancelled() => return None,
    };
    match event {
        Ok(event) => {
            let body = EventBody::from(event);
            let data = serde_json::to_string(&body).ok()?;
            let shown = Event::default().id(body.seq.to_string()).event(body.kind.as_str()).data(data);
            Some((Ok(shown), (events, stopping)))
        }
        Err(error) => {
            // The reader comes back with `Last-Event-ID` and misses nothing.
            tracing::error!(%error, "a stream of events broke off");
            None
        }
    }
}

fn last_seen(headers: &HeaderMap) -> Result<u64, Failure> {
    let Some(value) = headers.get("last-event-id") else { return Ok(0) };
    value
        .to_str()
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| Failure::invalid("$header.last-event-id", "invalid_value", "the number of an event"))
}

fn accepted(headers: &HeaderMap) -> Format {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut kinds = accept.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
    match kinds.find(|kind| matches!(*kind, "application/json" | "text/event-stream")) {
        Some("application/json") => Format::Json,
        _ => Format::Sse,
    }
}
