//! Errors: of the machine, for operators; and why an environment could not be made, for authors.

use std::path::PathBuf;

/// Nothing can be built here.
#[derive(Debug, thiserror::Error)]
pub enum PyenvError {
    /// The interpreter does not work.
    #[error("{path}: {why}", path = path.display())]
    Python {
        /// What was started.
        path: PathBuf,
        /// What it said.
        why: String,
    },
    /// No uv, or one that does not run.
    #[error("uv is not there: {0}")]
    NoUv(String),
    /// The folder of environments can't be used.
    #[error("the folder of Python packages: {}: {source}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
}

/// Why an environment could not be made. The text is for the tool's author; `detail` of [`Failure`] is the operator's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FailureKind {
    /// No such package, or no version that does.
    #[error("requirement not available: {0}")]
    NotAvailable(String),
    /// Only in releases that are too young to be taken.
    #[error("requirement not available: {0}: it was released too recently to be taken")]
    TooYoung(String),
    /// Only as source, which is never built.
    #[error(
        "requirement not available: {0}: it has no wheel for this Python and platform, and sources are not built"
    )]
    NoWheel(String),
    /// They exclude each other.
    #[error("the requirements can't be met together")]
    Conflict,
    /// A package asks for an address, or does something else that no package of an index does.
    #[error("a package asks for what is not taken: {0}")]
    Refused(String),
    /// Not this Python.
    #[error("the source asks for Python {wanted}; here is {here}")]
    Python {
        /// `requires-python`.
        wanted: String,
        /// Our version.
        here: String,
    },
    /// A file differs from its lock.
    #[error("a package's file is not what it was: its hash differs")]
    Hash,
    /// More than the operator allows.
    #[error("the packages are too large")]
    TooLarge,
    /// It took too long.
    #[error("the packages could not be fetched in time")]
    TooLong,
    /// No answer from the index.
    #[error("the package index can't be reached")]
    Unreachable,
    /// uv is missing.
    #[error("packages can't be installed on this server")]
    NoUv,
    /// Too many of one tenant at a time.
    #[error("too many packages are being prepared")]
    Busy,
    /// As it was told before this server started.
    #[error("{0}")]
    Before(String),
    /// Anything else.
    #[error("the packages could not be installed")]
    Other,
}

impl FailureKind {
    /// Whether the same may go well later.
    pub fn passes(&self) -> bool {
        matches!(self, Self::TooLong | Self::Unreachable | Self::NoUv | Self::Busy | Self::Other)
    }
}

/// A failure with what the operator should read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Failure {
    /// For the author.
    pub kind: FailureKind,
    /// For the log: what uv printed, an error of the system. No author sees it.
    pub detail: String,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// An error of the system, at a step of ours.
    pub(crate) fn at(step: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::new(FailureKind::Other, format!("{step}: {error}"))
    }
}
