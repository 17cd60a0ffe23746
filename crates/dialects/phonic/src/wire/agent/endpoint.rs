//! `configuration_endpoint`: where a conversation asks for its settings; its header values are sealed.

use std::collections::HashMap;

use hookswitch_model::SealId;
use hookswitch_model::secret::{REDACTED, is_secret_name};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::wire::fields::Fields;
use crate::wire::param_errors::{ParamErrors, member};

/// The field, and the member of our extras that keeps it.
pub(super) const FIELD: &str = "configuration_endpoint";
/// Time to answer when none is given, in milliseconds.
const DEFAULT_TIMEOUT_MS: u64 = 3000;
/// Most headers.
const MOST_HEADERS: usize = 64;
/// Headers that the connection and the signature own.
const REFUSED: [&str; 11] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "keep-alive",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

/// The endpoint as shown.
pub(super) fn render(
    extras: &Map<String, Value>,
    opened: &HashMap<SealId, SecretString>,
    shows_secrets: bool,
) -> Value {
    let Some(stored) = extras.get(FIELD) else { return Value::Null };
    let headers = headers_of(stored).map(|(name, seal)| {
        let text = opened.get(&seal).map(ExposeSecret::expose_secret);
        let text = text.filter(|_| shows_secrets || !is_secret_name(name));
        (name.clone(), json!(text.unwrap_or(REDACTED)))
    });
    json!({
        "url": stored.get("url"),
        "headers": Value::Object(headers.collect()),
        "timeout_ms": stored.get("timeout_ms"),
    })
}

fn headers_of(stored: &Value) -> impl Iterator<Item = (&String, SealId)> {
    let headers = stored.get("headers").and_then(Value::as_object).into_iter().flatten();
    headers.filter_map(|(name, value)| Some((name, value.as_str()?.parse().ok()?)))
}

/// The sealed values that it refers to.
pub(super) fn seals_of(extras: &Map<String, Value>) -> Vec<SealId> {
    extras.get(FIELD).into_iter().flat_map(headers_of).map(|(_, seal)| seal).collect()
}

/// What a body makes of the endpoint.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// To be stored.
    pub(super) stored: Value,
    /// Header values to be sealed.
    pub(super) new_seals: Vec<(SealId, SecretString)>,
    /// Its URL.
    pub(super) url: Option<String>,
}

/// Reads the endpoint over the stored one. `fresh` gives ids for sealed values.
pub(super) fn read(
    given: &Map<String, Value>,
    extras: &Map<String, Value>,
    opened: &HashMap<SealId, SecretString>,
    fresh: &mut dyn FnMut() -> SealId,
    errors: &mut ParamErrors,
) -> Read {
    let mut fields = Fields::new(given, FIELD, errors);
    fields.require("url");
    let url = fields.text("url", 2048).map(str::to_owned);
    if url.as_deref().is_some_and(|url| url.contains('#')) {
        fields.wrong("url", "Must not have a fragment");
    }
    let timeout = fields.integer("timeout_ms", 1..=180_000).unwrap_or(DEFAULT_TIMEOUT_MS);
    let mut new_seals = Vec::new();
    let mut headers = Map::new();
    let kept: HashMap<String, SealId> = extras
        .get(FIELD)
        .into_iter()
        .flat_map(headers_of)
        .map(|(name, seal)| (name.to_ascii_lowercase(), seal))
        .collect();
    if let Some(map) = fields.object("headers") {
        if map.len() > MOST_HEADERS {
            fields.wrong("headers", format!("At most {MOST_HEADERS} headers"));
        }
        for (name, value) in map.iter().take(MOST_HEADERS) {
            let at = member(&member(FIELD, "headers"), name);
            let Some(text) = value.as_str() else {
                if !value.is_null() {
                    fields.errors.note(at, "Expected a string");
                }
                continue;
            };
            let stored = kept.get(&name.to_ascii_lowercase()).copied();
            let is_same = |seal: &SealId| {
                text == REDACTED || opened.get(seal).is_some_and(|stored| stored.expose_secret() == text)
            };
            let lower = name.to_ascii_lowercase();
            let seal = match stored.filter(is_same) {
                Some(seal) => seal,
                None if text == REDACTED => {
                    fields.errors.note(at, "There is no stored value to keep");
                    continue;
                }
                None if http::HeaderName::from_bytes(name.as_bytes()).is_err()
                    || REFUSED.contains(&lower.as_str()) =>
                {
                    fields.errors.note(at, "This header can't be set");
                    continue;
                }
                None if text.len() > 8192 || text.chars().any(|c| c.is_control() && c != '\t') => {
                    fields.errors.note(at, "This value can't be sent");
                    continue;
                }
                None => {
                    let seal = fresh();
                    new_seals.push((seal, SecretString::from(text.to_owned())));
                    seal
                }
            };
            headers.insert(name.clone(), json!(seal.to_string()));
        }
    }
    Read { stored: json!({"url": url, "headers": headers, "timeout_ms": timeout}), new_seals, url }
}
