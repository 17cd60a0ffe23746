//! The invocation as the record shows it: redacted, with the client context readable.

use hookswitch_model::execution::RequestRecord;
use hookswitch_model::secret::{REDACTED, is_secret_name};
use http::HeaderMap;
use serde_json::{Map, Value};

use super::fill::{CLIENT_CONTEXT, FilledCall};
use crate::redact::{Redactor, blot};
use crate::webhook::body_of;

/// The redacted record of an invocation with the headers that were added to it. The client context is shown as JSON,
/// not in the base64 in which it was sent; of its `env` only the names.
pub fn record_request(
    call: &FilledCall,
    headers: &HeaderMap,
    redactor: &Redactor,
    sensitive: &[Value],
) -> RequestRecord {
    let shown = headers.iter().map(|(name, value)| {
        let text = if *name == CLIENT_CONTEXT {
            redactor.value(blot(&without_values(&call.client_context), sensitive), true).to_string()
        } else if value.is_sensitive() || is_secret_name(name.as_str()) {
            REDACTED.to_owned()
        } else {
            redactor.text(&String::from_utf8_lossy(value.as_bytes()))
        };
        (name.as_str().to_owned(), text)
    });
    RequestRecord {
        method: "POST".to_owned(),
        url: redactor.text(&call.url.to_string()),
        headers: shown.collect(),
        body: body_of(&call.event, redactor, sensitive),
    }
}

fn without_values(context: &Value) -> Value {
    let mut shown = context.clone();
    if let Some(environment) = shown.get_mut("env").and_then(Value::as_object_mut) {
        let names = environment.keys().map(|name| (name.clone(), Value::from(REDACTED)));
        *environment = names.collect::<Map<_, _>>();
    }
    shown
}
