//! Where values come from.

use std::collections::BTreeMap;
use std::fmt;

/// The place of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A line of the file.
    File {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// An environment variable.
    Variable(String),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(out, "{path}:{line}"),
            Self::Variable(name) => write!(out, "environment variable {name}"),
            Self::Flag(flag) => write!(out, "flag {flag}"),
        }
    }
}

/// A value as text, or several of them for a list.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) texts: Vec<String>,
    pub(crate) origin: Origin,
}

/// What was given, by the name of the setting; a later source replaces an earlier one.
#[derive(Debug, Default)]
pub(crate) struct Given {
    values: BTreeMap<&'static str, Value>,
}

impl Given {
    pub(crate) fn set(&mut self, name: &'static str, texts: Vec<String>, origin: Origin) {
        self.values.insert(name, Value { texts, origin });
    }

    pub(crate) fn get(&self, name: &'static str) -> Option<&Value> {
        self.values.get(name)
    }
}
