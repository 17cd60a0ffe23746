//! Short-lived tokens that stand for a key where the key itself must not go: into a browser.

use std::time::Duration;

use hookswitch_model::{AgentId, KeyId, ProjectId, Scope, Stamp};
use hookswitch_store::AccessToken;
use secrecy::{ExposeSecret, SecretString};

use crate::Registry;
use crate::error::{AuthError, RegistryError};
use crate::keys::{generate_after, hash_of};

/// Longest token that is looked at.
const LONGEST_TOKEN: usize = 512;

/// What a token is to open.
#[derive(Debug, Clone)]
pub struct NewAccessToken {
    /// The project.
    pub project: ProjectId,
    /// One agent only.
    pub agent: Option<AgentId>,
    /// What the session is called; over what its opener calls it.
    pub label: Option<String>,
    /// Where the page that opens the session must come from; empty: from anywhere.
    pub origins: Vec<String>,
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
        let secret = generate_after(prefix.to_owned())?;
        let now = Stamp::now();
        let token = AccessToken {
            org: scope.org,
            mode: scope.mode,
            project: new.project,
            agent: new.agent,
            label: new.label,
            origins: new.origins,
            minted_by: new.minted_by,
            created_at: now,
            expires_at: now.plus(new.valid_for),
        };
        let hash = hash_of(secret.expose_secret());
        let stored = self.inner.store.insert_access_token(scope, &token, &hash).await;
        stored.map_err(RegistryError::absent("project"))?;
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
