//! One try of a delivery: the message signed, sent through egress, and what its end means.

use std::time::{Duration, Instant};

use bytes::Bytes;
use hookswitch_egress::signing::{
    ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, WebhookSecret, sign, sign_body,
};
use hookswitch_egress::{Request, Response};
use hookswitch_model::event_webhook::{DeliveryTry, EventForm};
use hookswitch_model::{ExecutionId, Stamp};
use hookswitch_registry::RegistryError;
use hookswitch_store::{DueDelivery, StoreError, TryOutcome};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::Inner;
use crate::{call_log, message, pause};

/// Hex of HMAC-SHA256 over the body, for logs of calls.
const BODY_SIGNATURE: HeaderName = HeaderName::from_static("x-webhook-signature");
const PRODUCT: HeaderValue = HeaderValue::from_static(concat!("hookswitch/", env!("CARGO_PKG_VERSION")));
/// Most bytes of an answer that are read: nothing in it counts.
const MAX_ANSWER: usize = 64 * 1024;

/// How a try ended, and what it means.
pub(crate) struct Tried {
    pub(crate) record: DeliveryTry,
    pub(crate) outcome: TryOutcome,
    /// Why its webhook is switched off at once.
    pub(crate) disable: Option<&'static str>,
}

/// Sends a delivery once.
pub(crate) async fn try_once(inner: &Inner, due: &DueDelivery) -> Tried {
    let (at, started) = (Stamp::now(), Instant::now());
    let sent = match body_of(inner, due).await {
        Ok(Some(body)) => send(inner, due, body).await,
        // Nothing is left to tell: its session is gone, or it is no line of this log.
        Ok(None) => return nothing_to_tell(at),
        Err(error) => Err(error),
    };
    let total_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let record = |status: Option<StatusCode>, error: Option<String>| DeliveryTry {
        at,
        status: status.map(|status| status.as_u16()),
        error,
        total_us,
    };
    match sent {
        Ok(response) if response.status.is_success() => Tried {
            record: record(Some(response.status), None),
            outcome: TryOutcome::Delivered,
            disable: None,
        },
        Ok(response) => {
            let error = format!("HTTP {}", response.status.as_u16());
            let asked = asked_pause(&response);
            // The receiver says that nobody will ever take it (Standard Webhooks).
            let is_gone = response.status == StatusCode::GONE;
            Tried {
                record: record(Some(response.status), Some(error)),
                outcome: if is_gone { TryOutcome::GivenUp } else { again(inner, due, asked) },
                disable: is_gone.then_some("gone"),
            }
        }
        Err(error) => {
            Tried { record: record(None, Some(error)), outcome: again(inner, due, None), disable: None }
        }
    }
}

fn nothing_to_tell(at: Stamp) -> Tried {
    let error = Some("nothing is left to tell".to_owned());
    let record = DeliveryTry { at, status: None, error, total_us: 0 };
    Tried { record, outcome: TryOutcome::Delivered, disable: None }
}

fn again(inner: &Inner, due: &DueDelivery, asked: Option<Duration>) -> TryOutcome {
    let tried = due.delivery.tried.saturating_add(1);
    let pause = pause::pause_after(tried, asked, random_fraction());
    pause::after_failure(due.delivery.give_up_from, inner.settings.retry_for, Stamp::now(), pause)
}

/// Whole seconds in `Retry-After`.
fn asked_pause(response: &Response) -> Option<Duration> {
    let text = response.headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// The bytes of the message; none when there is nothing to tell.
async fn body_of(inner: &Inner, due: &DueDelivery) -> Result<Option<Bytes>, String> {
    let (Some(event), Some(session)) = (&due.event, &due.session) else { return Ok(None) };
    let value = match due.webhook.form {
        EventForm::Standard => Some(message::standard(event, session)),
        EventForm::CallLog => {
            let id = event.data["execution_id"].as_str().and_then(|text| text.parse::<ExecutionId>().ok());
            let execution = match id {
                Some(id) => match inner.registry.store().get_execution(due.webhook.scope(), id).await {
                    Ok(execution) => Some(execution),
                    Err(StoreError::NotFound) => None,
                    Err(error) => return Err(broken(&error)),
                },
                None => None,
            };
            call_log::line(event, session, execution.as_ref())
        }
    };
    Ok(value.map(|value: Value| Bytes::from(value.to_string())))
}

async fn send(inner: &Inner, due: &DueDelivery, body: Bytes) -> Result<Response, String> {
    let secrets = inner.registry.open_event_webhook_secrets(&due.webhook).await;
    let secrets = secrets.map_err(|error: RegistryError| broken(&error))?;
    let url = inner.egress.policy().check_url(&due.webhook.url);
    let url = url.map_err(|refusal| refusal.tenant_message())?;
    let id = due.delivery.event.to_string();
    let request = Request {
        headers: headers_of(&id, &body, due.webhook.form, &secrets),
        body,
        max_body: MAX_ANSWER,
        ..Request::new(Method::POST, url)
    };
    let deadline = tokio::time::Instant::now() + inner.settings.timeout;
    inner.egress.send(request, deadline).await.map_err(|error| match error.refusal() {
        Some(refusal) => refusal.tenant_message(),
        None => error.to_string(),
    })
}

fn headers_of(id: &str, body: &[u8], form: EventForm, secrets: &[SecretString]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, PRODUCT);
    let timestamp = Stamp::now().seconds();
    let parsed: Vec<WebhookSecret> =
        secrets.iter().filter_map(|secret| WebhookSecret::parse(secret.expose_secret()).ok()).collect();
    let parsed: Vec<&WebhookSecret> = parsed.iter().collect();
    match sign(id, timestamp, body, &parsed) {
        Ok(signature) => {
            headers.insert(TIMESTAMP_HEADER, HeaderValue::from(timestamp));
            for (name, value) in [(ID_HEADER, id), (SIGNATURE_HEADER, signature.as_str())] {
                if let Ok(value) = HeaderValue::from_str(value) {
                    headers.insert(name, value);
                }
            }
        }
        Err(error) => tracing::error!(%error, "a message could not be signed"),
    }
    if form == EventForm::CallLog
        && let Some(Ok(value)) =
            secrets.first().map(|secret| HeaderValue::from_str(&sign_body(body, secret.expose_secret())))
    {
        headers.insert(BODY_SIGNATURE, value);
    }
    headers
}

/// What the tenant reads when the fault is ours; the log has the rest.
fn broken(error: &dyn std::error::Error) -> String {
    tracing::error!(%error, "a delivery could not be prepared");
    "internal error".to_owned()
}

/// Uniform in 0..1, for jitter only: a fresh id's random bits.
fn random_fraction() -> f64 {
    let bits = ExecutionId::generate().uuid().as_u128() & 0xffff_ffff;
    bits as f64 / f64::from(u32::MAX)
}
