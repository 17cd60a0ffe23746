//! Reading members of a body: absent and null mean the same, and every problem is noted, not the first.

use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::style::{Item, Problem, Step};

/// Notes what is wrong while members are read.
#[derive(Debug, Default)]
pub struct Reader {
    items: Vec<Item>,
}

/// An object of a body and its place.
#[derive(Debug, Clone)]
pub struct Members<'b> {
    map: &'b Map<String, Value>,
    at: Vec<Step>,
}

impl<'b> Members<'b> {
    /// An object at a place.
    pub fn new(map: &'b Map<String, Value>, at: Vec<Step>) -> Self {
        Self { map, at }
    }

    /// A member that is given.
    pub fn get(&self, name: &str) -> Option<&'b Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// The place of a member.
    pub fn place(&self, name: &str) -> Vec<Step> {
        self.at.iter().cloned().chain([Step::from(name)]).collect()
    }
}

impl Reader {
    /// Notes a problem.
    pub fn note(&mut self, loc: Vec<Step>, problem: Problem, input: &Value) {
        self.items.push(Item::new(loc, problem, input));
    }

    /// Nothing when no problem was noted.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.items.is_empty() { Ok(()) } else { Err(Refusal::Unprocessable(self.items)) }
    }

    /// A member that must be there.
    pub fn required<'b>(&mut self, members: &Members<'b>, name: &str) -> Option<&'b Value> {
        let found = members.get(name);
        if found.is_none() {
            self.note(members.place(name), Problem::Missing, &Value::Object(Map::new()));
        }
        found
    }

    /// A text of some length, in characters.
    pub fn text(&mut self, members: &Members<'_>, name: &str, least: usize, most: usize) -> Option<String> {
        let value = members.get(name)?;
        let Some(text) = value.as_str() else {
            self.note(members.place(name), Problem::NotText, value);
            return None;
        };
        let length = text.chars().count();
        if length < least {
            self.note(members.place(name), Problem::TooShort(least), value);
            return None;
        }
        if length > most {
            self.note(members.place(name), Problem::TooLong(most), value);
            return None;
        }
        Some(text.to_owned())
    }

    /// A switch; the words of query strings count too.
    pub fn boolean(&mut self, members: &Members<'_>, name: &str) -> Option<bool> {
        let value = members.get(name)?;
        let found = match value {
            Value::Bool(found) => Some(*found),
            Value::String(text) => word_of_truth(text),
            Value::Number(number) => match number.as_i64() {
                Some(0) => Some(false),
                Some(1) => Some(true),
                _ => None,
            },
            _ => None,
        };
        if found.is_none() {
            self.note(members.place(name), Problem::NotBool, value);
        }
        found
    }

    /// An integer in a range.
    pub fn integer(&mut self, members: &Members<'_>, name: &str, least: i64, most: i64) -> Option<i64> {
        let value = members.get(name)?;
        let found = self.any_integer(members.place(name), value)?;
        self.within(members.place(name), value, found, least, most)
    }

    /// An integer of whatever size.
    pub fn any_integer(&mut self, loc: Vec<Step>, value: &Value) -> Option<i64> {
        let found = whole(value);
        if found.is_none() {
            self.note(loc, Problem::NotInteger, value);
        }
        found
    }

    /// An integer that was read before, in a range.
    pub fn within(
        &mut self,
        loc: Vec<Step>,
        value: &Value,
        found: i64,
        least: i64,
        most: i64,
    ) -> Option<i64> {
        if found < least {
            self.note(loc, Problem::TooSmall(least), value);
            None
        } else if found > most {
            self.note(loc, Problem::TooLarge(most), value);
            None
        } else {
            Some(found)
        }
    }

    /// An object.
    pub fn object<'b>(&mut self, members: &Members<'b>, name: &str) -> Option<&'b Map<String, Value>> {
        let value = members.get(name)?;
        if !value.is_object() {
            self.note(members.place(name), Problem::NotObject, value);
        }
        value.as_object()
    }

    /// A list of integers.
    pub fn integers(&mut self, members: &Members<'_>, name: &str) -> Option<Vec<i64>> {
        let value = members.get(name)?;
        let Some(list) = value.as_array() else {
            self.note(members.place(name), Problem::NotList, value);
            return None;
        };
        let mut found = Vec::with_capacity(list.len());
        for (index, item) in list.iter().enumerate() {
            let mut loc = members.place(name);
            loc.push(index.into());
            found.push(self.any_integer(loc, item)?);
        }
        Some(found)
    }
}

/// A whole number, also written as `3.0`.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
    })
}

/// `true false 1 0 yes no on off` in any case.
pub fn word_of_truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}
