//! The request as the record shows it: exact, and redacted by name and by value.

use hookswitch_model::execution::RequestRecord;
use hookswitch_model::secret::{REDACTED, is_secret_name};
use http::HeaderMap;
use serde_json::Value;

use super::FilledRequest;
use crate::redact::{Redactor, blot};

/// Header names whose values prove a signature; they are shown.
const SIGNATURES: [&str; 3] = ["webhook-signature", "webhook-id", "webhook-timestamp"];

/// The redacted record of a request with the headers that were added to it.
pub fn record_request(
    request: &FilledRequest,
    headers: &HeaderMap,
    redactor: &Redactor,
    sensitive: &[Value],
) -> RequestRecord {
    let shown = headers.iter().map(|(name, value)| {
        let hidden = value.is_sensitive() || is_secret_name(name.as_str());
        let hidden = hidden || sensitive.iter().any(|secret| is_text_of(secret, value.as_bytes()));
        let text = if hidden && !SIGNATURES.contains(&name.as_str()) {
            REDACTED.to_owned()
        } else {
            redactor.text(&String::from_utf8_lossy(value.as_bytes()))
        };
        (name.as_str().to_owned(), text)
    });
    RequestRecord {
        method: request.method.as_str().to_owned(),
        url: redactor.text(&redact_url(&request.url.to_string(), sensitive)),
        headers: shown.collect(),
        body: body_of(&request.body, redactor, sensitive),
    }
}

/// Whether a text is exactly a sensitive value.
fn is_text_of(secret: &Value, text: &[u8]) -> bool {
    !secret.is_null() && hookswitch_template::text_form(secret).as_bytes() == text
}

pub(crate) fn body_of(body: &[u8], redactor: &Redactor, sensitive: &[Value]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => redactor.value(if sensitive.is_empty() { value } else { blot(&value, sensitive) }, true),
        Err(_) => Value::from(redactor.text(&String::from_utf8_lossy(body))),
    }
}

/// The URL without the values of query parameters whose names speak of secrets, and without sensitive values.
fn redact_url(url: &str, sensitive: &[Value]) -> String {
    let hidden: Vec<String> = (sensitive.iter().filter(|value| !value.is_null()))
        .map(|value| hookswitch_template::percent_encode(&hookswitch_template::text_form(value)))
        .collect();
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    let segments: Vec<&str> = path
        .split('/')
        .map(|segment| if hidden.iter().any(|text| text == segment) { REDACTED } else { segment })
        .collect();
    let Some(query) = query else { return segments.join("/") };
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if is_secret_name(name) || hidden.iter().any(|text| text == value) => {
                format!("{name}={REDACTED}")
            }
            _ => pair.to_owned(),
        })
        .collect();
    format!("{}?{}", segments.join("/"), pairs.join("&"))
}
