//! Rotation of the master key while serving.

use std::collections::BTreeSet;

use hookswitch_vault::{KekId, KeyFile, VaultError};
use parking_lot::Mutex;

use crate::Registry;
use crate::error::RegistryError;
use crate::rewrap::Rewrapped;

/// Where a rotation stands.
#[derive(Debug, Clone)]
pub struct MasterKeyStatus {
    /// The key that seals.
    pub current: KekId,
    /// All keys that open, the current one first.
    pub keys: Vec<KekId>,
    /// What the last re-wrap came to so far.
    pub rewrap: Rewrapped,
    /// Whether one is under way.
    pub is_running: bool,
}

/// The file that the keys are in, and the re-wrap under way.
#[derive(Debug, Default)]
pub(crate) struct MasterKey {
    file: Option<KeyFile>,
    rewrap: Mutex<(Rewrapped, bool)>,
}

impl MasterKey {
    pub(crate) fn in_file(file: Option<KeyFile>) -> Self {
        Self { file, rewrap: Mutex::default() }
    }
}

impl Registry {
    /// Which master keys are known and how far a re-wrap is.
    pub fn master_key_status(&self) -> MasterKeyStatus {
        let (rewrap, is_running) = *self.inner.master_key.rewrap.lock();
        let vault = &self.inner.vault;
        MasterKeyStatus { current: vault.current(), keys: vault.key_ids(), rewrap, is_running }
    }

    /// Makes a new master key, seals with it from now on, and moves stored values to it in the background.
    pub async fn rotate_master_key(&self) -> Result<MasterKeyStatus, RegistryError> {
        let Some(file) = self.inner.master_key.file.clone() else {
            return Err(RegistryError::Vault(VaultError::Provider(
                "the master key comes from the environment: set a new one in front of it and restart",
            )));
        };
        let rotated = tokio::task::spawn_blocking(move || file.rotate()).await;
        let keys = rotated
            .map_err(|_| RegistryError::Vault(VaultError::Provider("the rotation was cut short")))??;
        self.inner.vault.reload(keys);
        self.rewrap_in_background();
        Ok(self.master_key_status())
    }

    /// Moves stored values to the current key beside whatever goes on, once at a time.
    pub fn rewrap_in_background(&self) {
        {
            let mut rewrap = self.inner.master_key.rewrap.lock();
            if rewrap.1 {
                return;
            }
            *rewrap = (Rewrapped::default(), true);
        }
        let registry = self.clone();
        tokio::spawn(async move {
            let told = registry.clone();
            let note = move |done| told.inner.master_key.rewrap.lock().0 = done;
            let ended = registry.rewrap_all(note).await;
            let mut rewrap = registry.inner.master_key.rewrap.lock();
            rewrap.1 = false;
            match ended {
                Ok(done) => rewrap.0 = done,
                Err(error) => tracing::error!(%error, "the re-wrap stopped; it goes on at the next start"),
            }
        });
    }

    /// Checks that every sealed value can be opened with the keys given: the ids of keys that are missing.
    pub async fn missing_master_keys(&self) -> Result<BTreeSet<KekId>, RegistryError> {
        let known: BTreeSet<KekId> = self.inner.vault.key_ids().into_iter().collect();
        let (mut missing, mut after) = (BTreeSet::new(), None);
        loop {
            let rows = self.inner.store.sealed_rows_any_tenant(after.as_ref(), 1000).await?;
            let Some(last) = rows.last() else { return Ok(missing) };
            after = Some(last.place);
            let used = rows.iter().filter_map(|row| hookswitch_vault::kek_id_of(&row.sealed).ok());
            missing.extend(used.filter(|id| !known.contains(id)));
        }
    }
}
