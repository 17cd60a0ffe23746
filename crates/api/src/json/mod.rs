//! JSON bodies: no duplicate keys, bounded depth, and errors that say where.

mod guard;
mod wording;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use guard::MAX_DEPTH;
pub(crate) use wording::sentence;

/// What is wrong with a JSON body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// It is not JSON: syntax, invalid UTF-8, duplicate keys, too deep.
    #[error("{message}")]
    Malformed {
        /// JSON path as far as it is known.
        path: String,
        /// Stable code: `syntax`, `invalid_utf8`, `duplicate_key`, `too_deep`, `number_out_of_range`.
        code: &'static str,
        /// One sentence.
        message: String,
    },
    /// It is JSON, and not what is wanted here.
    #[error("{path}: {message}")]
    Unfit {
        /// JSON path of the value.
        path: String,
        /// Stable code: `invalid_type`, `unknown_field`, `missing_field`, `invalid_value`.
        code: &'static str,
        /// One sentence.
        message: String,
    },
}

/// Parses a body once. The way to the wrong value is only looked for when there is one.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonFault> {
    guard::check(bytes)?;
    match serde_json::from_slice(bytes) {
        Ok(value) => Ok(value),
        Err(error) => Err(explain::<T>(bytes, &error)),
    }
}

/// Why a body was not taken. One that is no JSON says so, whatever else is wrong with it.
#[cold]
fn explain<T: DeserializeOwned>(bytes: &[u8], first: &serde_json::Error) -> JsonFault {
    if let Err(error) = serde_json::from_slice::<Value>(bytes) {
        return malformed(bytes, &error);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(located) => unfit(&located),
        Ok(_) => malformed(bytes, first),
    }
}

/// A value that was parsed before into what is wanted.
pub fn value_into<T: DeserializeOwned>(value: Value) -> Result<T, JsonFault> {
    serde_path_to_error::deserialize(value).map_err(|located| unfit(&located))
}

fn unfit(located: &serde_path_to_error::Error<serde_json::Error>) -> JsonFault {
    let (code, message) = sentence(&located.inner().to_string());
    let mut path = path_of(located.path());
    // Missing and unknown fields are reported at the object that lacks or has them.
    if let ("missing_field" | "unknown_field", Some(name)) = (code, wording::named(&message))
        && !path.ends_with(&format!(".{name}"))
    {
        path = format!("{path}.{name}");
    }
    JsonFault::Unfit { path, code, message }
}

fn path_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut text = "$".to_owned();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&place(*index)),
            Segment::Map { key } => {
                text.push('.');
                text.push_str(key);
            }
            // Not part of the JSON.
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    text
}

/// An index in a path.
fn place(index: usize) -> String {
    format!("[{index}]")
}

fn malformed(bytes: &[u8], error: &serde_json::Error) -> JsonFault {
    let path = "$".to_owned();
    if let Err(utf8) = std::str::from_utf8(bytes) {
        let message = format!("invalid UTF-8 at byte {}", utf8.valid_up_to());
        return JsonFault::Malformed { path, code: "invalid_utf8", message };
    }
    let text = error.to_string();
    let code = if text.starts_with("number out of range") { "number_out_of_range" } else { "syntax" };
    JsonFault::Malformed { path, code, message: text }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its form matters")]
    struct Wanted {
        name: String,
        #[serde(default)]
        numbers: Vec<u32>,
    }

    fn fault(text: &str) -> (String, &'static str) {
        match parse::<Wanted>(text.as_bytes()).unwrap_err() {
            JsonFault::Malformed { path, code, .. } | JsonFault::Unfit { path, code, .. } => (path, code),
        }
    }

    #[test]
    fn faults_say_where() {
        let cases = [
            (r#"{"name":"a","numbers":[1,"x"]}"#, "$.numbers[1]", "invalid_type"),
            (r#"{"name":"a","other":1}"#, "$.other", "unknown_field"),
            ("{}", "$.name", "missing_field"),
            (r#"{"name":"a","name":"b"}"#, "$.name", "duplicate_key"),
            (r#"{"name":"a","numbers":[-1]}"#, "$.numbers[0]", "invalid_value"),
            ("[", "$", "syntax"),
            (r#"{"name":"a"} x"#, "$", "syntax"),
            (r#"{"name":"a","numbers":[1e999]}"#, "$", "number_out_of_range"),
        ];
        for (text, path, code) in cases {
            assert_eq!(fault(text), (path.to_owned(), code), "{text}");
        }
    }

    #[test]
    fn values_are_not_repeated_in_messages() {
        let error = parse::<Wanted>(br#"{"name":"a","numbers":["hs_live_secret"]}"#).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
