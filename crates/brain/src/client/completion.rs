//! A completion as it comes.

use std::collections::VecDeque;
use std::time::Duration;

use hookswitch_egress::{MaybeSent, StreamingResponse};
use http::header;
use tokio::time::{Instant, timeout, timeout_at};

use super::assemble::Assembly;
use super::chunk::Chunk;
use super::sse::{EventReader, TooLarge};
use crate::error::ModelError;
use crate::message::ToolCall;

/// How long the end of a body is waited for after its last event.
const REST: Duration = Duration::from_millis(50);

/// Why a completion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The model had said what it wanted, or called its tools.
    Stop,
    /// The limit of tokens cut it off.
    Length,
    /// The endpoint held something back.
    Filtered,
}

impl Finish {
    /// The word in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Filtered => "content_filter",
        }
    }
}

/// A piece of a completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// Text.
    Text(String),
    /// It ended; with its tool calls, which are complete only now.
    Ended {
        /// Why.
        finish: Finish,
        /// The calls, in order. None when the answer was cut off: the last may be half of what was meant.
        calls: Vec<ToolCall>,
    },
}

/// An answer under way. Dropping it ends the request.
#[derive(Debug)]
pub struct Completion {
    response: StreamingResponse,
    end: Instant,
    events: EventReader,
    /// The body of an endpoint that did not stream.
    whole: Option<Vec<u8>>,
    calls: Assembly,
    finish: Option<String>,
    ready: VecDeque<Delta>,
    is_over: bool,
}

impl Completion {
    pub(super) fn new(response: StreamingResponse, end: Instant) -> Self {
        let kind = response.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_whole = kind.is_some_and(|kind| kind.trim_start().starts_with("application/json"));
        Self {
            response,
            end,
            events: EventReader::default(),
            whole: is_whole.then(Vec::new),
            calls: Assembly::default(),
            finish: None,
            ready: VecDeque::new(),
            is_over: false,
        }
    }

    /// Reads up to the first event that counts.
    pub(super) async fn begin(&mut self) -> Result<(), ModelError> {
        while self.ready.is_empty() && self.calls.is_empty() && !self.is_over {
            self.read_piece().await?;
        }
        Ok(())
    }

    /// The next piece; `None` after [`Delta::Ended`]. Safe to drop while it waits.
    pub async fn next(&mut self) -> Result<Option<Delta>, ModelError> {
        loop {
            if let Some(delta) = self.ready.pop_front() {
                return Ok(Some(delta));
            }
            if self.is_over {
                // What is left is the end of the body: read, so that the connection can be used again.
                let _ = timeout(REST, self.response.next()).await;
                return Ok(None);
            }
            let end = self.end;
            timeout_at(end, self.read_piece()).await.map_err(|_| ModelError::TimedOut)??;
        }
    }

    async fn read_piece(&mut self) -> Result<(), ModelError> {
        match self.response.next().await {
            Some(Ok(piece)) => {
                if let Some(whole) = &mut self.whole {
                    whole.extend_from_slice(&piece);
                    return Ok(());
                }
                self.events.push(&piece).map_err(|TooLarge| ModelError::TooLarge)?;
                while let Some(data) = self.events.pop() {
                    self.take(&data)?;
                }
            }
            Some(Err(MaybeSent::BodyTooLarge)) => return Err(ModelError::TooLarge),
            Some(Err(error)) => return Err(ModelError::BrokeOff(error.code().to_owned())),
            None => self.end_of_body()?,
        }
        Ok(())
    }

    fn take(&mut self, data: &str) -> Result<(), ModelError> {
        if self.is_over {
            return Ok(());
        }
        if data.trim() == "[DONE]" {
            return self.conclude();
        }
        let chunk = Chunk::read(data)?;
        if !chunk.text.is_empty() {
            self.ready.push_back(Delta::Text(chunk.text));
        }
        for piece in chunk.calls {
            self.calls.add(piece)?;
        }
        if chunk.finish.is_some() {
            self.finish = chunk.finish;
        }
        Ok(())
    }

    fn end_of_body(&mut self) -> Result<(), ModelError> {
        if let Some(whole) = self.whole.take() {
            self.take(&String::from_utf8_lossy(&whole))?;
            return self.conclude();
        }
        if self.is_over {
            return Ok(());
        }
        // Without a reason the answer is cut, and its calls may be halves.
        if self.finish.is_none() {
            return Err(ModelError::BrokeOff("the stream ended early".to_owned()));
        }
        self.conclude()
    }

    fn conclude(&mut self) -> Result<(), ModelError> {
        if std::mem::replace(&mut self.is_over, true) {
            return Ok(());
        }
        let finish = match self.finish.as_deref() {
            None if self.calls.is_empty() => Finish::Stop,
            None => return Err(ModelError::BrokeOff("the stream ended within a tool call".to_owned())),
            Some("length") => Finish::Length,
            Some("content_filter") => Finish::Filtered,
            Some(_) => Finish::Stop,
        };
        let calls = std::mem::take(&mut self.calls);
        let calls = if finish == Finish::Stop { calls.finish()? } else { Vec::new() };
        self.ready.push_back(Delta::Ended { finish, calls });
        Ok(())
    }
}
