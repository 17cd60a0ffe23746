//! One attempt: sign the bytes, send them, time it.

use std::time::Instant;

use hookswitch_egress::signing::{WebhookSecret, sign, sign_timestamped};
use hookswitch_egress::{Client, MAX_BODY_BYTES, Request, Response, SendError};
use hookswitch_model::draft::SignatureScheme;
use hookswitch_model::execution::AttemptTimings;
use http::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use secrecy::ExposeSecret;

use super::FilledRequest;
use crate::opened::Opened;
use crate::reading::Stamps;

const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const PRODUCT: HeaderValue = HeaderValue::from_static(concat!("hookswitch/", env!("CARGO_PKG_VERSION")));

/// The headers of an attempt: the filled ones, our own, the signature.
fn headers_of(request: &FilledRequest, stamps: &Stamps, opened: &Opened) -> HeaderMap {
    let mut headers = request.headers.clone();
    headers.entry(USER_AGENT).or_insert(PRODUCT);
    if let Ok(act) = HeaderValue::from_str(&stamps.act.to_string()) {
        headers.entry(IDEMPOTENCY_KEY).or_insert(act);
    }
    if let Some(trace) = stamps.traceparent.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
        headers.entry(TRACEPARENT).or_insert(trace);
    }
    if request.signature != SignatureScheme::None {
        let secrets: Vec<WebhookSecret> = (opened.signing.iter())
            .filter_map(|secret| WebhookSecret::parse(secret.expose_secret()).ok())
            .collect();
        let secrets: Vec<&WebhookSecret> = secrets.iter().collect();
        let id = stamps.execution.to_string();
        let timestamp = stamps.now.seconds();
        match sign(&id, timestamp, &request.body, &secrets) {
            Ok(signature) => {
                let values = [(WEBHOOK_ID, id), (WEBHOOK_SIGNATURE, signature)];
                headers.insert(WEBHOOK_TIMESTAMP, HeaderValue::from(timestamp));
                for (name, value) in values {
                    if let Ok(value) = HeaderValue::from_str(&value) {
                        headers.insert(name, value);
                    }
                }
            }
            Err(error) => tracing::error!(%error, "a request could not be signed"),
        }
        if let Some(name) = &request.timestamped_signature {
            let texts = opened.signing.iter().map(ExposeSecret::expose_secret);
            let value = sign_timestamped(timestamp, &request.body, texts);
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name.clone(), value);
            }
        }
    }
    headers
}

/// Makes one attempt: sent before `send_by` or not at all, listened to until `deadline`. Returns the headers as they were sent beside what came back.
pub async fn attempt(
    client: &Client,
    request: &FilledRequest,
    stamps: &Stamps,
    opened: &Opened,
    send_by: Instant,
    deadline: Instant,
) -> (HeaderMap, Result<Response, SendError>) {
    let headers = headers_of(request, stamps, opened);
    let sent = Request {
        method: request.method.clone(),
        url: request.url.clone(),
        headers: headers.clone(),
        body: request.body.clone(),
        redirects: request.redirects,
        tls: request.tls,
        max_body: MAX_BODY_BYTES,
        freshness: request.freshness,
        send_by: Some(send_by.into()),
    };
    (headers, client.send(sent, deadline.into()).await)
}

/// The headers that an attempt would send now, for a dry run.
pub fn preview(request: &FilledRequest, stamps: &Stamps, opened: &Opened) -> HeaderMap {
    headers_of(request, stamps, opened)
}

/// The timings of an answer for the record.
pub fn timings_of(response: &Response) -> AttemptTimings {
    let micros = |span: std::time::Duration| u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
    let timings = &response.timings;
    AttemptTimings {
        dns_us: timings.dns.map_or(0, micros),
        connect_us: timings.connect.map_or(0, micros),
        tls_us: timings.tls.map_or(0, micros),
        first_byte_us: micros(timings.first_byte),
        total_us: micros(timings.total),
        reused: timings.reused,
    }
}
