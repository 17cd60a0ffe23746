//! API keys and what they may do (security: API keys).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::{KeyId, OrgId, ProjectId};
use crate::scope::{Mode, Scope};
use crate::time::Stamp;

/// One permission of a key; one list for all dialects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// Read tools, agents and bindings.
    #[serde(rename = "tools:read")]
    ToolsRead,
    /// Change tools, agents and bindings.
    #[serde(rename = "tools:write")]
    ToolsWrite,
    /// Set secrets; read header values in the dialects that allow it.
    #[serde(rename = "tools:secrets")]
    ToolsSecrets,
    /// Start and drive sessions, read executions.
    #[serde(rename = "sessions")]
    Sessions,
    /// Organisations, projects and keys.
    #[serde(rename = "admin")]
    Admin,
}

impl Permission {
    /// All permissions: what the bootstrap key has.
    pub const ALL: [Self; 5] =
        [Self::ToolsRead, Self::ToolsWrite, Self::ToolsSecrets, Self::Sessions, Self::Admin];
    /// What a key made without a list gets.
    pub const DEFAULT: [Self; 3] = [Self::ToolsRead, Self::ToolsWrite, Self::Sessions];

    /// The word in the API and the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ToolsRead => "tools:read",
            Self::ToolsWrite => "tools:write",
            Self::ToolsSecrets => "tools:secrets",
            Self::Sessions => "sessions",
            Self::Admin => "admin",
        }
    }

    /// The permission of a word; `None` for any other word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == word)
    }
}

/// A key as stored and shown: never the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    /// Its handle.
    pub id: KeyId,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// The project that counts where the dialect has none.
    pub project: ProjectId,
    /// Live or test.
    pub mode: Mode,
    /// What people call it.
    pub name: String,
    /// The first characters of the key, to tell keys apart: `hs_live_ab12`.
    pub hint: String,
    /// What it may do.
    pub permissions: BTreeSet<Permission>,
    /// When it was made.
    pub created_at: Stamp,
    /// When it stops to work by itself.
    pub expires_at: Option<Stamp>,
    /// When it was revoked.
    pub revoked_at: Option<Stamp>,
}

impl ApiKey {
    /// Whether the key works at this moment.
    pub fn is_valid_at(&self, now: Stamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether it has a permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// The scope of its requests: all projects of its organisation and mode.
    pub const fn scope(&self) -> Scope {
        Scope::new(self.org, self.mode)
    }
}
