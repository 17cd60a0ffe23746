//! Driver `engine-webhook`: signed commands by HTTP, signed events back. Our own SIP engine speaks it, and so can
//! any runtime that owns its calls.

use std::time::Duration;

use bytes::Bytes;
use hookswitch_egress::signing::WebhookSecret;
use hookswitch_egress::{CheckedUrl, Client, Request, SendError};
use http::{HeaderMap, Method, StatusCode};
use parking_lot::RwLock;
use tokio::sync::broadcast;
use tokio::time::Instant;

use super::calls::{Calls, Known};
use super::wire::{self, Answer as Wire, Ask};
use crate::capability::Capabilities;
use crate::command::Command;
use crate::event::CallEvent;
use crate::port::{Answer, Driver, DriverError, Refused, Started};
use crate::result::{CallerNow, OpResult};
use crate::status::CallStatus;

/// How long the engine may take to take a command.
const ANSWER_TIME: Duration = Duration::from_secs(5);
/// How often the engine is asked for an outcome whose event has not come.
const ASK_EVERY: Duration = Duration::from_secs(5);
/// So many times in a row nobody answered: the engine is gone, and with it what it knew.
const GONE_AFTER: u32 = 3;

/// Where the engine is and how it is spoken to.
#[derive(Debug)]
pub struct DriverSettings {
    /// The engine's one URL.
    pub url: CheckedUrl,
    /// Signs both ways.
    pub secret: WebhookSecret,
    /// Name in events and records.
    pub name: &'static str,
}

/// A call engine behind HTTP.
#[derive(Debug)]
pub struct EngineWebhook {
    settings: DriverSettings,
    egress: Client,
    /// None: it has not been heard of yet.
    capabilities: RwLock<Option<Capabilities>>,
    calls: Calls,
}

impl EngineWebhook {
    /// A driver that reaches its engine through `egress`, which is its own: tools can't use that door.
    pub fn new(settings: DriverSettings, egress: Client) -> Self {
        Self { settings, egress, capabilities: RwLock::default(), calls: Calls::default() }
    }

    /// Asks the engine what it can do and remembers it.
    pub async fn learn(&self) -> Result<Capabilities, DriverError> {
        match self.ask(&Ask::Capabilities).await? {
            Wire::Capabilities { capabilities } => {
                *self.capabilities.write() = Some(capabilities.clone());
                Ok(capabilities)
            }
            other => Err(unexpected(&other)),
        }
    }

    async fn ask(&self, ask: &Ask) -> Result<Wire, DriverError> {
        let body = serde_json::to_vec(ask).map_err(|error| DriverError::Unreachable(error.to_string()))?;
        let now = jiff::Timestamp::now().as_second();
        let headers = wire::signed(&body, now, &self.settings.secret)
            .map_err(|error| DriverError::Unreachable(error.to_string()))?;
        let request = Request {
            headers,
            body: Bytes::from(body),
            max_body: wire::MAX_BODY,
            freshness: hookswitch_egress::Freshness::IdleUnder(hookswitch_egress::ACTION_IDLE),
            ..Request::new(Method::POST, self.settings.url.clone())
        };
        let answer = self.egress.send(request, Instant::now() + ANSWER_TIME).await;
        let answer = answer.map_err(|error| match error {
            SendError::NotSent(error) => DriverError::Unreachable(error.to_string()),
            SendError::MaybeSent(error) => DriverError::Lost(error.to_string()),
        })?;
        if answer.status != StatusCode::OK {
            let line = format!("status {}", answer.status);
            // Whoever turns the message away has not acted on it.
            let is_turned_away =
                answer.status.is_client_error() && answer.status != StatusCode::REQUEST_TIMEOUT;
            return Err(if is_turned_away {
                DriverError::Unreachable(line)
            } else {
                DriverError::Lost(line)
            });
        }
        serde_json::from_slice(&answer.body).map_err(|error| DriverError::Lost(error.to_string()))
    }

    /// Waits for an event; asks now and then, since events may be lost with the engine that would have sent them.
    async fn wait_for(&self, call: &str, key: &str) -> Option<OpResult> {
        let mut unanswered = 0;
        loop {
            let changed = self.calls.changed();
            match self.calls.known(call, key) {
                Known::Result(result) => return Some(result),
                Known::CallEnded => return None,
                Known::Nothing => {}
            }
            if tokio::time::timeout(ASK_EVERY, changed).await.is_ok() {
                continue;
            }
            match self.ask(&Ask::Status { call: call.to_owned() }).await {
                Ok(Wire::Status { status }) => {
                    unanswered = 0;
                    let known = status.operations.into_iter().find(|operation| operation.operation == key);
                    match known {
                        Some(operation) => {
                            if let Some(result) = operation.result {
                                self.calls.keep(call, key, result);
                            }
                        }
                        // The call stands, the operation is not known: it never arrived, or is long forgotten.
                        None => return Some(OpResult::Unknown { caller: CallerNow::WithAgent }),
                    }
                }
                Ok(Wire::Refused(refused)) if refused.code == "unknown_call" => return None,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(call, %error, "a call's status can't be had");
                    unanswered += 1;
                    if unanswered >= GONE_AFTER {
                        return None;
                    }
                }
            }
        }
    }
}

fn unexpected(answer: &Wire) -> DriverError {
    match answer {
        Wire::Refused(refused) => DriverError::Refused(refused.clone()),
        other => DriverError::Lost(format!("an answer of another kind: {other:?}")),
    }
}

impl Driver for EngineWebhook {
    fn name(&self) -> &'static str {
        self.settings.name
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities.read().clone().unwrap_or_default()
    }

    fn start<'a>(
        &'a self,
        call: &'a str,
        key: &'a str,
        command: &'a Command,
    ) -> Answer<'a, Result<Started, DriverError>> {
        Box::pin(async move {
            let missing = {
                let known = self.capabilities.read();
                known.as_ref().and_then(|known| known.missing(&command.needs()).first().copied())
            };
            if let Some(first) = missing {
                let line = format!("the phone system can't do this ({first})");
                return Err(DriverError::Refused(Refused::new("not_supported", line)));
            }
            let ask =
                Ask::Command { call: call.to_owned(), operation: key.to_owned(), command: command.clone() };
            match self.ask(&ask).await? {
                Wire::Started => Ok(Started::Running),
                Wire::Ended { result } => Ok(Started::Ended(result)),
                other => Err(unexpected(&other)),
            }
        })
    }

    fn outcome<'a>(&'a self, call: &'a str, key: &'a str) -> Answer<'a, Option<OpResult>> {
        Box::pin(self.wait_for(call, key))
    }

    fn deliver(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let now = jiff::Timestamp::now().as_second();
        if body.len() > wire::MAX_BODY || !wire::is_signed(headers, body, now, &self.settings.secret) {
            return false;
        }
        match wire::read_events(body) {
            Some(events) => {
                self.calls.take(events);
                true
            }
            None => false,
        }
    }

    fn listen(&self) -> Option<broadcast::Receiver<CallEvent>> {
        Some(self.calls.listen())
    }

    fn status<'a>(&'a self, call: &'a str) -> Answer<'a, Result<CallStatus, DriverError>> {
        Box::pin(async move {
            match self.ask(&Ask::Status { call: call.to_owned() }).await? {
                Wire::Status { status } => Ok(status),
                other => Err(unexpected(&other)),
            }
        })
    }
}
