//! Turns of the built-in brain, read as they go.

use std::collections::VecDeque;
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde_json::Value;
use tokio::time::timeout;

use crate::api::Api;
use crate::error::CliError;
use crate::events::Parser;
use crate::http::Answer;

/// The server sends something at least every 15 s.
const SILENCE: Duration = Duration::from_secs(45);

/// The events of one turn.
#[derive(Debug)]
pub(crate) struct TurnStream {
    body: Incoming,
    parser: Parser,
    ready: VecDeque<Value>,
    url: String,
    has_ended: bool,
}

impl TurnStream {
    /// Takes a turn of a session.
    pub(crate) async fn open(api: &mut Api, session: &str, turn: &Value) -> Result<Self, CliError> {
        let response = api.open_stream(&format!("/v1/sessions/{session}/turns"), turn).await?;
        let status = response.status();
        if !status.is_success() {
            let raw = response.into_body().collect().await;
            let raw = raw.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            let value = serde_json::from_slice(&raw).unwrap_or_default();
            return Err(api.refusal(&Answer { status, raw, value }));
        }
        Ok(Self {
            body: response.into_body(),
            parser: Parser::default(),
            ready: VecDeque::new(),
            url: api.server().to_string(),
            has_ended: false,
        })
    }

    /// The next event; none after the turn's end. Safe to drop while it waits.
    pub(crate) async fn next(&mut self) -> Result<Option<Value>, CliError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.has_ended = event["type"] == "end";
                return Ok(Some(event));
            }
            if self.has_ended {
                return Ok(None);
            }
            let lost =
                |reason: &str| CliError::Unreachable { url: self.url.clone(), reason: reason.to_owned() };
            let frame = match timeout(SILENCE, self.body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => return Err(lost(&error.to_string())),
                Ok(None) => return Err(lost("the server closed the stream before the turn ended")),
                Err(_) => return Err(lost("the stream fell silent")),
            };
            let Some(bytes) = frame.data_ref() else { continue };
            for event in self.parser.feed(bytes) {
                self.ready.extend(serde_json::from_str::<Value>(&event.data).ok());
            }
        }
    }
}
