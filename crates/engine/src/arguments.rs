//! The arguments of a call: decoded, checked, with defaults (semantics: Arguments, steps 1 and 2).

use hookswitch_model::definition::{Arguments, Definition};
use hookswitch_schema::{DecodeLimits, decode_arguments};
use serde_json::{Map, Value};

use crate::input::ArgumentsInput;

/// The checked arguments, or one line that the model can act on. Nothing is repaired.
pub(crate) fn check(definition: &Definition, input: ArgumentsInput) -> Result<Value, String> {
    let mut arguments = match input {
        ArgumentsInput::Text(text) => {
            decode_arguments(&text, DecodeLimits::default()).map_err(|error| error.to_string())?
        }
        ArgumentsInput::Value(Value::Null) => Value::Object(Map::new()),
        ArgumentsInput::Value(value) => value,
    };
    match &definition.arguments {
        Arguments::Strict(_) if !arguments.is_object() => {
            Err("the arguments must be a JSON object".to_owned())
        }
        Arguments::Strict(schema) => {
            schema.apply_defaults(&mut arguments);
            schema.check(&arguments).map_err(|errors| errors.to_string())?;
            Ok(arguments)
        }
        Arguments::Loose(shape) => shape.check(arguments).map_err(|errors| errors.to_string()),
    }
}

/// What came, for the record of a call that was refused before its arguments were checked.
pub(crate) fn raw(input: ArgumentsInput) -> Value {
    match input {
        ArgumentsInput::Value(value) => value,
        ArgumentsInput::Text(text) => serde_json::from_str(&text)
            .unwrap_or_else(|_| Value::from(text.chars().take(1000).collect::<String>())),
    }
}
