//! The request as the record shows it: exact, and redacted by name and by value.

use hookswitch_model::execution::RequestRecord;
use hookswitch_model::secret::{REDACTED, is_secret_name};
use http::HeaderMap;
use serde_json::Value;

use super::FilledRequest;
use crate::redact::Redactor;

/// Header names whose values prove a signature; they are shown.
const SIGNATURES: [&str; 3] = ["webhook-signature", "webhook-id", "webhook-timestamp"];

/// The redacted record of a request with the headers that were added to it.
pub fn record_request(request: &FilledRequest, headers: &HeaderMap, redactor: &Redactor) -> RequestRecord {
    let shown = headers.iter().map(|(name, value)| {
        let hidden = value.is_sensitive() || is_secret_name(name.as_str());
        let text = if hidden && !SIGNATURES.contains(&name.as_str()) {
            REDACTED.to_owned()
        } else {
            redactor.text(&String::from_utf8_lossy(value.as_bytes()))
        };
        (name.as_str().to_owned(), text)
    });
    RequestRecord {
        method: request.method.as_str().to_owned(),
        url: redactor.text(&redact_query(&request.url.to_string())),
        headers: shown.collect(),
        body: body_of(&request.body, redactor),
    }
}

fn body_of(body: &[u8], redactor: &Redactor) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => redactor.value(&value, true),
        Err(_) => Value::from(redactor.text(&String::from_utf8_lossy(body))),
    }
}

/// The URL with the values of query parameters replaced whose names speak of secrets.
fn redact_query(url: &str) -> String {
    let Some((base, query)) = url.split_once('?') else { return url.to_owned() };
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret_name(name) => format!("{name}={REDACTED}"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{base}?{}", pairs.join("&"))
}
