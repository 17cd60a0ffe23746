//! Everything that changes a definition, once for all dialects, CLI and imports: check, seal, save a version,
//! bind, announce. And what reads it on the hot path: keys, prepared tools, sealed values; all of it cached,
//! bounded, and dropped when it changes.
//!
//! A router holds no rule: it calls this crate.

mod access_tokens;
mod agent_seals;
mod agents;
mod announce;
mod answers;
mod binding_changes;
mod bindings;
mod built_in;
mod call_control;
mod check;
mod code;
mod copies;
mod error;
mod event_webhooks;
mod keys;
mod link_tokens;
mod live;
mod master_key;
mod merge;
mod numbers;
mod orgs;
mod prepare;
mod project_signing;
mod projects;
mod reveal;
mod rewrap;
mod seal;
mod secrets;
mod session_tokens;
mod session_tools;
mod tool_writes;
mod tools;

use std::sync::Arc;

use hookswitch_egress::Client;
use hookswitch_store::Store;
use hookswitch_vault::{KeyFile, Vault};

pub use access_tokens::NewAccessToken;
pub use agent_seals::AgentSeals;
pub use announce::Change;
pub use answers::{KeyedRequest, Recalled};
pub use binding_changes::ChangedDraft;
pub use bindings::NewBinding;
pub use built_in::built_in_id;
pub use call_control::CallPort;
pub use code::CodePort;
// Pages, filters and rows that callers of the registry need and that carry no rule of the store.
pub use error::{AuthError, RegistryError};
pub use event_webhooks::{EventWebhookDraft, SessionEventWebhook};
pub use hookswitch_store::{
    AccessToken, Cursor, CursorError, DeliveryFilter, Order, Org, Page, PageOf, Percentiles, Project,
    ProjectSettings, SessionTally, StoreError, ToolFilter,
};
pub use keys::{Caller, NewKey, ShownKey};
pub use link_tokens::{NewLinkToken, ShownLinkToken};
pub use live::ToolState;
pub use master_key::MasterKeyStatus;
pub use prepare::Prepared;
pub use projects::Removal;
pub use reveal::redact_draft;
pub use rewrap::Rewrapped;
pub use seal::is_placeholder_only;
pub use session_tokens::{NewSessionToken, ShownSessionToken};
pub use tool_writes::SavedTool;

/// The registry; cheap to clone.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    vault: Arc<Vault>,
    egress: Client,
    caches: live::Caches,
    changes: announce::Announcer,
    master_key: master_key::MasterKey,
    /// What reads code, where something can.
    code: std::sync::OnceLock<Arc<dyn CodePort>>,
    calls: std::sync::OnceLock<Arc<dyn CallPort>>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Registry")
    }
}

impl Registry {
    /// The registry over a store, a vault and the egress client whose policy definitions are checked against.
    pub fn new(store: Store, vault: Arc<Vault>, egress: Client) -> Self {
        Self::with_key_file(store, vault, egress, None)
    }

    /// The same, with the file that the master keys are in, so that they can be rotated while serving.
    pub fn with_key_file(store: Store, vault: Arc<Vault>, egress: Client, file: Option<KeyFile>) -> Self {
        let inner = Inner {
            caches: live::Caches::new(store.is_sole_owner()),
            store,
            vault,
            egress,
            changes: announce::Announcer::new(),
            master_key: master_key::MasterKey::in_file(file),
            code: std::sync::OnceLock::new(),
            calls: std::sync::OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The store below, for reads that no rule stands before.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The vault below.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.inner.vault
    }
}
