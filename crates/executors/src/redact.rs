//! Redaction by value: whatever leaves a call is scanned for the secrets that the call opened, also in their
//! base64, URL-encoded and JSON-escaped forms (security: Secrets at rest, Redaction).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hookswitch_model::secret::{REDACTED, is_secret_name};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Shorter values would blot out ordinary text.
const SHORTEST: usize = 8;
/// Deeper values are replaced as a whole instead of being walked.
const DEEPEST: usize = 128;

/// Finds secret values in texts.
#[derive(Default)]
pub struct Redactor {
    needles: Vec<String>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Redactor({} values)", self.needles.len())
    }
}

impl Redactor {
    /// A redactor for these values.
    pub fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let mut needles = Vec::new();
        for secret in secrets {
            push_forms(&mut needles, secret);
            // `Bearer abc`: the part after the scheme is the secret.
            if let Some((_, rest)) = secret.split_once(' ') {
                push_forms(&mut needles, rest);
            }
        }
        // Longer first, so that a value inside another one does not leave its rest.
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.dedup();
        Self { needles }
    }

    /// Whether it looks for nothing.
    pub fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// The text with every secret replaced.
    pub fn text(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for needle in &self.needles {
            if clean.contains(needle.as_str()) {
                clean = clean.replace(needle.as_str(), REDACTED);
            }
        }
        clean
    }

    /// The value with every secret replaced in its texts, and the members whose names speak of secrets replaced
    /// where `by_name` says so.
    pub fn value(&self, value: &Value, by_name: bool) -> Value {
        self.walk(value, by_name, 0)
    }

    fn walk(&self, value: &Value, by_name: bool, depth: usize) -> Value {
        if depth > DEEPEST {
            return Value::from(REDACTED);
        }
        match value {
            Value::String(text) if self.needles.is_empty() => Value::from(text.as_str()),
            Value::String(text) => Value::from(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.walk(item, by_name, depth + 1)).collect(),
            Value::Object(members) => {
                let walked = members.iter().map(|(name, member)| {
                    let hidden =
                        by_name && is_secret_name(name) && (member.is_string() || member.is_number());
                    let member =
                        if hidden { Value::from(REDACTED) } else { self.walk(member, by_name, depth + 1) };
                    (self.text(name), member)
                });
                Value::Object(walked.collect())
            }
            other => other.clone(),
        }
    }
}

fn push_forms(needles: &mut Vec<String>, secret: &str) {
    if secret.len() < SHORTEST {
        return;
    }
    let json = serde_json::to_string(secret).unwrap_or_default();
    let forms = [
        secret.to_owned(),
        STANDARD.encode(secret),
        STANDARD.encode(secret).trim_end_matches('=').to_owned(),
        URL_SAFE_NO_PAD.encode(secret),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        hookswitch_template::percent_encode(secret),
        json.trim_matches('"').to_owned(),
    ];
    for form in forms {
        if !needles.contains(&form) {
            needles.push(form);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_forms_are_found() {
        let secret = "s3cr3t/value+x\"y";
        let redactor = Redactor::new([secret].into_iter());
        let texts = [
            secret.to_owned(),
            format!("Bearer {}", STANDARD.encode(secret)),
            format!("https://h.example/?k={}", utf8_percent_encode(secret, NON_ALPHANUMERIC)),
            serde_json::to_string(secret).unwrap_or_default(),
        ];
        for text in texts {
            assert!(redactor.text(&text).contains(REDACTED), "{text}");
            assert!(!redactor.text(&text).contains("s3cr3t"), "{text}");
        }
    }

    #[test]
    fn names_hide_members() {
        let value = json!({"api_key": "short", "note": "short"});
        assert_eq!(Redactor::default().value(&value, true), json!({"api_key": REDACTED, "note": "short"}));
    }

    #[test]
    fn short_values_do_not_blot_out_text() {
        let redactor = Redactor::new(["abc"].into_iter());
        assert_eq!(redactor.text("abc abcabc"), "abc abcabc");
    }
}
