//! Secrets of an organisation, and values sealed inside definitions.

use serde::{Deserialize, Serialize};

use crate::id::{SealId, SecretId};
use crate::name::SecretName;
use crate::time::Stamp;

/// A named secret as shown: never its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Secret {
    /// Its id.
    pub id: SecretId,
    /// Its name, unique without regard to case.
    pub name: SecretName,
    /// First eight hex digits of a keyed hash of the value: tells whether two are the same, nothing more.
    pub fingerprint: String,
    /// When it was first set.
    pub created_at: Stamp,
    /// When its value was last set.
    pub updated_at: Stamp,
    /// When a call last opened it.
    pub last_used_at: Option<Stamp>,
}

/// A text in a definition that may be too secret to be stored there: the registry replaces it by a reference
/// when the definition is saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Sealable {
    /// In clear: a template or an unsuspicious literal.
    Text(String),
    /// Sealed beside the definition.
    Sealed {
        /// Which sealed value.
        sealed: SealId,
        /// The variables that it names, when it is a template; filled when it is opened.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        variables: Vec<String>,
    },
    /// No template, whatever it looks like; sealed whatever its name is.
    Literal {
        /// The value.
        literal: String,
    },
}

impl Sealable {
    /// A reference to a sealed literal.
    pub const fn sealed(sealed: SealId) -> Self {
        Self::Sealed { sealed, variables: Vec::new() }
    }

    /// The sealed value that it refers to.
    pub const fn seal(&self) -> Option<SealId> {
        match self {
            Self::Sealed { sealed, .. } => Some(*sealed),
            Self::Text(_) | Self::Literal { .. } => None,
        }
    }
}

/// What stands in for a secret in everything that leaves us, and keeps the stored value when written back.
pub const REDACTED: &str = "[REDACTED]";

/// Whether a header, query or field of this name carries a secret by its name alone.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name == "idempotency-key" {
        return false;
    }
    matches!(name.as_str(), "authorization" | "proxy-authorization" | "cookie" | "set-cookie")
        || ["token", "secret", "password", "key", "auth"].iter().any(|word| name.contains(word))
}
