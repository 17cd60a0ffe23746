//! Following a session: reconnects where it left off, ends with the session.

use std::time::Duration;

use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::parser::{Parser, StreamEvent};
use crate::api::Api;
use crate::error::CliError;
use crate::http::Answer;

/// The server sends something at least every 15 s.
const SILENCE: Duration = Duration::from_secs(45);
/// Failed attempts in a row after which following is given up.
const MOST_ATTEMPTS: u32 = 10;
/// Longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// How a stretch of the stream ended.
enum Stretch {
    SessionEnded,
    Lost(String),
}

/// Hands every event after a number to `show`, then `lost` when the connection is, and ends with the session.
pub(crate) async fn follow(
    api: &mut Api,
    session: &str,
    after: u64,
    mut show: impl FnMut(&str, &Value) -> Result<(), CliError>,
    first_wait: Duration,
) -> Result<(), CliError> {
    let mut seen = after;
    let mut attempts = 0;
    loop {
        let before = seen;
        let reason = match stretch(api, session, &mut seen, &mut show).await {
            Ok(Stretch::SessionEnded) => return Ok(()),
            Ok(Stretch::Lost(reason)) => reason,
            // Only what may pass by itself is tried again, and only once it has worked.
            Err(error @ (CliError::Unreachable { .. } | CliError::TimedOut { .. }))
                if attempts > 0 || seen > after =>
            {
                error.to_string()
            }
            Err(CliError::Problem(problem)) if problem.status == 503 => problem.to_string(),
            Err(error) => return Err(error),
        };
        attempts = if seen > before { 1 } else { attempts + 1 };
        if attempts > MOST_ATTEMPTS {
            return Err(CliError::Unreachable { url: api.server().to_string(), reason });
        }
        // At once after the first loss: a proxy that cuts long answers is no trouble.
        if attempts > 1 {
            sleep(first_wait.saturating_mul(1 << (attempts - 2)).min(LONGEST_WAIT)).await;
        }
    }
}

async fn stretch(
    api: &mut Api,
    session: &str,
    seen: &mut u64,
    show: &mut impl FnMut(&str, &Value) -> Result<(), CliError>,
) -> Result<Stretch, CliError> {
    let response = api.open_events(&format!("/v1/sessions/{session}/events?after={seen}"), *seen).await?;
    let status = response.status();
    if !status.is_success() {
        let raw =
            response.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let value = serde_json::from_slice(&raw).unwrap_or_default();
        return Err(api.refusal(&Answer { status, raw, value }));
    }
    let mut body = response.into_body();
    let mut parser = Parser::default();
    loop {
        let frame = match timeout(SILENCE, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(error))) => return Ok(Stretch::Lost(error.to_string())),
            Ok(None) => return Ok(Stretch::Lost("the server closed the stream".to_owned())),
            Err(_) => return Ok(Stretch::Lost("the stream fell silent".to_owned())),
        };
        let Some(bytes) = frame.data_ref() else { continue };
        for event in parser.feed(bytes) {
            if take(&event, seen, show)? {
                return Ok(Stretch::SessionEnded);
            }
        }
    }
}

/// Shows an event that has not been shown yet; whether it was the last one.
fn take(
    event: &StreamEvent,
    seen: &mut u64,
    show: &mut impl FnMut(&str, &Value) -> Result<(), CliError>,
) -> Result<bool, CliError> {
    if let Ok(number) = event.id.parse::<u64>() {
        if number <= *seen {
            return Ok(false);
        }
        *seen = number;
    }
    let value = serde_json::from_str(&event.data).unwrap_or_else(|_| Value::from(event.data.as_str()));
    show(&event.data, &value)?;
    Ok(event.kind == "session.ended" || value["type"] == "session.ended")
}
