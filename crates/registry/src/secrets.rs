//! The organisation's secrets: set, listed, deleted, opened for one attempt. Never read back.

use std::sync::Arc;

use hookswitch_model::name::SecretName;
use hookswitch_model::secret::Secret;
use hookswitch_model::{Scope, SealId, SecretId, Stamp, ToolId};
use hookswitch_store::{Page, PageOf, StoreError};
use hookswitch_vault::Purpose;
use secrecy::{ExposeSecret, SecretString};

use crate::Registry;
use crate::error::RegistryError;
use crate::live::{SealedSigningKey, ToolState, secret_key};
use crate::seal::purpose_word;

/// Longest value of a secret, in bytes.
const MOST_BYTES: usize = 8192;

impl Registry {
    /// Sets a secret; an existing one of that name is overwritten. The caller learns whether it was new, and
    /// gets a warning text when the value is too short to be found and blotted out by value.
    pub async fn put_secret(
        &self,
        scope: Scope,
        name: SecretName,
        value: &SecretString,
    ) -> Result<(Secret, Option<&'static str>), RegistryError> {
        let length = value.expose_secret().len();
        if length == 0 || length > MOST_BYTES {
            return Err(RegistryError::finding("$.value", "out_of_range", "1 to 8192 bytes"));
        }
        if value.expose_secret().contains('\0') {
            return Err(RegistryError::finding("$.value", "invalid_value", "must not hold a NUL byte"));
        }
        // Sealed under its name, which is what a template knows; the name's case does not count.
        let sealed =
            self.seal_text(scope.org, secret_context(scope, name.as_str()), Purpose::Secret, value)?;
        let fingerprint = self.inner.vault.fingerprint(value);
        let (store, put) = (self.inner.store.clone(), name.clone());
        let secret = Box::pin(async move { store.put_secret(scope, &put, &sealed, &fingerprint).await });
        let secret = self.change_secret(scope, &name, secret).await?;
        let short = (length < 8).then_some(
            "values under 8 bytes are redacted by the name of their place only, not wherever they turn up",
        );
        Ok((secret, short))
    }

    /// The secrets of the organisation and mode, by name.
    pub async fn list_secrets(&self, scope: Scope, page: Page) -> Result<PageOf<Secret>, RegistryError> {
        Ok(self.inner.store.list_secrets(scope, &page).await?)
    }

    /// The secret of an id, as shown.
    pub async fn get_secret_by_id(&self, scope: Scope, id: SecretId) -> Result<Secret, RegistryError> {
        self.inner.store.get_secret_by_id(scope, id).await.map_err(RegistryError::absent("secret"))
    }

    /// Deletes a secret. Calls that need it are refused from now on.
    pub async fn delete_secret(&self, scope: Scope, name: &SecretName) -> Result<(), RegistryError> {
        let (store, gone) = (self.inner.store.clone(), name.clone());
        let deleted = Box::pin(async move { store.delete_secret(scope, gone.as_str()).await });
        self.change_secret(scope, name, deleted).await.map_err(RegistryError::absent("secret"))
    }

    /// The id of a secret whose use is to be noted: at most once a minute.
    pub async fn secret_to_note(&self, scope: Scope, name: &SecretName) -> Option<SecretId> {
        let key = secret_key(scope, name);
        if self.inner.caches.noted.contains_key(&key) {
            return None;
        }
        self.inner.caches.noted.insert(key, ()).await;
        self.inner.store.get_secret(scope, name.as_str()).await.ok().map(|secret| secret.id)
    }

    /// Opens a secret for one attempt. `None` when there is no such secret.
    pub async fn open_secret(
        &self,
        scope: Scope,
        name: &SecretName,
    ) -> Result<Option<SecretString>, RegistryError> {
        let load = async {
            match self.inner.store.get_sealed_secret(scope, name.as_str()).await {
                Ok(secret) => Ok(Some(Arc::<[u8]>::from(secret.sealed))),
                Err(StoreError::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let sealed = self.inner.caches.secrets.get_or_load(secret_key(scope, name), load).await?;
        sealed
            .map(|sealed| {
                self.open_text(scope.org, secret_context(scope, name.as_str()), Purpose::Secret, &sealed)
            })
            .transpose()
    }

    /// Opens a value sealed beside a definition or a binding. `None` when it is gone.
    pub async fn open_seal(&self, scope: Scope, id: SealId) -> Result<Option<SecretString>, RegistryError> {
        let load = async {
            match self.inner.store.get_seal(scope, id).await {
                // The purpose is part of what the value is bound to; it rides in front of the bytes.
                Ok(row) => Ok(Some(Arc::<[u8]>::from(with_purpose(&row.purpose, &row.sealed)))),
                Err(StoreError::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let stored = self.inner.caches.seals.get_or_load((scope.org, id), load).await?;
        let Some(stored) = stored else { return Ok(None) };
        let (purpose, sealed) = split_purpose(&stored);
        self.open_text(scope.org, id, purpose, sealed).map(Some)
    }

    /// Opens the signing secrets of a tool, the current one first; old ones while they are valid.
    pub async fn open_signing_secrets(
        &self,
        scope: Scope,
        tool: ToolId,
    ) -> Result<Vec<SecretString>, RegistryError> {
        // The cache knows no projects.
        if scope.project.is_some() && self.tool_state(scope, tool).await? == ToolState::Deleted {
            return Ok(Vec::new());
        }
        let load = async {
            let rows = self.inner.store.list_signing_keys(Scope::new(scope.org, scope.mode), tool).await?;
            let keys = rows.into_iter();
            let keys = keys.map(|row| SealedSigningKey { sealed: row.sealed, expires_at: row.expires_at });
            Ok::<_, StoreError>(Arc::new(keys.collect::<Vec<_>>()))
        };
        let key = (scope.org, scope.mode, tool);
        let keys = self.inner.caches.signing.get_or_load(key, load).await?;
        let now = Stamp::now();
        keys.iter()
            .filter(|key| key.expires_at.is_none_or(|end| now < end))
            .map(|key| self.open_text(scope.org, tool, Purpose::Signing, &key.sealed))
            .collect()
    }
}

pub(crate) fn secret_context(scope: Scope, name: &str) -> String {
    format!("{}/{}", scope.mode.as_str(), name.to_ascii_lowercase())
}

fn with_purpose(purpose: &str, sealed: &[u8]) -> Vec<u8> {
    let mark = u8::from(purpose == purpose_word(Purpose::Binding));
    std::iter::once(mark).chain(sealed.iter().copied()).collect()
}

fn split_purpose(stored: &[u8]) -> (Purpose, &[u8]) {
    match stored.split_first() {
        Some((1, sealed)) => (Purpose::Binding, sealed),
        Some((_, sealed)) => (Purpose::Definition, sealed),
        None => (Purpose::Definition, stored),
    }
}
