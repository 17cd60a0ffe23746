//! A model's argument text to a JSON object. Nothing is repaired: what can't be read is refused.

mod strict;

use serde::de::DeserializeSeed;
use serde_json::Value;
use thiserror::Error;

/// How large an argument text may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Bytes of the text.
    pub max_bytes: usize,
    /// Nested arrays and objects, the outer object counted.
    pub max_depth: usize,
}

impl Default for DecodeLimits {
    /// 256 KiB and 64 levels.
    fn default() -> Self {
        Self { max_bytes: 256 * 1024, max_depth: 64 }
    }
}

/// Why a text is no argument object. Never holds the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// Larger than the limit.
    #[error("the arguments are larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Nested deeper than the limit.
    #[error("the arguments are nested deeper than {limit} levels")]
    TooDeep {
        /// The limit in levels.
        limit: usize,
    },
    /// The text ends too early.
    #[error("the arguments are incomplete JSON")]
    Truncated,
    /// No JSON.
    #[error("the arguments are not valid JSON (line {line}, column {column})")]
    Invalid {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A name twice in one object, at whatever level.
    #[error("the arguments name \"{name}\" twice in one object")]
    DuplicateKey {
        /// The name, cut to 64 characters.
        name: String,
    },
    /// JSON, but no object.
    #[error("the arguments must be a JSON object")]
    NotAnObject,
}

/// Reads a JSON object.
pub fn decode_arguments(text: &str, limits: DecodeLimits) -> Result<Value, DecodeError> {
    if text.len() > limits.max_bytes {
        return Err(DecodeError::TooLarge { limit: limits.max_bytes });
    }
    let value = decode_value(text, limits.max_depth)?;
    if value.is_object() { Ok(value) } else { Err(DecodeError::NotAnObject) }
}

/// Reads any JSON value under the same rules.
pub(crate) fn decode_value(text: &str, max_depth: usize) -> Result<Value, DecodeError> {
    let state = strict::State::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    // Our own limit counts; serde_json's own stands at 128 and stays as a second fence.
    let read = strict::Seed { state: &state, depth_left: max_depth }.deserialize(&mut reader);
    let read = read.and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| match state.into_problem() {
        Some(strict::Problem::Duplicate(name)) => DecodeError::DuplicateKey { name },
        Some(strict::Problem::TooDeep) => DecodeError::TooDeep { limit: max_depth },
        None if error.is_eof() => DecodeError::Truncated,
        None => DecodeError::Invalid { line: error.line(), column: error.column() },
    })
}
