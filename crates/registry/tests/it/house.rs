//! A registry in a temporary folder.

use std::path::Path;
use std::sync::Arc;

use hookswitch_egress::{Client, HickoryResolver, Policy, PolicySettings};
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::{Dialect, KeyId, ProjectId, Scope};
use hookswitch_registry::{Registry, RegistryError, SavedTool};
use hookswitch_store::{DatabaseUrl, Store, StoreOptions};
use hookswitch_vault::{KeyFile, Vault};
use serde_json::Value;

pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) registry: Registry,
    pub(crate) scope: Scope,
    pub(crate) project: ProjectId,
    pub(crate) key: KeyId,
}

impl House {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let registry = open(folder.path()).await;
        let key = registry.bootstrap(None).await.unwrap().unwrap().key;
        Self { folder, registry, scope: key.scope(), project: key.project, key: key.id }
    }

    pub(crate) async fn create(&self, draft: Value) -> Result<SavedTool, RegistryError> {
        let draft: ToolDraft = serde_json::from_value(draft).unwrap();
        self.registry.create_tool(self.scope, self.project, Dialect::Native, draft, self.key).await
    }

    pub(crate) async fn upsert(&self, draft: Value) -> Result<SavedTool, RegistryError> {
        let draft: ToolDraft = serde_json::from_value(draft).unwrap();
        self.registry.upsert_tool(self.scope, self.project, Dialect::Native, draft, self.key).await
    }

    /// Every byte of the database's files.
    pub(crate) fn database_bytes(&self) -> Vec<u8> {
        let files = ["registry.db", "registry.db-wal"];
        files.iter().filter_map(|file| std::fs::read(self.folder.path().join(file)).ok()).flatten().collect()
    }
}

pub(crate) async fn open(folder: &Path) -> Registry {
    let store =
        Store::open(&DatabaseUrl::sqlite(folder.join("registry.db")), StoreOptions::default()).await.unwrap();
    let file = KeyFile::new(folder.join("master.key"));
    let vault = Arc::new(Vault::new(file.load_or_create().unwrap().keys));
    let resolver = Arc::new(HickoryResolver::from_system().unwrap());
    let egress = Client::builder(Policy::new(PolicySettings::default()), resolver).build().unwrap();
    Registry::with_key_file(store, vault, egress, Some(file))
}

pub(crate) fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
