//! What came of a call: a value, or a failure with one line for the model and the rest for the author.

use std::time::Duration;

use serde_json::value::RawValue;

use crate::egress::Outbound;
use crate::tool::Form;

/// One call, told whole.
#[derive(Debug)]
pub struct CallOutcome {
    /// Value or failure.
    pub result: Result<Returned, Failure>,
    /// First bytes of stdout, as text.
    pub stdout: Output,
    /// First bytes of stderr, as text.
    pub stderr: Output,
    /// From the order to the answer.
    pub wall: Duration,
    /// CPU time of the call as the process itself told it; for a killed one unknown.
    pub cpu: Option<Duration>,
    /// Whether anything was reached outside.
    pub outbound: Outbound,
    /// Whether a process was waiting, tool loaded.
    pub warm: bool,
}

/// Bounded output.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Output {
    /// What was kept; bytes that are no UTF-8 are replaced.
    pub text: String,
    /// Bytes written in all.
    pub written: u64,
}

/// A value that the tool returned.
#[derive(Debug)]
pub struct Returned {
    /// Valid JSON, nested less than 128 deep.
    pub json: Box<RawValue>,
    /// Name of its Python type: `dict`, `NoneType`.
    pub python_type: String,
    /// Which entry form ran.
    pub form: Form,
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of thing went wrong.
    pub kind: FailureKind,
    /// One line, fit for a model: no path, no traceback.
    pub message: String,
    /// For the tool's author, when its own code raised.
    pub author: Option<Box<AuthorView>>,
    /// Whether the tool's function may have begun. When not, trying again is safe.
    pub began: bool,
}

/// What only the author sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorView {
    /// Exception's type: `KeyError`.
    pub exception: String,
    /// Exception's message.
    pub message: String,
    /// From the tool's first line on, with line numbers.
    pub traceback: String,
    /// Line of the tool's source, from 1.
    pub line: Option<u32>,
    /// Whether it happened while the module was loaded, before the call.
    pub loading: bool,
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The tool raised.
    Raised,
    /// The source has nothing to call.
    NoEntryPoint,
    /// The deadline passed, or CPU time ran out; the process was killed.
    Timeout,
    /// More memory than the tool may have.
    MemoryLimit,
    /// The process died of a signal.
    Crashed {
        /// Its number.
        signal: i32,
    },
    /// The process ended without an answer.
    NoResult,
    /// The value has no JSON form.
    NotJson,
    /// The value is longer than allowed.
    ResultTooLarge,
    /// Arguments and context together are longer than allowed, or no JSON.
    BadArguments,
    /// More output than is worth reading; killed.
    OutputLimit,
    /// The process did not keep to the protocol.
    Protocol,
    /// No place or memory was free in time.
    Busy,
    /// No process could be started.
    Unavailable,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>, began: bool) -> Self {
        Self { kind, message: message.into(), author: None, began }
    }

    pub(crate) fn unavailable(why: impl std::fmt::Display) -> Self {
        tracing::warn!(%why, "no sandbox process for a call");
        Self::new(FailureKind::Unavailable, "The code sandbox is not available", false)
    }

    pub(crate) fn busy(what: &'static str) -> Self {
        Self::new(FailureKind::Busy, format!("The code sandbox is busy: {what}"), false)
    }
}
