//! One chunk of a streamed completion, read leniently: what we don't need may be missing or of any form.

use serde_json::Value;

use crate::error::ModelError;

/// Longest text of an endpoint's error that is passed on, in characters.
const MOST_SAID: usize = 300;

/// A piece of a tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallPiece {
    /// Its place among the calls of the answer; some endpoints leave it out.
    pub(crate) index: Option<u64>,
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) arguments: String,
}

/// What a chunk says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Chunk {
    pub(crate) text: String,
    pub(crate) calls: Vec<CallPiece>,
    pub(crate) finish: Option<String>,
}

impl Chunk {
    /// Reads the data of an event, or a whole completion where the endpoint did not stream.
    pub(crate) fn read(data: &str) -> Result<Self, ModelError> {
        let value: Value = serde_json::from_str(data)
            .map_err(|_| ModelError::Unreadable("an event is not valid JSON".to_owned()))?;
        if let Some(error) = value.get("error").filter(|error| !error.is_null()) {
            return Err(ModelError::BrokeOff(said(error)));
        }
        let Some(choices) = value.get("choices").and_then(Value::as_array) else {
            return Err(ModelError::Unreadable("an event has no \"choices\"".to_owned()));
        };
        // The last chunk of some endpoints tells the usage and has no choice.
        let Some(choice) = choices.first() else { return Ok(Self::default()) };
        let part = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        let text = |name: &str| part.get(name).and_then(Value::as_str).unwrap_or_default();
        let calls = part.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
        Ok(Self {
            // A refusal is what the model says instead of its answer.
            text: format!("{}{}", text("content"), text("refusal")),
            calls: calls.map(piece).collect(),
            finish: choice.get("finish_reason").and_then(Value::as_str).map(str::to_owned),
        })
    }
}

fn piece(call: &Value) -> CallPiece {
    let owned = |value: Option<&Value>| {
        value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let function = call.get("function").unwrap_or(&Value::Null);
    let arguments = match function.get("arguments") {
        Some(Value::String(text)) => text.clone(),
        // Local endpoints send the object itself.
        Some(object @ Value::Object(_)) => object.to_string(),
        _ => String::new(),
    };
    CallPiece {
        index: call.get("index").and_then(Value::as_u64),
        id: owned(call.get("id")),
        name: owned(function.get("name")),
        arguments,
    }
}

/// What an error object of an endpoint says, in one short line.
pub(crate) fn said(error: &Value) -> String {
    let text = match error {
        Value::String(text) => text.clone(),
        other => other.get("message").and_then(Value::as_str).unwrap_or("no reason given").to_owned(),
    };
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_SAID).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn pieces_are_read() {
        let chunk = Chunk::read(
            r#"{"choices":[{"index":0,"delta":{"content":"a","tool_calls":[{"index":1,"id":"c",
            "function":{"name":"f","arguments":"{\"x"}}]},"finish_reason":null}]}"#,
        );
        let chunk = chunk.unwrap();
        assert_eq!((chunk.text.as_str(), chunk.finish), ("a", None));
        let call = CallPiece {
            index: Some(1),
            id: Some("c".to_owned()),
            name: Some("f".to_owned()),
            arguments: "{\"x".to_owned(),
        };
        assert_eq!(chunk.calls, [call]);
        assert_eq!(Chunk::read(r#"{"choices":[],"usage":{}}"#).unwrap(), Chunk::default());
    }

    #[test]
    fn an_error_in_the_stream_is_an_error() {
        let error = Chunk::read(r#"{"error":{"message":"over\nloaded","type":"server_error"}}"#).unwrap_err();
        assert_eq!(error, ModelError::BrokeOff("over loaded".to_owned()));
        assert!(Chunk::read("{}").is_err());
        assert!(Chunk::read("nonsense").is_err());
    }
}
