//! What is wrong with a schema, told to the person who saves the tool.

use std::fmt;

/// One problem of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFinding {
    /// JSON path in the schema: `$.properties.date.pattern`.
    pub path: String,
    /// One sentence.
    pub message: String,
}

impl SchemaFinding {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for SchemaFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// How large a schema may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaLimits {
    /// Bytes of its compact JSON text.
    pub max_bytes: usize,
    /// Nested arrays and objects.
    pub max_depth: usize,
}

impl Default for SchemaLimits {
    /// 64 KiB and 32 levels.
    fn default() -> Self {
        Self { max_bytes: 64 * 1024, max_depth: 32 }
    }
}
