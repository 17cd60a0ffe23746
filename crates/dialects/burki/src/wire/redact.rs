//! What is never shown, and how it comes back when it was shown as `[REDACTED]` (burki: 3.10).

use hookswitch_registry::is_placeholder_only;
use hookswitch_template::Syntax;
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// What stands for a secret.
pub const REDACTED: &str = hookswitch_model::secret::REDACTED;
/// Words that may stand before a secret.
const SCHEMES: [&str; 5] = ["Bearer", "Basic", "Token", "ApiKey", "Digest"];
/// Ends of member names that speak of secrets, without `_` and `-`.
const SECRET_ENDS: [&str; 9] = [
    "accesskey",
    "secretkey",
    "apikey",
    "apikeys",
    "privatekey",
    "token",
    "password",
    "secret",
    "passphrase",
];

/// Whether a member of this name holds a secret.
pub fn is_secret_member(name: &str) -> bool {
    let plain: String =
        name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect();
    plain == "authorization" || SECRET_ENDS.iter().any(|end| plain.ends_with(end))
}

/// `[REDACTED]`, or that after a scheme word.
pub fn is_redacted(text: &str) -> bool {
    text == REDACTED
        || text.strip_suffix(REDACTED).and_then(|rest| rest.strip_suffix(' ')).is_some_and(is_scheme)
}

fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(word))
}

/// A secret text as it is shown: its scheme word stays, and so does a text of placeholders only.
pub fn hidden(text: &str) -> String {
    if is_placeholder_only(text, Syntax::Dollar) || is_redacted(text) {
        return text.to_owned();
    }
    match text.split_once(' ') {
        Some((word, _)) if is_scheme(word) => format!("{word} {REDACTED}"),
        _ => REDACTED.to_owned(),
    }
}

/// A value with the members hidden whose names speak of secrets, at any depth.
pub fn redacted(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(redacted_members(members)),
        Value::Array(items) => items.iter().map(redacted).collect(),
        other => other.clone(),
    }
}

/// The same for the members of an object.
pub fn redacted_members(members: &Map<String, Value>) -> Map<String, Value> {
    let shown = members.iter().map(|(name, value)| {
        let value = match value {
            Value::String(text) if is_secret_member(name) => {
                if is_placeholder_only(text, Syntax::Dollar) {
                    value.clone()
                } else {
                    Value::from(REDACTED)
                }
            }
            Value::Number(_) if is_secret_member(name) => Value::from(REDACTED),
            Value::Array(items) if is_secret_member(name) => items.iter().map(hide_all).collect(),
            Value::Object(inner) if is_secret_member(name) => {
                Value::Object(inner.iter().map(|(name, value)| (name.clone(), hide_all(value))).collect())
            }
            other => redacted(other),
        };
        (name.clone(), value)
    });
    shown.collect()
}

/// Everything inside what is secret as a whole.
pub fn hide_all(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), hide_all(value))).collect())
        }
        Value::Array(items) => items.iter().map(hide_all).collect(),
        Value::String(_) | Value::Number(_) => Value::from(REDACTED),
    }
}

/// Puts back what was shown as `[REDACTED]` from the value that is stored at the same place.
pub fn restore(value: &mut Value, stored: Option<&Value>, at: &str) -> Result<(), Refusal> {
    match value {
        Value::String(text) if is_redacted(text) => match stored {
            Some(stored) if !stored.is_null() => {
                *value = stored.clone();
                Ok(())
            }
            _ => Err(nothing_stored(at)),
        },
        Value::Object(members) => members.iter_mut().try_for_each(|(name, member)| {
            restore(member, stored.and_then(|stored| stored.get(name)), &format!("{at}.{name}"))
        }),
        Value::Array(items) => items.iter_mut().enumerate().try_for_each(|(index, item)| {
            restore(item, stored.and_then(|stored| stored.get(index)), &format!("{at}.{index}"))
        }),
        _ => Ok(()),
    }
}

/// The answer for a `[REDACTED]` that stands for nothing.
pub fn nothing_stored(at: &str) -> Refusal {
    Refusal::bad(format!("No stored value for {at}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn schemes_stay_and_placeholders_are_shown() {
        for (text, shown) in [
            ("Bearer abc", "Bearer [REDACTED]"),
            ("apikey abc", "apikey [REDACTED]"),
            ("abc", "[REDACTED]"),
            ("Custom abc", "[REDACTED]"),
            ("Bearer ${API_KEY}", "Bearer ${API_KEY}"),
            ("${A}", "${A}"),
            ("Bearer x${A}", "Bearer [REDACTED]"),
            ("Bearer [REDACTED]", "Bearer [REDACTED]"),
        ] {
            assert_eq!(hidden(text), shown, "{text}");
        }
    }

    #[test]
    fn members_are_hidden_at_any_depth_and_come_back() {
        let stored = json!({"a": [{"api_key": "k", "n": 1}], "client_secret": "c", "password": 7, "token": "${T}",
            "keyboard": "qwerty", "author": "me"});
        let mut shown = redacted(&stored);
        assert_eq!(
            shown,
            json!({"a": [{"api_key": REDACTED, "n": 1}], "client_secret": REDACTED, "password": REDACTED,
                "token": "${T}", "keyboard": "qwerty", "author": "me"})
        );
        restore(&mut shown, Some(&stored), "configuration").unwrap();
        assert_eq!(shown, stored);
        let mut unknown = json!({"b": {"x": "Bearer [REDACTED]"}});
        let refused = restore(&mut unknown, Some(&stored), "configuration").unwrap_err();
        assert_eq!(refused, Refusal::bad("No stored value for configuration.b.x"));
    }
}
