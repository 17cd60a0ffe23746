//! The signing secret of a project: for tools of dialects that have one secret a project. Made when it is first needed.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_egress::signing::WebhookSecret;
use hookswitch_model::{Mode, ProjectId, Scope, Stamp};
use hookswitch_store::NewSigningKey;
use hookswitch_vault::{Purpose, VaultError};
use secrecy::{ExposeSecret as _, SecretString};

use crate::Registry;
use crate::error::RegistryError;
use crate::live::SealedSigningKey;

/// How long an old secret still signs after a rotation.
const OVERLAP: Duration = Duration::from_hours(24);

impl Registry {
    /// The signing secrets of a project, the current one first; old ones while they are valid. A project without
    /// any gets its first.
    pub async fn open_project_signing_secrets(
        &self,
        scope: Scope,
        project: ProjectId,
    ) -> Result<Vec<SecretString>, RegistryError> {
        let cache = &self.inner.caches.project_signing;
        let keys = if let Some(known) = cache.get(&(project, scope.mode)).await {
            known
        } else {
            let mut rows = self.inner.store.list_project_signing_keys(scope, project).await?;
            if rows.is_empty() {
                let (_, key) = self.new_key(scope, project)?;
                rows = self.inner.store.add_first_project_signing_key(scope, project, key).await?;
            }
            let key = |row: hookswitch_store::SigningKeyRow| SealedSigningKey {
                sealed: row.sealed,
                expires_at: row.expires_at,
            };
            let keys = Arc::new(rows.into_iter().map(key).collect::<Vec<_>>());
            cache.insert((project, scope.mode), Arc::clone(&keys)).await;
            keys
        };
        let (now, context) = (Stamp::now(), project_context(project, scope.mode));
        keys.iter()
            .filter(|key| key.expires_at.is_none_or(|end| now < end))
            .map(|key| self.open_text(scope.org, &context, Purpose::Signing, &key.sealed))
            .collect()
    }

    /// The last four characters of the current secret; nothing where there is none yet.
    pub async fn project_signing_hint(
        &self,
        scope: Scope,
        project: ProjectId,
    ) -> Result<Option<String>, RegistryError> {
        let rows = self.inner.store.list_project_signing_keys(scope, project).await?;
        let Some(current) = rows.first() else { return Ok(None) };
        let context = project_context(project, scope.mode);
        let secret = self.open_text(scope.org, context, Purpose::Signing, &current.sealed)?;
        let text = secret.expose_secret();
        Ok(Some(text[text.len().saturating_sub(4)..].to_owned()))
    }

    /// Makes a new secret; the one before signs along for 24 h. Shown once.
    pub async fn rotate_project_signing_secret(
        &self,
        scope: Scope,
        project: ProjectId,
    ) -> Result<(SecretString, Stamp), RegistryError> {
        self.get_project(scope, project).await?;
        let (secret, key) = self.new_key(scope, project)?;
        let until = Stamp::now().plus(OVERLAP);
        self.inner.store.rotate_project_signing_key(scope, project, key, until).await?;
        self.inner.caches.project_signing.invalidate(&(project, scope.mode)).await;
        Ok((secret, until))
    }

    fn new_key(
        &self,
        scope: Scope,
        project: ProjectId,
    ) -> Result<(SecretString, NewSigningKey), RegistryError> {
        let secret = WebhookSecret::generate()
            .map_err(|_| RegistryError::Vault(VaultError::Provider("no randomness")))?
            .reveal();
        let context = project_context(project, scope.mode);
        let sealed = self.seal_text(scope.org, context, Purpose::Signing, &secret)?;
        Ok((secret, NewSigningKey { sealed }))
    }
}

/// What the secret of a project is sealed with: live and test have their own.
pub(crate) fn project_context(project: ProjectId, mode: Mode) -> String {
    format!("{project}/{}", mode.as_str())
}
