//! The place that a sealed value is bound to.

use std::fmt;

use hookswitch_model::OrgId;

/// What a sealed value is used for. Part of the seal: a value sealed for one purpose never opens for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A named secret of the organisation.
    Secret,
    /// A value inside a tool's definition: a header, a query value.
    Definition,
    /// A secret field of a binding's configuration.
    Binding,
    /// A key that signs what we send.
    Signing,
    /// An API answer that shows a secret once, kept for its `Idempotency-Key`.
    Answer,
}

impl Purpose {
    // Written into seals for good: a changed word makes every stored value of that purpose unreadable.
    const fn label(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Definition => "definition",
            Self::Binding => "binding",
            Self::Signing => "signing",
            Self::Answer => "answer",
        }
    }
}

/// Organisation, row and purpose of a sealed value: the additional authenticated data of its seal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SealContext {
    /// The tenant.
    pub org: OrgId,
    /// Which row or field, in its text form (a `SecretId`, a `SealId`, a request key). Unique within the
    /// organisation and purpose.
    pub id: String,
    /// What for.
    pub purpose: Purpose,
}

impl SealContext {
    /// The place of a value with this id.
    pub fn new(org: OrgId, id: impl fmt::Display, purpose: Purpose) -> Self {
        Self { org, id: id.to_string(), purpose }
    }

    /// The context as authenticated bytes after `head`. Every field carries its length, so that no two
    /// contexts spell the same bytes.
    pub(crate) fn bind(&self, head: &[u8]) -> Vec<u8> {
        let org = self.org.to_string();
        let fields = [head, org.as_bytes(), self.id.as_bytes(), self.purpose.label().as_bytes()];
        let mut bytes = Vec::with_capacity(fields.iter().map(|field| field.len() + 8).sum());
        for field in fields {
            bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        bytes
    }
}
