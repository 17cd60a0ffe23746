//! Caches of what every call needs. Entries live at most a second, so that a change made by another node is seen
//! within one; changes made here drop them at once.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_model::name::SecretName;
use hookswitch_model::{Mode, OrgId, ProjectId, Scope, SealId, ToolId};
use moka::future::Cache;

use crate::Registry;
use crate::error::RegistryError;
use crate::keys::Caller;
use crate::prepare::Prepared;

/// How long a change made elsewhere may go unseen.
const STALENESS: Duration = Duration::from_secs(1);

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

type SealedBytes = Option<Arc<[u8]>>;

pub(crate) struct Caches {
    /// By SHA-256 of the key; `None` remembers unknown keys for a moment.
    pub(crate) callers: Cache<[u8; 32], Option<Arc<Caller>>>,
    /// Versions never change, so these live as long as there is room.
    pub(crate) prepared: Cache<(ToolId, u32), Arc<Prepared>>,
    pub(crate) states: Cache<ToolId, ToolState>,
    pub(crate) seals: Cache<(OrgId, SealId), SealedBytes>,
    pub(crate) secrets: Cache<(OrgId, Mode, String), SealedBytes>,
    /// Secrets whose use was noted within the last minute.
    pub(crate) noted: Cache<(OrgId, Mode, String), ()>,
    pub(crate) signing: Cache<ToolId, Arc<Vec<SealedSigningKey>>>,
    pub(crate) project_signing: Cache<(ProjectId, Mode), Arc<Vec<SealedSigningKey>>>,
}

/// A signing key of a tool, sealed.
#[derive(Debug)]
pub(crate) struct SealedSigningKey {
    pub(crate) sealed: Vec<u8>,
    pub(crate) expires_at: Option<hookswitch_model::Stamp>,
}

impl Caches {
    pub(crate) fn new() -> Self {
        fn short<K, V>(most: u64) -> Cache<K, V>
        where
            K: std::hash::Hash + Eq + Send + Sync + 'static,
            V: Clone + Send + Sync + 'static,
        {
            Cache::builder().max_capacity(most).time_to_live(STALENESS).build()
        }
        Self {
            callers: short(50_000),
            prepared: Cache::builder().max_capacity(20_000).time_to_idle(Duration::from_hours(1)).build(),
            states: short(100_000),
            seals: short(20_000),
            secrets: short(20_000),
            noted: Cache::builder().max_capacity(20_000).time_to_live(Duration::from_mins(1)).build(),
            signing: short(50_000),
            project_signing: short(20_000),
        }
    }
}

impl Registry {
    /// Whether a tool may be called at this moment.
    pub async fn tool_state(&self, scope: Scope, tool: ToolId) -> Result<ToolState, RegistryError> {
        if let Some(state) = self.inner.caches.states.get(&tool).await {
            return Ok(state);
        }
        let state = match self.inner.store.is_tool_enabled(scope, tool).await {
            Ok(true) => ToolState::Enabled,
            Ok(false) => ToolState::Disabled,
            Err(hookswitch_store::StoreError::NotFound) => ToolState::Deleted,
            Err(error) => return Err(error.into()),
        };
        self.inner.caches.states.insert(tool, state).await;
        Ok(state)
    }

    pub(crate) async fn forget_tool(&self, tool: ToolId) {
        self.inner.caches.states.invalidate(&tool).await;
        self.inner.caches.signing.invalidate(&tool).await;
        self.inner.changes.tell(crate::Change::Tool(tool));
    }

    pub(crate) async fn forget_secret(&self, scope: Scope, name: &SecretName) {
        let key = (scope.org, scope.mode, name.as_str().to_ascii_lowercase());
        self.inner.caches.secrets.invalidate(&key).await;
        self.inner.changes.tell(crate::Change::Secrets(scope.org));
    }
}
