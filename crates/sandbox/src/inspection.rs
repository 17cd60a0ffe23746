//! Reading a source without running it: in a box, because even a parser can be made to crash.

use serde::Deserialize;

/// What a source holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Inspection {
    /// Why CPython can't parse it; the other fields are empty then.
    pub error: Option<SourceError>,
    /// Modules that it imports anywhere, as written: `urllib.parse`.
    pub imports: Vec<String>,
    /// Top-level functions, in order.
    pub functions: Vec<String>,
    /// Whether a `return` stands outside any function.
    pub body: bool,
}

/// A syntax error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SourceError {
    /// CPython's words.
    pub message: String,
    /// From 1.
    pub line: Option<u32>,
}

/// The tool of the platform that does it.
pub(crate) const CODE: &str = include_str!("../py/inspect_source.py");
