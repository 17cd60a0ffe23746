//! Caches of what every call needs.
//!
//! How long an entry may live depends on who else can change the database. A SQLite file has one server, whose
//! registry drops what it changes: entries live long. A PostgreSQL database may have several: entries live a second,
//! so that a change made by another server is seen within one.

mod change;
mod kept;

use std::sync::Arc;
use std::time::Duration;

use hookswitch_model::{Mode, OrgId, ProjectId, Scope, SealId, ToolId};
use moka::future::Cache;

pub(crate) use change::{Stale, secret_key};
use kept::Kept;

use crate::Registry;
use crate::error::RegistryError;
use crate::keys::Caller;
use crate::prepare::Prepared;

/// How long a change made by another server may go unseen.
const STALENESS: Duration = Duration::from_secs(1);
/// How long entries live where no other server can change anything.
const ALONE: Duration = Duration::from_hours(1);

/// What is live at every call, whatever version a session pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolState {
    /// It may be called.
    Enabled,
    /// It exists and is switched off.
    Disabled,
    /// It is gone.
    Deleted,
}

/// A tool of an organisation and mode.
pub(crate) type OwnedTool = (OrgId, Mode, ToolId);
/// A secret of an organisation and mode, its name in lower case.
pub(crate) type SecretKey = (OrgId, Mode, String);
pub(crate) type SealedBytes = Option<Arc<[u8]>>;

pub(crate) struct Caches {
    /// By SHA-256 of the key.
    pub(crate) callers: Kept<[u8; 32], Arc<Caller>>,
    /// SHA-256 of texts that are no key: remembered for a moment, and apart from the keys, which guesses must not
    /// push out.
    pub(crate) strangers: Kept<[u8; 32], ()>,
    /// Versions never change, so these live as long as there is room.
    pub(crate) prepared: Cache<(ToolId, u32), Arc<Prepared>>,
    /// Project of a tool and whether it is enabled; `None` when it is gone.
    pub(crate) standings: Kept<OwnedTool, Option<(ProjectId, bool)>>,
    /// These go with their tools, agents and bindings, which nobody tells this cache.
    pub(crate) seals: Kept<(OrgId, SealId), SealedBytes>,
    pub(crate) secrets: Kept<SecretKey, SealedBytes>,
    /// Secrets whose use was noted within the last minute.
    pub(crate) noted: Cache<SecretKey, ()>,
    pub(crate) signing: Kept<OwnedTool, Arc<Vec<SealedSigningKey>>>,
    pub(crate) project_signing: Kept<(ProjectId, Mode), Arc<Vec<SealedSigningKey>>>,
}

/// A signing key of a tool, sealed.
#[derive(Debug)]
pub(crate) struct SealedSigningKey {
    pub(crate) sealed: Vec<u8>,
    pub(crate) expires_at: Option<hookswitch_model::Stamp>,
}

impl Caches {
    /// `is_alone`: whether only this server changes the database.
    pub(crate) fn new(is_alone: bool) -> Self {
        let lifetime = if is_alone { ALONE } else { STALENESS };
        Self {
            callers: Kept::new(50_000, lifetime),
            strangers: Kept::new(10_000, STALENESS),
            prepared: Cache::builder().max_capacity(20_000).time_to_idle(Duration::from_hours(1)).build(),
            standings: Kept::new(100_000, lifetime),
            seals: Kept::new(20_000, STALENESS),
            secrets: Kept::new(20_000, lifetime),
            noted: Cache::builder().max_capacity(20_000).time_to_live(Duration::from_mins(1)).build(),
            signing: Kept::new(50_000, lifetime),
            project_signing: Kept::new(20_000, lifetime),
        }
    }
}

impl Registry {
    /// Whether a tool may be called at this moment.
    pub async fn tool_state(&self, scope: Scope, tool: ToolId) -> Result<ToolState, RegistryError> {
        let owner = Scope::new(scope.org, scope.mode);
        let load = self.inner.store.tool_standing(owner, tool);
        let standing = self.inner.caches.standings.get_or_load((scope.org, scope.mode, tool), load).await?;
        Ok(match standing {
            Some((project, _)) if scope.project.is_some_and(|wanted| wanted != project) => ToolState::Deleted,
            Some((_, true)) => ToolState::Enabled,
            Some((_, false)) => ToolState::Disabled,
            None => ToolState::Deleted,
        })
    }
}
