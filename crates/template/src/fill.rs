//! What all fills share: rules, budget, unset names, errors.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;
use thiserror::Error;

use crate::lookup::Lookup;
use crate::path::Path;

/// Largest filled text or JSON value unless told otherwise, in bytes.
pub const DEFAULT_MAX_BYTES: usize = 1024 * 1024;

/// How a template is filled. The default is 1 MiB, unset members null, empty path values kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FillRules {
    /// Largest result in bytes; for JSON its compact text.
    pub max_bytes: usize,
    /// What becomes of an object member whose value is one placeholder of an undefined variable.
    pub unset_member: UnsetMember,
    /// What becomes of an empty value in a URL's path.
    pub empty_in_path: EmptyInPath,
}

impl Default for FillRules {
    fn default() -> Self {
        Self {
            max_bytes: DEFAULT_MAX_BYTES,
            unset_member: UnsetMember::Null,
            empty_in_path: EmptyInPath::Keep,
        }
    }
}

/// A JSON object member whose whole value is an undefined variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnsetMember {
    /// It is null (bland: 3.4).
    #[default]
    Null,
    /// It is left out (burki: 3.2). Array items are null all the same.
    Drop,
}

/// An empty or unset value in a URL's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EmptyInPath {
    /// It leaves an empty place (bland: 3.4).
    #[default]
    Keep,
    /// The call is refused (phonic: 3.2, burki: 3.2).
    Refuse,
}

/// A filled template. `Debug` shows no value: it may hold opened secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Filled<T> {
    /// The result.
    pub value: T,
    /// Variables that were not defined or null, each once, in the order met.
    pub unset: Vec<String>,
}

impl<T> fmt::Debug for Filled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filled").field("unset", &self.unset).finish_non_exhaustive()
    }
}

/// Why a template was not filled: nothing may be sent then. Never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FillError {
    /// The result would be larger than `max_bytes`.
    #[error("the filled template is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// A path segment came out as `.` or `..`, in whatever spelling.
    #[error("a path segment of the URL came out as a relative one (. or ..)")]
    DotSegment,
    /// A value in the path is empty and the rules refuse that.
    #[error("the value of \"{variable}\" in the URL's path is empty")]
    EmptyPathValue {
        /// The variable.
        variable: String,
    },
    /// A value in the URL's host holds something that no host name may.
    #[error("the value of \"{variable}\" is no part of a host name")]
    HostValue {
        /// The variable.
        variable: String,
    },
    /// The header would hold CR, LF, NUL or another control character.
    #[error("a header value holds a control character")]
    HeaderControl,
}

/// The state of one fill.
pub(crate) struct Filling<'l> {
    lookup: &'l dyn Lookup,
    limit: usize,
    used: usize,
    unset: Vec<String>,
}

impl<'l> Filling<'l> {
    pub(crate) fn new(lookup: &'l dyn Lookup, limit: usize) -> Self {
        Self { lookup, limit, used: 0, unset: Vec::new() }
    }

    /// The variable's value; an undefined or null one is noted as unset.
    pub(crate) fn value(&mut self, path: &Path) -> Option<Cow<'l, Value>> {
        let found = self.lookup.get(path);
        if found.as_deref().is_none_or(Value::is_null) && !self.unset.iter().any(|name| name == path.text()) {
            self.unset.push(path.text().to_owned());
        }
        found
    }

    /// Takes `bytes` from the budget, before they are allocated.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), FillError> {
        self.used = self.used.saturating_add(bytes);
        if self.used > self.limit { Err(FillError::TooLarge { limit: self.limit }) } else { Ok(()) }
    }

    pub(crate) fn finish<T>(self, value: T) -> Filled<T> {
        Filled { value, unset: self.unset }
    }
}
