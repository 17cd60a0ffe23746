//! Tokens that open the socket of one session: made with a key, shown once, good for minutes. What they open goes on
//! when they have expired; a revoked key ends it.

use std::time::Duration;

use hookswitch_model::{SessionId, Stamp};
use hookswitch_store::LinkToken;
use secrecy::{ExposeSecret, SecretString};

use crate::Registry;
use crate::error::{AuthError, RegistryError};
use crate::keys::{Caller, generate_after, hash_of};
use crate::session_tokens::is_origin;

/// Longest life of a token.
const LONGEST_LIFE: Duration = Duration::from_hours(1);
/// Most pages that one token names.
const MOST_ORIGINS: usize = 50;
/// Longest token that is looked at.
const LONGEST_TOKEN: usize = 128;

/// What a token is to open.
#[derive(Debug, Clone)]
pub struct NewLinkToken {
    /// The session.
    pub session: SessionId,
    /// The kind of link: `runtime` or `app`.
    pub kind: &'static str,
    /// Where the page that opens it must come from: `scheme://host[:port]`. Empty: not from a page.
    pub origins: Vec<String>,
    /// How long it opens the socket: 1 s to 1 h.
    pub life: Duration,
}

/// A token as it is shown once.
#[derive(Debug)]
pub struct ShownLinkToken {
    /// The token: `hs_live_link_…`.
    pub secret: SecretString,
    /// When it opens nothing more.
    pub expires_at: Stamp,
}

impl Registry {
    /// Makes a token for a session of the caller's organisation and mode.
    pub async fn create_link_token(
        &self,
        caller: &Caller,
        new: NewLinkToken,
    ) -> Result<ShownLinkToken, RegistryError> {
        check(&new)?;
        let key = &caller.key;
        let secret = generate_after(format!("hs_{}_link_", key.mode.as_str()))?;
        let now = Stamp::now();
        let token = LinkToken {
            org: key.org,
            mode: key.mode,
            session: new.session,
            kind: new.kind.to_owned(),
            origins: new.origins,
            minted_by: key.id,
            created_at: now,
            expires_at: now.plus(new.life),
        };
        let hash = hash_of(secret.expose_secret());
        let stored = self.inner.store.insert_link_token(caller.scope(), &token, &hash).await;
        stored.map_err(RegistryError::absent("session"))?;
        Ok(ShownLinkToken { secret, expires_at: token.expires_at })
    }

    /// What a token opens, while it is valid.
    pub async fn link_token(&self, text: &str) -> Result<LinkToken, AuthError> {
        if text.len() > LONGEST_TOKEN || !text.contains("_link_") {
            return Err(AuthError::Invalid);
        }
        let found = self.inner.store.link_token_by_hash_any_tenant(&hash_of(text), Stamp::now()).await;
        found.map_err(AuthError::Store)?.ok_or(AuthError::Invalid)
    }
}

fn check(new: &NewLinkToken) -> Result<(), RegistryError> {
    if new.origins.len() > MOST_ORIGINS {
        let message = format!("at most {MOST_ORIGINS} origins");
        return Err(RegistryError::finding("$.allowed_origins", "out_of_range", message));
    }
    if let Some(index) = new.origins.iter().position(|origin| !is_origin(origin)) {
        let at = format!("$.allowed_origins[{index}]");
        let message = "an origin is scheme://host or scheme://host:port, without a path and without *";
        return Err(RegistryError::finding(&at, "invalid_value", message));
    }
    if new.life < Duration::from_secs(1) || new.life > LONGEST_LIFE {
        return Err(RegistryError::finding("$.ttl_seconds", "out_of_range", "1 to 3600"));
    }
    Ok(())
}
