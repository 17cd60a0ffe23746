//! What is wrong with a call's arguments, told to the model.

use std::fmt;

use thiserror::Error;

/// Most errors that are listed.
pub(crate) const MAX_ERRORS: usize = 20;

/// One problem, as a line on which a model can act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentError {
    /// JSON path in the arguments: `$.date`, also of a missing member.
    pub path: String,
    /// `parameter "n" must be an integer`. Values are shown only when short.
    pub message: String,
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// All problems found, at least one and at most 20. Shown as one line, parted by semicolons.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct ArgumentErrors {
    errors: Vec<ArgumentError>,
}

impl ArgumentErrors {
    pub(crate) fn new(errors: Vec<ArgumentError>) -> Self {
        Self { errors }
    }

    pub(crate) fn one(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { errors: vec![ArgumentError { path: path.into(), message: message.into() }] }
    }

    /// The problems, in the order of the schema.
    pub fn as_slice(&self) -> &[ArgumentError] {
        &self.errors
    }
}

impl fmt::Display for ArgumentErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, error) in self.errors.iter().enumerate() {
            if n > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}
