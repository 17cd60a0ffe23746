//! What can go wrong when a definition is changed or read.

use hookswitch_model::Findings;
use hookswitch_store::StoreError;
use hookswitch_vault::VaultError;

/// Why the registry did not do it. Dialects render it in their own shape.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The definition is refused; all findings.
    #[error("the definition has errors")]
    Invalid(Findings),
    /// There is no such thing in this scope. Also for what belongs to somebody else.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The name is taken.
    #[error("{what} {name:?} already exists")]
    NameTaken {
        /// `tool`, `agent`, …
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Somebody else saved in between.
    #[error("the tool is at version {current}, not {expected}")]
    VersionMismatch {
        /// What the request expected.
        expected: u32,
        /// What is stored.
        current: u32,
    },
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
    /// Sealing or opening failed.
    #[error("a sealed value could not be handled")]
    Vault(#[from] VaultError),
}

impl From<StoreError> for RegistryError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl RegistryError {
    /// An `Invalid` with one finding.
    pub fn finding(path: &str, code: &'static str, message: impl Into<String>) -> Self {
        let mut findings = Findings::default();
        findings.error(path, code, message);
        Self::Invalid(findings)
    }

    /// Names what was looked for where the store only knows that it is absent.
    pub(crate) fn absent(what: &'static str) -> impl FnOnce(StoreError) -> Self {
        move |error| match error {
            StoreError::NotFound => Self::NotFound(what),
            other => Self::Store(other),
        }
    }
}

/// Why a key does not open the door.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Missing, unknown, revoked or expired; which one is nobody's business.
    #[error("the API key is not valid")]
    Invalid,
    /// The store could not be asked.
    #[error("the key could not be checked")]
    Store(#[source] StoreError),
}
