//! Turns of the built-in brain.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use hookswitch_api::{Failure, Json, PathId, Sessions};
use hookswitch_brain::{BrainError, TimedEvent};
use hookswitch_model::SessionId;
use http::HeaderValue;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Allowed, Answer, json};
use crate::wire::call::Accepted;
use crate::wire::ids;
use crate::wire::turn::{TurnBody, TurnEventBody};
use crate::{Native, NativeState};

/// How often a silent stream shows that it is alive.
const PING: Duration = Duration::from_secs(15);

/// Take a user turn
///
/// The built-in brain of the session's agent answers: text, tool calls with their results, and what is spoken, as
/// server-sent events while they happen. A turn of the session that is under way is cut short, and so is this one
/// when its stream is closed. The last event is `end`. Needs the permission `sessions`.
#[utoipa::path(post, path = "/v1/sessions/{id}/turns", tag = "sessions", operation_id = "takeTurn",
    params(("id" = ids::SessionId, Path, description = "The session")), request_body = TurnBody,
    responses((status = 200, description = "What happens in the turn", content(
        (TurnEventBody = "text/event-stream", example = "event: text\ndata: {\"at_ms\":1.5,\"type\":\"text\",\"text\":\"Hi\"}\n\n")))))]
pub(super) async fn take(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<SessionId, Native>,
    Json(body, _): Json<TurnBody, Native>,
) -> Answer {
    let turn = state.brains().turn(caller.scope(), id, body.into_request()).await;
    let events = turn.map_err(failure)?;
    let stream = stream::unfold((events, state.stopping.clone()), next);
    let keep_alive = KeepAlive::new().interval(PING).text("ping");
    let mut response = Sse::new(stream).keep_alive(keep_alive).into_response();
    // Proxies must not collect events before they pass them on.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Cut the turn under way short
///
/// As when the user begins to speak: what the agent says ends, reads are withdrawn, actions run to their end. Not while
/// an uninterruptible call runs, and nothing where no turn is under way. Needs the permission `sessions`.
#[utoipa::path(post, path = "/v1/sessions/{id}/interrupt", tag = "sessions", operation_id = "interruptTurn",
    params(("id" = ids::SessionId, Path, description = "The session")),
    responses((status = 202, description = "Taken", body = Accepted)))]
pub(super) async fn interrupt(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<SessionId, Native>,
) -> Answer {
    state.engine().get_session(caller.scope(), id).await?;
    state.brains().interrupt(id);
    Ok(json(StatusCode::ACCEPTED, &Accepted {}))
}

type Events = (mpsc::Receiver<TimedEvent>, CancellationToken);

async fn next((mut events, stopping): Events) -> Option<(Result<Event, Infallible>, Events)> {
    let event = tokio::select! {
        event = events.recv() => event?,
        () = stopping.cancelled() => return None,
    };
    let body = serde_json::to_value(TurnEventBody { event }).ok()?;
    let kind = body["type"].as_str().unwrap_or("event").to_owned();
    Some((Ok(Event::default().event(kind).data(body.to_string())), (events, stopping)))
}

fn failure(error: BrainError) -> Failure {
    match error {
        BrainError::Engine(error) => error.into(),
        BrainError::Registry(error) => error.into(),
        BrainError::TextLength => Failure::invalid("$.text", "out_of_range", error.to_string()),
        BrainError::NoBrain => Failure::invalid("$path.id", "no_brain", error.to_string()),
        BrainError::Model(error) => Failure::invalid("$path.id", error.code(), error.to_string()),
    }
}
