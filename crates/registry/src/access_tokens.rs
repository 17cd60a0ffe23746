//! Short-lived tokens that stand for a key where the key itself must not go: into a browser.

use std::time::Duration;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use hookswitch_model::{AgentId, KeyId, ProjectId, Scope, Stamp};
use hookswitch_store::AccessToken;
use secrecy::{ExposeSecret, SecretString};

use crate::Registry;
use crate::error::{AuthError, RegistryError};
use crate::keys::hash_of;

/// Random bytes of a token.
const RANDOM_BYTES: usize = 32;
/// Longest token that is looked at.
const LONGEST_TOKEN: usize = 256;

/// What a token is to open.
#[derive(Debug, Clone, Copy)]
pub struct NewAccessToken {
    /// The project.
    pub project: ProjectId,
    /// One agent only.
    pub agent: Option<AgentId>,
    /// The key that stands behind it.
    pub minted_by: KeyId,
    /// How long it works.
    pub valid_for: Duration,
}

impl Registry {
    /// Mints a token that begins with `prefix`. It is shown this once; only its hash is stored.
    pub async fn mint_access_token(
        &self,
        scope: Scope,
        prefix: &str,
        new: NewAccessToken,
    ) -> Result<(SecretString, Stamp), RegistryError> {
        let mut bytes = [0u8; RANDOM_BYTES];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| hookswitch_vault::VaultError::Provider("no randomness"))?;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let secret = SecretString::from(format!("{prefix}{hex}"));
        let now = Stamp::now();
        let token = AccessToken {
            org: scope.org,
            mode: scope.mode,
            project: new.project,
            agent: new.agent,
            minted_by: new.minted_by,
            created_at: now,
            expires_at: now.plus(new.valid_for),
        };
        self.inner.store.insert_access_token(&token, &hash_of(secret.expose_secret())).await?;
        Ok((secret, token.expires_at))
    }

    /// What a token opens, while it is valid.
    pub async fn access_token(&self, text: &str) -> Result<AccessToken, AuthError> {
        if text.len() > LONGEST_TOKEN {
            return Err(AuthError::Invalid);
        }
        let found = self.inner.store.access_token_by_hash_any_tenant(&hash_of(text), Stamp::now()).await;
        found.map_err(AuthError::Store)?.ok_or(AuthError::Invalid)
    }
}
