//! What a call's process says, taken as hostile: one frame of bounded length, JSON that parses, or a failure.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::outcome::{AuthorView, Failure, FailureKind, Returned};
use crate::tool::{Form, ToolSpec};

/// A frame from the process.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    ready: Option<Form>,
    #[serde(default, deserialize_with = "even_null")]
    ok: Option<Box<RawValue>>,
    #[serde(rename = "type")]
    python_type: Option<String>,
    err: Option<Told>,
    /// CPU time, microseconds, in the process's own words.
    pub(crate) cpu: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Told {
    kind: Kind,
    #[serde(rename = "type")]
    exception: String,
    message: String,
    traceback: String,
    line: Option<u32>,
    loading: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Raised,
    NotJson,
    TooLarge,
    NoEntry,
    Memory,
}

/// `null` is a value like any other.
fn even_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

fn nonsense(began: bool) -> Failure {
    Failure::new(FailureKind::Protocol, "The code's process gave an answer that makes no sense", began)
}

impl Answer {
    pub(crate) fn parse(frame: &[u8], began: bool) -> Result<Self, Failure> {
        serde_json::from_slice(frame).map_err(|_| nonsense(began))
    }

    /// Reads it as the answer to LOAD.
    pub(crate) fn loaded(self, tool: &ToolSpec) -> Result<Form, Failure> {
        match (self.ready, self.err) {
            (Some(form), None) => Ok(form),
            (None, Some(told)) => Err(told.failure(tool, false)),
            _ => Err(nonsense(false)),
        }
    }

    /// Reads it as the answer to CALL.
    pub(crate) fn returned(self, tool: &ToolSpec, form: Form) -> Result<Returned, Failure> {
        match (self.ok, self.err) {
            (Some(json), None) => {
                // Depth and halves of characters: what the rest of the server could not read again.
                if let Err(error) = serde_json::from_str::<serde_json::Value>(json.get()) {
                    let deep = error.to_string().contains("recursion limit");
                    let failure = Failure::new(
                        FailureKind::NotJson,
                        "Function returned a value that is not JSON: nested too deeply",
                        true,
                    );
                    return Err(if deep { failure } else { nonsense(true) });
                }
                Ok(Returned { json, python_type: self.python_type.unwrap_or_default(), form })
            }
            (None, Some(told)) => Err(told.failure(tool, true)),
            _ => Err(nonsense(true)),
        }
    }
}

impl Told {
    fn failure(self, tool: &ToolSpec, began: bool) -> Failure {
        let (kind, message) = match self.kind {
            Kind::Raised => (FailureKind::Raised, format!("Function execution failed: {}", self.message)),
            Kind::NotJson => (FailureKind::NotJson, self.message.clone()),
            Kind::TooLarge => (FailureKind::ResultTooLarge, "Function returned too long a result".to_owned()),
            Kind::NoEntry => (FailureKind::NoEntryPoint, self.message.clone()),
            Kind::Memory => (
                FailureKind::MemoryLimit,
                format!("Function exceeded memory limit of {} MB", tool.max_memory_mib),
            ),
        };
        let author = AuthorView {
            exception: self.exception,
            message: self.message,
            traceback: self.traceback,
            line: self.line,
            loading: self.loading,
        };
        Failure { kind, message, author: Some(Box::new(author)), began }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tool::tests::spec;

    fn read(text: &str) -> Result<Returned, Failure> {
        Answer::parse(text.as_bytes(), true)?.returned(&spec("x", ""), Form::Only)
    }

    #[test]
    fn null_is_a_value_and_nothing_is_not() {
        assert_eq!(read(r#"{"ok":null,"type":"NoneType"}"#).unwrap().json.get(), "null");
        assert_eq!(read("{}").unwrap_err().kind, FailureKind::Protocol);
        assert_eq!(read(r#"{"ready":"only"}"#).unwrap_err().kind, FailureKind::Protocol);
    }

    #[test]
    fn what_the_server_could_not_read_again_is_refused() {
        let deep = format!(r#"{{"ok":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        assert_eq!(read(&deep).unwrap_err().kind, FailureKind::NotJson);
        assert_eq!(read(r#"{"ok":"\ud800"}"#).unwrap_err().kind, FailureKind::Protocol);
        assert_eq!(read(r#"{"ok":1e999}"#).unwrap_err().kind, FailureKind::Protocol);
    }

    #[test]
    fn errors_become_lines_for_the_model() {
        let told = |kind: &str| {
            let text = format!(
                r#"{{"err":{{"kind":"{kind}","type":"T","message":"m","traceback":"secret path","line":3,"loading":false}}}}"#
            );
            read(&text).unwrap_err()
        };
        assert_eq!(told("raised").message, "Function execution failed: m");
        assert_eq!(told("memory").message, "Function exceeded memory limit of 128 MB");
        assert_eq!(told("raised").author.unwrap().line, Some(3));
        assert_eq!(told("invented").kind, FailureKind::Protocol);
    }

    proptest! {
        #[test]
        fn no_frame_panics(frame in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Answer::parse(&frame, true);
        }
    }
}
