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
    /// Length of the shortest needle: no shorter text holds one.
    shortest: usize,
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
        let shortest = needles.last().map_or(usize::MAX, String::len);
        Self { needles, shortest }
    }

    /// Whether it looks for nothing.
    pub fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// The text with every secret replaced.
    pub fn text(&self, text: &str) -> String {
        self.clean(text).unwrap_or_else(|| text.to_owned())
    }

    /// The text with every secret replaced; none where there is nothing to replace.
    fn clean(&self, text: &str) -> Option<String> {
        if text.len() < self.shortest {
            return None;
        }
        let mut clean: Option<String> = None;
        for needle in &self.needles {
            let now = clean.as_deref().unwrap_or(text);
            if now.contains(needle.as_str()) {
                clean = Some(now.replace(needle.as_str(), REDACTED));
            }
        }
        clean
    }

    /// The value with every secret replaced in its texts, and the members whose names speak of secrets replaced
    /// where `by_name` says so.
    pub fn value(&self, mut value: Value, by_name: bool) -> Value {
        if by_name || !self.is_empty() {
            self.walk(&mut value, by_name, 0);
        }
        value
    }

    fn walk(&self, value: &mut Value, by_name: bool, depth: usize) {
        if depth > DEEPEST {
            *value = Value::from(REDACTED);
            return;
        }
        match value {
            Value::String(text) => {
                if let Some(clean) = self.clean(text) {
                    *text = clean;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item, by_name, depth + 1)),
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    let is_plain = member.is_string() || member.is_number();
                    if by_name && is_plain && is_secret_name(name) {
                        *member = Value::from(REDACTED);
                    } else {
                        self.walk(member, by_name, depth + 1);
                    }
                }
                if members.keys().any(|name| self.clean(name).is_some()) {
                    let named = std::mem::take(members).into_iter();
                    *members = named.map(|(name, member)| (self.text(&name), member)).collect();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
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

/// The value with everything equal to a sensitive one replaced, of whatever type and however short.
pub fn blot(value: &Value, hidden: &[Value]) -> Value {
    if hidden.contains(value) {
        return Value::from(REDACTED);
    }
    match value {
        Value::Array(items) => items.iter().map(|item| blot(item, hidden)).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), blot(member, hidden))).collect())
        }
        other => other.clone(),
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
        assert_eq!(Redactor::default().value(value, true), json!({"api_key": REDACTED, "note": "short"}));
    }

    #[test]
    fn secrets_are_found_in_names_too_and_the_rest_stays_as_it_is() {
        let redactor = Redactor::new(["long-secret-value"].into_iter());
        let value = json!({"a": [1, null, "x", {"long-secret-value": "long-secret-value!"}], "b": "long"});
        let clean = json!({"a": [1, null, "x", {REDACTED: format!("{REDACTED}!")}], "b": "long"});
        assert_eq!(redactor.value(value, false).to_string(), clean.to_string());
        let deep = (0..=DEEPEST + 1).fold(Value::from("long-secret-value"), |inner, _| json!([inner]));
        assert!(!redactor.value(deep, false).to_string().contains("secret"));
    }

    #[test]
    fn short_values_do_not_blot_out_text() {
        let redactor = Redactor::new(["abc"].into_iter());
        assert_eq!(redactor.text("abc abcabc"), "abc abcabc");
    }
}
