//! A JSON reader that refuses repeated names and deep nesting.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::json_path::shorten;

/// Why the reader stopped, where serde's own error can't say it.
pub(super) enum Problem {
    Duplicate(String),
    TooDeep,
}

#[derive(Default)]
pub(super) struct State(RefCell<Option<Problem>>);

impl State {
    pub(super) fn into_problem(self) -> Option<Problem> {
        self.0.into_inner()
    }

    fn stop<E: Error>(&self, problem: Problem) -> E {
        *self.0.borrow_mut() = Some(problem);
        E::custom("refused")
    }
}

/// Reads one value with `depth_left` levels of nesting to go.
#[derive(Clone, Copy)]
pub(super) struct Seed<'s> {
    pub(super) state: &'s State,
    pub(super) depth_left: usize,
}

impl Seed<'_> {
    fn nested<E: Error>(self) -> Result<Self, E> {
        match self.depth_left.checked_sub(1) {
            Some(depth_left) => Ok(Self { depth_left, ..self }),
            None => Err(self.state.stop(Problem::TooDeep)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let nested = self.nested()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(nested)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let nested = self.nested()?;
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            if members.contains_key(&name) {
                return Err(self.state.stop(Problem::Duplicate(shorten(&name))));
            }
            let value = access.next_value_seed(nested)?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}
