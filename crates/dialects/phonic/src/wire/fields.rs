//! Reading members of a body: the value where it fits, a note where it does not.

use serde_json::{Map, Value};

use super::param_errors::{ParamErrors, member};

/// The members of an object that are being read, and where the object stands in the body.
#[derive(Debug)]
pub struct Fields<'b, 'e> {
    members: &'b Map<String, Value>,
    at: &'e str,
    /// What was found wrong so far.
    pub errors: &'e mut ParamErrors,
}

impl<'b, 'e> Fields<'b, 'e> {
    /// The members of an object at a place; empty for the body itself.
    pub fn new(members: &'b Map<String, Value>, at: &'e str, errors: &'e mut ParamErrors) -> Self {
        Self { members, at, errors }
    }

    /// A member that is there; null counts as given.
    pub fn raw(&self, name: &str) -> Option<&'b Value> {
        self.members.get(name)
    }

    /// A member that is there and not null.
    pub fn given(&self, name: &str) -> Option<&'b Value> {
        self.raw(name).filter(|value| !value.is_null())
    }

    /// Notes what is wrong with a member.
    pub fn wrong(&mut self, name: &str, message: impl Into<String>) {
        self.errors.note(member(self.at, name), message);
    }

    /// A member that must be there.
    pub fn require(&mut self, name: &str) {
        if self.given(name).is_none() {
            self.wrong(name, "Required");
        }
    }

    fn read<T>(&mut self, name: &str, want: &str, read: impl Fn(&'b Value) -> Option<T>) -> Option<T> {
        let value = self.given(name)?;
        let found = read(value);
        if found.is_none() {
            self.wrong(name, format!("Expected {want}"));
        }
        found
    }

    /// A text of at most so many characters.
    pub fn text(&mut self, name: &str, most: usize) -> Option<&'b str> {
        let text = self.read(name, "a string", Value::as_str)?;
        if text.chars().count() > most {
            self.wrong(name, format!("At most {most} characters"));
            return None;
        }
        Some(text)
    }

    /// A boolean.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.read(name, "true or false", Value::as_bool)
    }

    /// An integer within a range; `5.0` is one.
    pub fn integer(&mut self, name: &str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let number = self.read(name, "an integer", |value| {
            value.as_u64().or_else(|| {
                let number = value.as_f64()?;
                (number.fract() == 0.0 && (0.0..=9e15).contains(&number)).then_some(number as u64)
            })
        })?;
        if !range.contains(&number) {
            self.wrong(name, format!("Must be between {} and {}", range.start(), range.end()));
            return None;
        }
        Some(number)
    }

    /// One of some words.
    pub fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.read(name, "a string", Value::as_str)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(name, format!("Must be one of {}", known.join(", ")));
        }
        found
    }

    /// An object.
    pub fn object(&mut self, name: &str) -> Option<&'b Map<String, Value>> {
        self.read(name, "an object", Value::as_object)
    }

    /// A list.
    pub fn list(&mut self, name: &str) -> Option<&'b Vec<Value>> {
        self.read(name, "an array", Value::as_array)
    }
}

/// `+` and 2 to 15 digits, the first of them not 0 (E.164).
pub fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

/// 1 to 64 of lower-case letters, digits and one more character.
pub fn is_slug(text: &str, also: char) -> bool {
    (1..=64).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == also)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_that_do_not_fit_are_noted_where_they_stand() {
        let body = json!({"a": 1, "b": "x", "c": true, "d": 7.5, "e": 5.0, "f": null, "g": 200, "h": -1});
        let mut errors = ParamErrors::default();
        let mut fields = Fields::new(body.as_object().unwrap_or_else(|| panic!("object")), "at", &mut errors);
        assert_eq!(fields.text("a", 5), None);
        assert_eq!(fields.text("b", 5), Some("x"));
        assert_eq!(fields.flag("c"), Some(true));
        assert_eq!(fields.integer("d", 0..=9), None);
        assert_eq!(fields.integer("e", 0..=9), Some(5));
        assert_eq!(fields.integer("g", 0..=9), None);
        assert_eq!(fields.integer("h", 0..=9), None);
        assert_eq!(fields.word("b", &[("y", 1)]), None);
        assert_eq!(fields.flag("f"), None);
        fields.require("f");
        fields.require("a");
        assert_eq!(errors.paths(), ["at.a", "at.d", "at.g", "at.h", "at.b", "at.f"]);
    }

    #[test]
    fn numbers_and_slugs() {
        assert!(is_e164("+15551234567") && !is_e164("15551234567") && !is_e164("+0123") && !is_e164("+1"));
        assert!(is_slug("book_7", '_') && !is_slug("book-7", '_') && !is_slug("", '_') && !is_slug("A", '_'));
    }
}
