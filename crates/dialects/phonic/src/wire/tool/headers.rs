//! `endpoint_headers`: literal, sealed at rest, shown by name and right (contract: 2.6).

use std::collections::HashMap;

use hookswitch_model::SealId;
use hookswitch_model::draft::Headers;
use hookswitch_model::secret::{REDACTED, Sealable, is_secret_name};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::wire::param_errors::{ParamErrors, member};

/// Longest value, in bytes.
const MOST_VALUE: usize = 8192;

/// The field.
pub(super) const FIELD: &str = "endpoint_headers";

/// A stored value in clear.
fn clear<'v>(value: &'v Sealable, opened: &'v HashMap<SealId, SecretString>) -> Option<&'v str> {
    match value {
        Sealable::Text(text) | Sealable::Literal { literal: text } => Some(text),
        Sealable::Sealed { sealed, .. } => opened.get(sealed).map(ExposeSecret::expose_secret),
    }
}

/// The headers as a key may see them.
pub(super) fn render(
    headers: &Headers,
    opened: &HashMap<SealId, SecretString>,
    shows_secrets: bool,
) -> Value {
    let shown = headers.iter().map(|(name, value)| {
        let text = clear(value, opened).filter(|_| shows_secrets || !is_secret_name(name));
        (name.clone(), json!(text.unwrap_or(REDACTED)))
    });
    Value::Object(shown.collect())
}

/// Reads a whole map over the stored one. Of tools made here new values are literals; others have templates.
pub(super) fn read(
    given: &Map<String, Value>,
    stored: &Headers,
    opened: &HashMap<SealId, SecretString>,
    is_own: bool,
    errors: &mut ParamErrors,
) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in given {
        let at = member(FIELD, name);
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            _ => {
                errors.note(at, "Expected a string");
                continue;
            }
        };
        let kept = stored.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let value = match kept {
            Some(kept) if text == REDACTED || clear(kept, opened) == Some(text) => kept.clone(),
            _ if text == REDACTED => {
                errors.note(at, "There is no stored value to keep");
                continue;
            }
            _ if text.len() > MOST_VALUE => {
                errors.note(at, format!("At most {MOST_VALUE} bytes"));
                continue;
            }
            _ if text.chars().any(|c| c.is_control() && c != '\t') => {
                errors.note(at, "Control characters can't be sent");
                continue;
            }
            _ if is_own => Sealable::Literal { literal: text.clone() },
            _ => Sealable::Text(text.clone()),
        };
        headers.insert(name.clone(), value);
    }
    headers
}
