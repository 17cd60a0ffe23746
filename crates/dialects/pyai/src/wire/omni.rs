//! Tokens for Omni sessions, and the secret that signs for the project (contract: 2.9).

use std::time::Duration;

use hookswitch_model::Stamp;
use hookswitch_registry::NewSessionToken;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

use super::given::{self, Given};
use super::trouble::Trouble;

/// How long a token opens sessions when nothing is said.
const DEFAULT_LIFE: u64 = 60;

/// What a token is to be. Its values are checked where it is made.
pub fn token_of(body: &Map<String, Value>) -> Result<NewSessionToken, Trouble> {
    let origins = match given::any(body, "allowed_origins") {
        Given::Is(Value::Array(items)) => {
            let texts = items.into_iter().map(|item| match item {
                Value::String(text) => Ok(text),
                _ => Err(Trouble::field("allowed_origins", "must be a list of strings")),
            });
            texts.collect::<Result<_, _>>()?
        }
        Given::Is(_) => return Err(Trouble::field("allowed_origins", "must be a list of strings")),
        Given::Null | Given::Absent => return Err(Trouble::field("allowed_origins", "is required")),
    };
    let seconds = given::whole(body, "ttl_seconds", 1..=600)?.value().unwrap_or(DEFAULT_LIFE);
    let label = given::text(body, "session_label", 256)?.value();
    Ok(NewSessionToken { origins, life: Duration::from_secs(seconds), label })
}

/// A token as it is shown once. `base` is how the dialect is seen from outside, with its scheme.
pub fn token(secret: &SecretString, expires_at: Stamp, label: Option<&str>, base: &str) -> Value {
    json!({
        "object": "omni.session",
        "token": secret.expose_secret(),
        "expires_at": expires_at.micros().div_euclid(1000),
        "url": format!("{}/v1/omni?format=pcm16&rate=24000", socket_base(base)),
        "session_label": label,
    })
}

/// `wss://` for `https://`, `ws://` for `http://`.
fn socket_base(base: &str) -> String {
    match base.split_once("://") {
        Some(("https", rest)) => format!("wss://{rest}"),
        Some((_, rest)) => format!("ws://{rest}"),
        None => base.to_owned(),
    }
}

/// What is known of the project's signing secret.
pub fn signing(last4: Option<&str>) -> Value {
    json!({"object": "webhook_signing_secret", "configured": last4.is_some(), "last4": last4})
}

/// A new signing secret of the project, shown once.
pub fn new_signing(secret: &SecretString) -> Value {
    let text = secret.expose_secret();
    let last4 = text.get(text.len().saturating_sub(4)..);
    json!({"object": "webhook_signing_secret", "configured": true, "last4": last4, "secret": text})
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_url_is_a_socket_of_the_same_place() {
        assert_eq!(socket_base("https://tools.example.com/pyai"), "wss://tools.example.com/pyai");
        assert_eq!(socket_base("http://127.0.0.1:8080/pyai"), "ws://127.0.0.1:8080/pyai");
    }

    #[test]
    fn a_token_wants_origins() {
        let of = |body: Value| token_of(body.as_object().unwrap());
        let token = of(json!({"allowed_origins": ["https://a.example"], "ttl_seconds": 600})).unwrap();
        assert_eq!((token.life, token.label), (Duration::from_mins(10), None));
        assert_eq!(of(json!({})).unwrap_err().param.as_deref(), Some("allowed_origins"));
        for body in [
            json!({"allowed_origins": "https://a.example"}),
            json!({"allowed_origins": [1]}),
            json!({"allowed_origins": ["https://a.example"], "ttl_seconds": 0}),
            json!({"allowed_origins": ["https://a.example"], "ttl_seconds": "60"}),
            json!({"allowed_origins": ["https://a.example"], "session_label": 7}),
        ] {
            assert!(of(body.clone()).is_err(), "{body}");
        }
    }
}
