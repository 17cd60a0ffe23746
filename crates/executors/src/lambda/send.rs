//! One attempt: sign the bytes, send them.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hookswitch_egress::{Client, NotSent, RedirectRule, Request, Response, SendError, TlsRule};
use hookswitch_model::Stamp;
use http::Method;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use super::credentials::Credentials;
use super::fill::FilledCall;
use super::sign::{Service, Signable, SigningFailed, sign};
use crate::reading::Stamps;

/// Largest answer: Lambda's 6 MB and a little for what emulators put around it.
const MOST_ANSWER: usize = 6 * 1024 * 1024 + 4096;
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

fn headers_of(
    call: &FilledCall,
    stamps: &Stamps,
    credentials: Option<&Credentials>,
) -> Result<HeaderMap, SigningFailed> {
    let mut headers = call.headers.clone();
    if let Some(credentials) = credentials {
        let url = call.url.to_string();
        let request = Signable { method: &Method::POST, url: &url, headers: &headers, body: &call.event };
        let own = sign(request, credentials, &call.region, Service::Lambda, moment(stamps.now))?;
        headers.extend(own);
    }
    // Not signed: whoever takes part in a trace may write its own.
    if let Some(trace) = stamps.traceparent.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
        headers.insert(TRACEPARENT, trace);
    }
    Ok(headers)
}

fn moment(stamp: Stamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(stamp.micros()).unwrap_or_default())
}

/// Makes one attempt: sent before `send_by` or not at all, listened to until `deadline`. Returns the headers as they
/// were sent beside what came back.
pub async fn attempt(
    client: &Client,
    call: &FilledCall,
    stamps: &Stamps,
    credentials: &Credentials,
    send_by: Instant,
    deadline: Instant,
) -> (HeaderMap, Result<Response, SendError>) {
    let headers = match headers_of(call, stamps, Some(credentials)) {
        Ok(headers) => headers,
        Err(error) => {
            let unsent = NotSent::InvalidRequest(error.to_string());
            return (call.headers.clone(), Err(SendError::NotSent(unsent)));
        }
    };
    let sent = Request {
        method: Method::POST,
        url: call.url.clone(),
        headers: headers.clone(),
        body: call.event.clone(),
        redirects: RedirectRule::None,
        tls: TlsRule::Verified,
        max_body: MOST_ANSWER,
        freshness: call.freshness,
        send_by: Some(send_by.into()),
    };
    (headers, client.send(sent, deadline.into()).await)
}

/// The headers that an attempt would send now, for a dry run. The signature is not made: its place is shown.
pub fn preview(call: &FilledCall, stamps: &Stamps) -> HeaderMap {
    let mut headers = headers_of(call, stamps, None).unwrap_or_default();
    let mut hidden = HeaderValue::from_static("AWS4-HMAC-SHA256");
    hidden.set_sensitive(true);
    headers.insert(AUTHORIZATION, hidden);
    headers
}
