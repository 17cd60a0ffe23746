//! Why the engine did not take a request. What happens to an accepted call is its outcome, not an error.

use hookswitch_model::Findings;
use hookswitch_registry::RegistryError;
use hookswitch_store::StoreError;

/// Errors of the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no such thing in this scope. Also for what belongs to somebody else.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// What was sent can't be taken; all findings.
    #[error("the request has errors")]
    Invalid(Findings),
    /// The server is going down; the same request may be sent to it again later.
    #[error("the server is shutting down")]
    Draining,
    /// The session lives on another node, or is too many for this one.
    #[error("{0}")]
    Unavailable(&'static str),
    /// The session's project has as many open ones as it is set to.
    #[error("the project has {0} open sessions, as many as it may")]
    Crowded(usize),
    /// The execution can't be settled: it is not unknown, or was settled before.
    #[error("the execution is not unknown")]
    NotUnknown,
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
    /// The ledger failed.
    #[error("the ledger failed")]
    Ledger(#[source] hookswitch_store::LedgerError),
    /// The registry failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl EngineError {
    pub(crate) fn finding(path: &str, code: &'static str, message: impl Into<String>) -> Self {
        let mut findings = Findings::default();
        findings.error(path, code, message);
        Self::Invalid(findings)
    }

    pub(crate) fn absent(what: &'static str) -> impl FnOnce(StoreError) -> Self {
        move |error| match error {
            StoreError::NotFound => Self::NotFound(what),
            other => Self::Store(other),
        }
    }
}
