//! From text to typed values.

use std::str::FromStr;
use std::time::Duration;

use super::ConfigError;
use super::origin::{Given, Origin, Value};

/// The one text of a value.
fn single<'a>(name: &'static str, value: &'a Value) -> Result<&'a str, ConfigError> {
    match value.texts.as_slice() {
        [text] => Ok(text),
        _ => Err(invalid(name, value, "one value, not a list".to_owned())),
    }
}

pub(super) fn invalid(name: &'static str, value: &Value, message: String) -> ConfigError {
    ConfigError::Invalid { origin: value.origin.clone(), name, message }
}

/// A value of a type that parses itself.
pub(super) fn optional<T: FromStr>(
    given: &Given,
    name: &'static str,
    wanted: &str,
) -> Result<Option<T>, ConfigError> {
    let Some(value) = given.get(name) else { return Ok(None) };
    let text = single(name, value)?;
    match text.trim().parse() {
        Ok(parsed) => Ok(Some(parsed)),
        Err(_) => Err(invalid(name, value, format!("{wanted} expected, not {text:?}"))),
    }
}

/// A text.
pub(super) fn text(given: &Given, name: &'static str) -> Result<Option<String>, ConfigError> {
    given.get(name).map(|value| single(name, value).map(str::to_owned)).transpose()
}

/// `true`, `false`, `1`, `0`, `yes`, `no`.
pub(super) fn truth(given: &Given, name: &'static str) -> Result<bool, ConfigError> {
    let Some(value) = given.get(name) else { return Ok(false) };
    match single(name, value)?.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" | "" => Ok(false),
        other => Err(invalid(name, value, format!("true or false expected, not {other:?}"))),
    }
}

/// A length of time: `500ms`, `30s`, `5m`, `12h`, `30d`; a bare number is seconds.
pub(super) fn span(given: &Given, name: &'static str, otherwise: Duration) -> Result<Duration, ConfigError> {
    let Some(value) = given.get(name) else { return Ok(otherwise) };
    let text = single(name, value)?.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit_ms: u64 = match &text[digits..] {
        "ms" => 1,
        "" | "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => 0,
    };
    let number: Option<u64> = text[..digits].parse().ok();
    match number.and_then(|number| number.checked_mul(unit_ms)) {
        Some(milliseconds) if unit_ms > 0 => Ok(Duration::from_millis(milliseconds)),
        _ => {
            Err(invalid(name, value, format!("a time such as 500ms, 30s, 5m or 12h expected, not {text:?}")))
        }
    }
}

/// A list: an array in the file, separated by commas elsewhere.
pub(super) fn list<T: FromStr>(given: &Given, name: &'static str) -> Result<Vec<T>, ConfigError>
where
    T::Err: std::fmt::Display,
{
    let Some(value) = given.get(name) else { return Ok(Vec::new()) };
    let texts = value.texts.iter().flat_map(|text| match value.origin {
        Origin::File { .. } => vec![text.as_str()],
        _ => text.split(',').collect(),
    });
    texts
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| text.parse().map_err(|error| invalid(name, value, format!("{text:?}: {error}"))))
        .collect()
}
