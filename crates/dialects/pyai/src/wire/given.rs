//! Fields of a body: present, null or absent, and of the right type.

use serde_json::{Map, Value};

use super::trouble::{INVALID_REQUEST, Trouble};

/// What a body says of a field.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Given<T> {
    /// Nothing: it stays as it is.
    #[default]
    Absent,
    /// Null: its default.
    Null,
    /// A value.
    Is(T),
}

impl<T> Given<T> {
    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The same with its value changed.
    pub fn try_map<U>(self, change: impl FnOnce(T) -> Result<U, Trouble>) -> Result<Given<U>, Trouble> {
        Ok(match self {
            Self::Absent => Given::Absent,
            Self::Null => Given::Null,
            Self::Is(value) => Given::Is(change(value)?),
        })
    }

    /// Whether it is there and not null.
    pub const fn is_value(&self) -> bool {
        matches!(self, Self::Is(_))
    }
}

/// The members of a body that must be an object; no body is an empty one.
pub fn object(body: Option<Value>) -> Result<Map<String, Value>, Trouble> {
    match body {
        None => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members),
        Some(_) => Err(Trouble::new(INVALID_REQUEST, "The body must be a JSON object")),
    }
}

/// A field as it is.
pub fn any(members: &Map<String, Value>, name: &str) -> Given<Value> {
    match members.get(name) {
        None => Given::Absent,
        Some(Value::Null) => Given::Null,
        Some(value) => Given::Is(value.clone()),
    }
}

/// A text of at most `most` characters.
pub fn text(members: &Map<String, Value>, name: &str, most: usize) -> Result<Given<String>, Trouble> {
    any(members, name).try_map(|value| match value {
        Value::String(text) if text.chars().nth(most).is_none() => Ok(text),
        Value::String(_) => Err(Trouble::field(name, &format!("must have at most {most} characters"))),
        _ => Err(Trouble::field(name, "must be a string")),
    })
}

/// True or false.
pub fn truth(members: &Map<String, Value>, name: &str) -> Result<Given<bool>, Trouble> {
    any(members, name)
        .try_map(|value| value.as_bool().ok_or_else(|| Trouble::field(name, "must be a boolean")))
}

/// A whole number in a range; `5.0` is one.
pub fn whole(
    members: &Map<String, Value>,
    name: &str,
    range: std::ops::RangeInclusive<u64>,
) -> Result<Given<u64>, Trouble> {
    any(members, name).try_map(|value| {
        let number = whole_number(&value).ok_or_else(|| Trouble::field(name, "must be an integer"))?;
        if range.contains(&number) {
            Ok(number)
        } else {
            Err(Trouble::field(name, &format!("must be {} to {}", range.start(), range.end())))
        }
    })
}

/// Numbers that no `u64` holds are none here; negative ones become 0, which no range has that matters.
fn whole_number(value: &Value) -> Option<u64> {
    let number = value.as_number()?;
    if let Some(whole) = number.as_u64() {
        return Some(whole);
    }
    let float = number.as_f64()?;
    let fits = float.fract() == 0.0 && float.abs() < 9.0e15;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked just before")]
    fits.then_some(float.max(0.0) as u64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn members(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn fields_are_there_null_or_absent() {
        let body = members(&json!({"a": "x", "b": null, "n": 5.0, "m": -1, "t": true}));
        assert_eq!(text(&body, "a", 1).unwrap(), Given::Is("x".to_owned()));
        assert_eq!(text(&body, "b", 1).unwrap(), Given::Null);
        assert_eq!(text(&body, "c", 1).unwrap(), Given::Absent);
        assert_eq!(whole(&body, "n", 1..=9).unwrap(), Given::Is(5));
        assert_eq!(truth(&body, "t").unwrap(), Given::Is(true));
        assert!(whole(&body, "m", 1..=9).is_err() && whole(&body, "a", 1..=9).is_err());
        assert!(text(&body, "a", 0).is_err() && text(&body, "n", 9).is_err() && truth(&body, "a").is_err());
    }

    #[test]
    fn absurd_numbers_are_none() {
        for number in [json!(1e300), json!(-1e300), json!(1.5), json!(18_446_744_073_709_551_615_u64)] {
            let body = members(&json!({ "n": number }));
            assert!(whole(&body, "n", 100..=15_000).is_err(), "{number}");
        }
    }
}
