//! Arguments that several commands take.

use serde_json::{Map, Value};

use super::Context;
use crate::error::CliError;

/// JSON on the command line, in a file (`@FILE`) or on the standard input (`-`).
pub(super) fn read_json(context: &mut Context<'_>, flag: &str, given: &str) -> Result<Value, CliError> {
    let text = match (given, given.strip_prefix('@')) {
        ("-", _) => context.terminal.read_all()?,
        (_, Some(file)) => std::fs::read_to_string(file).map_err(|error| CliError::File {
            file: file.into(),
            line: None,
            message: error.to_string(),
        })?,
        _ => given.to_owned(),
    };
    serde_json::from_str(&text).map_err(|error| {
        let hint =
            "quote it for the shell: '{\"date\":\"2026-12-01\"}'; @FILE reads a file, - the standard input";
        CliError::usage(format!("{flag} is no valid JSON: {error}"), hint)
    })
}

/// As [`read_json`], and nothing given is an empty object.
pub(super) fn read_object(
    context: &mut Context<'_>,
    flag: &str,
    given: Option<&String>,
) -> Result<Value, CliError> {
    let value = match given {
        Some(given) => read_json(context, flag, given)?,
        None => Value::Object(Map::new()),
    };
    if value.is_object() {
        return Ok(value);
    }
    Err(CliError::usage(format!("{flag} must be a JSON object"), "write it as '{\"name\": value}'"))
}

/// A variable: `name=text`, or `name:=JSON`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Variable {
    name: String,
    value: Value,
}

impl Variable {
    /// Reads either form.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("expected NAME=TEXT or NAME:=JSON")?;
        let (name, value) = match name.strip_suffix(':') {
            Some(name) => {
                (name, serde_json::from_str(value).map_err(|error| format!("no valid JSON: {error}"))?)
            }
            None => (name, Value::from(value)),
        };
        if name.is_empty() {
            return Err("the name is missing".to_owned());
        }
        Ok(Self { name: name.to_owned(), value })
    }
}

/// Variables as an object; the last one of a name counts.
pub(super) fn object_of(variables: &[Variable]) -> Value {
    Value::Object(variables.iter().map(|variable| (variable.name.clone(), variable.value.clone())).collect())
}

/// Adds a member when there is a value.
pub(super) fn put(body: &mut Value, field: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body[field] = value.into();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn variables_are_texts_unless_told_otherwise() {
        let variables = ["a=1", "b:=1", "c=x=y", "d:={\"e\":[]}"].map(|text| Variable::parse(text).unwrap());
        assert_eq!(object_of(&variables), json!({"a": "1", "b": 1, "c": "x=y", "d": {"e": []}}));
        for text in ["a", "=x", "a:={"] {
            assert!(Variable::parse(text).is_err(), "{text}");
        }
    }
}
