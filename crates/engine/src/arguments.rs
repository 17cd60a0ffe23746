//! The arguments of a call: decoded, checked, with defaults (semantics: Arguments, steps 1 and 2).

use hookswitch_model::definition::{Arguments, Definition};
use hookswitch_model::draft::NullRule;
use hookswitch_schema::{DecodeLimits, decode_arguments, drop_refused_nulls};
use serde_json::{Map, Value};

use crate::input::ArgumentsInput;

/// Arguments that do not fit.
pub(crate) struct Unfit {
    /// What is wrong, for the model to act on.
    pub(crate) line: String,
    /// What came, for the record.
    pub(crate) arguments: Value,
}

/// The checked arguments. Nothing is repaired.
pub(crate) fn check(definition: &Definition, input: ArgumentsInput) -> Result<Value, Unfit> {
    let mut arguments = match input {
        ArgumentsInput::Text(text) => match decode_arguments(&text, DecodeLimits::default()) {
            Ok(arguments) => arguments,
            Err(error) => {
                let arguments = raw(ArgumentsInput::Text(text));
                return Err(Unfit { line: error.to_string(), arguments });
            }
        },
        ArgumentsInput::Value(Value::Null) => Value::Object(Map::new()),
        ArgumentsInput::Value(value) => value,
    };
    match &definition.arguments {
        Arguments::Strict(_) if !arguments.is_object() => {
            Err(Unfit { line: "the arguments must be a JSON object".to_owned(), arguments })
        }
        Arguments::Strict(schema) => {
            if definition.nulls == NullRule::Drop {
                drop_refused_nulls(schema.as_value(), &mut arguments);
            }
            schema.apply_defaults(&mut arguments);
            match schema.check(&arguments) {
                Ok(()) => Ok(arguments),
                Err(errors) => Err(Unfit { line: errors.to_string(), arguments }),
            }
        }
        Arguments::Loose(shape) => {
            shape.check(arguments.clone()).map_err(|errors| Unfit { line: errors.to_string(), arguments })
        }
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
