//! The fields of an agent that only this dialect knows: kept as sent, shown, with their defaults and limits.

use serde_json::{Value, json};

use crate::wire::trouble::Trouble;

/// A field and what is shown when nothing is stored.
pub(super) fn default_of(name: &str) -> Option<Value> {
    Some(match name {
        "greeting_variants"
        | "voice_id"
        | "language"
        | "idle_check_in"
        | "consent_line"
        | "persona_perspective"
        | "extraction_schema"
        | "extraction_webhook_url" => Value::Null,
        "brain_model" => json!("default"),
        "barge_sensitivity" => json!("normal"),
        "ack_mode" => json!("auto"),
        "recordings_enabled" => json!(false),
        "keyterms" | "goals" | "vocabulary" => json!([]),
        _ => return None,
    })
}

/// Their names.
pub(super) const NAMES: [&str; 15] = [
    "greeting_variants",
    "voice_id",
    "brain_model",
    "language",
    "barge_sensitivity",
    "ack_mode",
    "idle_check_in",
    "recordings_enabled",
    "consent_line",
    "keyterms",
    "goals",
    "vocabulary",
    "persona_perspective",
    "extraction_schema",
    "extraction_webhook_url",
];

/// Checks a value that is not null. `is_public` judges URLs.
pub(super) fn check(
    name: &'static str,
    value: &Value,
    is_public: impl Fn(&str) -> Result<(), String>,
) -> Result<(), Trouble> {
    let is_text = |most: usize| value.as_str().is_some_and(|text| text.chars().nth(most).is_none());
    let is_list = |most: usize| value.as_array().is_some_and(|items| items.len() <= most);
    let rule = match name {
        "consent_line" if !is_text(500) => "must be a string of at most 500 characters",
        "recordings_enabled" if !value.is_boolean() => "must be a boolean",
        "keyterms" if !is_list(100) => "must be a list of at most 100 items",
        "goals" if !is_list(20) => "must be a list of at most 20 items",
        "extraction_webhook_url" => {
            let Some(url) = value.as_str().filter(|url| url.len() <= 2048) else {
                return Err(Trouble::field(name, "must be an https URL"));
            };
            return is_public(url)
                .map_err(|reason| Trouble::field(name, &format!("must be an https URL: {reason}")));
        }
        _ => return Ok(()),
    };
    Err(Trouble::field(name, rule))
}
