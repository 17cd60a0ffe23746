//! JSONPath extraction from answers (RFC 9535; bland: 3.5).

use std::borrow::Cow;

use serde_json::Value;
use thiserror::Error;

use crate::jsonpath::{self, Query, TooCostly};

/// Longest path, in characters.
pub const MAX_PATH_CHARS: usize = 1024;
/// Most nodes that a path may find.
pub const MAX_NODES: usize = 10_000;

/// A named path, parsed when the tool is saved.
#[derive(Debug, Clone)]
pub struct Extraction {
    name: String,
    source: String,
    query: Query,
}

/// Why a path can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExtractionError {
    /// Longer than [`MAX_PATH_CHARS`].
    #[error("a JSONPath has at most {MAX_PATH_CHARS} characters")]
    TooLong,
    /// Not by RFC 9535. `position` counts in the path as it was read, with its leading `$`.
    #[error("not a JSONPath (at byte {position}): {message}")]
    Invalid {
        /// Where, from 0.
        position: usize,
        /// What was expected.
        message: String,
    },
}

/// What an evaluation found.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// No node or an error: null. One node: its value. Several: an array of their values.
    pub value: Value,
    /// Which of these it was.
    pub outcome: ExtractionOutcome,
}

/// How an extraction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExtractionOutcome {
    /// At least one node.
    Set,
    /// No node.
    Empty,
    /// More than [`MAX_NODES`] nodes, or a path too costly for so large an answer.
    Error,
}

impl Extraction {
    /// Parses a path. Without a leading `$` it gets `$.` (`$` before `[`) in front; hyphens in shorthand member names
    /// are accepted.
    pub fn parse(name: &str, path_text: &str) -> Result<Self, ExtractionError> {
        if path_text.chars().nth(MAX_PATH_CHARS).is_some() {
            return Err(ExtractionError::TooLong);
        }
        let query = jsonpath::parse(&rooted(path_text)).map_err(|problem| ExtractionError::Invalid {
            position: problem.position,
            message: problem.message.to_owned(),
        })?;
        Ok(Self { name: name.to_owned(), source: path_text.to_owned(), query })
    }

    /// The variable that is set.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Evaluates the path on an answer.
    pub fn evaluate(&self, answer: &Value) -> Extracted {
        let nodes = match jsonpath::evaluate(&self.query, answer) {
            Ok(nodes) => nodes,
            Err(TooCostly) => return Extracted { value: Value::Null, outcome: ExtractionOutcome::Error },
        };
        let (value, outcome) = match nodes.as_slice() {
            [] => (Value::Null, ExtractionOutcome::Empty),
            [node] => ((*node).clone(), ExtractionOutcome::Set),
            nodes if nodes.len() > MAX_NODES => (Value::Null, ExtractionOutcome::Error),
            nodes => (nodes.iter().map(|node| (*node).clone()).collect(), ExtractionOutcome::Set),
        };
        Extracted { value, outcome }
    }
}

/// With a leading `$`.
fn rooted(path: &str) -> Cow<'_, str> {
    match path.chars().next() {
        Some('$') => path.into(),
        Some('[' | '.') => format!("${path}").into(),
        _ => format!("$.{path}").into(),
    }
}
