//! A client of chat-completions endpoints: asked through egress, read as a stream, retried only before its first
//! event.

mod assemble;
mod chunk;
mod completion;
mod request;
mod sse;

use std::time::Duration;

use bytes::Bytes;
use hookswitch_egress::{CheckedUrl, Client, Request, StreamingResponse};
use hookswitch_model::brain::BrainDraft;
use http::{HeaderValue, Method, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep, timeout_at};

pub use completion::{Completion, Delta, Finish};
pub use request::Question;

use crate::error::ModelError;

/// Most bytes of one answer.
const MOST_ANSWER: usize = 8 * 1024 * 1024;
/// Most bytes of an error's body that are read.
const MOST_ERROR: usize = 16 * 1024;
/// Most tries before the first event.
const MOST_TRIES: u32 = 3;
/// The pause before the second try; doubled for the next.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Where a model is and how it is asked.
#[derive(Debug, Clone)]
pub struct Endpoint {
    settings: BrainDraft,
    key: Option<SecretString>,
    egress: Client,
}

/// How a try ended that may be followed by another.
struct Failed {
    error: ModelError,
    may_retry: bool,
    wait: Option<Duration>,
}

impl Failed {
    fn for_good(error: ModelError) -> Self {
        Self { error, may_retry: false, wait: None }
    }
}

impl Endpoint {
    /// The endpoint of an agent's settings; `key` is opened for this conversation's turn only.
    pub fn new(settings: BrainDraft, key: Option<SecretString>, egress: Client) -> Self {
        Self { settings, key, egress }
    }

    /// Asks for a completion; returns with its first event. Connect errors, 429 and 5xx are tried again within the
    /// time for the first byte, and so is an answer that breaks off before its first event.
    pub async fn ask(&self, question: &Question<'_>) -> Result<Completion, ModelError> {
        let started = Instant::now();
        let first_by = started + self.settings.first_byte_ms.duration();
        let end = started + self.settings.answer_ms.duration();
        let url = self.egress.policy().check_url(&self.settings.completions_url()).map_err(|refusal| {
            tracing::warn!(hint = refusal.operator_hint(), "the model's address is refused");
            ModelError::NotAsked(refusal.tenant_message())
        })?;
        let body = request::body(&self.settings, question);
        let mut pause = FIRST_PAUSE;
        for number in 1.. {
            let failed = match self.attempt(&url, body.clone(), first_by, end).await {
                Ok(completion) => return Ok(completion),
                Err(failed) => failed,
            };
            let wait = failed.wait.unwrap_or(pause);
            if !failed.may_retry || number >= MOST_TRIES || Instant::now() + wait >= first_by {
                return Err(failed.error);
            }
            tracing::debug!(error = %failed.error, number, "the model is asked again");
            sleep(wait).await;
            pause *= 2;
        }
        Err(ModelError::TimedOut)
    }

    async fn attempt(
        &self,
        url: &CheckedUrl,
        body: Bytes,
        first_by: Instant,
        end: Instant,
    ) -> Result<Completion, Failed> {
        let request = self.request(url, body).map_err(Failed::for_good)?;
        let opened = self.egress.open(request, first_by.min(end)).await;
        let response = opened.map_err(|error| {
            let may_retry = error.is_connect_error() || error.is_connection_lost();
            Failed { error: ModelError::of_send(&error), may_retry, wait: None }
        })?;
        if !response.status.is_success() {
            return Err(refused(response, first_by.min(end)).await);
        }
        let mut completion = Completion::new(response, end);
        let begun = timeout_at(first_by.min(end), completion.begin()).await;
        match begun {
            Ok(Ok(())) => Ok(completion),
            Ok(Err(error)) => {
                let may_retry = matches!(error, ModelError::BrokeOff(_));
                Err(Failed { error, may_retry, wait: None })
            }
            Err(_) => Err(Failed::for_good(ModelError::TimedOut)),
        }
    }

    fn request(&self, url: &CheckedUrl, body: Bytes) -> Result<Request, ModelError> {
        let mut request = Request::new(Method::POST, url.clone());
        request.body = body;
        request.max_body = MOST_ANSWER;
        let headers = &mut request.headers;
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("text/event-stream"));
        if let Some(key) = &self.key {
            let mut value =
                HeaderValue::try_from(format!("Bearer {}", key.expose_secret())).map_err(|_| {
                    ModelError::NotAsked("its API key holds characters that no key has".to_owned())
                })?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        Ok(request)
    }
}

/// An answer that is no completion.
async fn refused(mut response: StreamingResponse, by: Instant) -> Failed {
    let status = response.status;
    let retry_after = response.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let wait = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    let mut body = Vec::new();
    // What it says is a help, not a condition.
    let reading = async {
        while let Some(Ok(piece)) = response.next().await {
            body.extend_from_slice(&piece);
            if body.len() > MOST_ERROR {
                return;
            }
        }
    };
    let _ = timeout_at(by, reading).await;
    let said = serde_json::from_slice::<serde_json::Value>(&body).ok();
    let said = said.as_ref().map(|value| value.get("error").unwrap_or(value)).map(chunk::said);
    let error = ModelError::Refused {
        status: status.as_u16(),
        message: said.unwrap_or_else(|| status.canonical_reason().unwrap_or("no reason given").to_owned()),
    };
    let may_retry = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
    Failed { error, may_retry, wait }
}
