//! API keys: made, shown once, recognised, revoked (security: API keys).

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_lc_rs::digest;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use hookswitch_model::key::{ApiKey, Permission};
use hookswitch_model::name::OrgName;
use hookswitch_model::{KeyId, Mode, ProjectId, Scope, Stamp};
use hookswitch_store::{Page, PageOf, StoreError};
use secrecy::{ExposeSecret, SecretString};

use crate::Registry;
use crate::error::{AuthError, RegistryError};
use crate::live::Stale;

/// Random characters of a key that we make: 32 of 62 characters are 190 bits.
const RANDOM_CHARACTERS: usize = 32;
/// Longest key that is looked at.
const LONGEST_KEY: usize = 512;
/// How much of a key its hint shows: the prefix and four characters.
const HINT_LENGTH: usize = 12;

/// Who asks: a valid key.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key.
    pub key: ApiKey,
}

impl Caller {
    /// The scope of its requests.
    pub const fn scope(&self) -> Scope {
        self.key.scope()
    }
}

/// What a new key is to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What people call it.
    pub name: String,
    /// Live or test.
    pub mode: Mode,
    /// Its project.
    pub project: ProjectId,
    /// What it may do; empty: the default three.
    pub permissions: BTreeSet<Permission>,
    /// When it stops to work by itself.
    pub expires_at: Option<Stamp>,
}

/// A key as it is shown once.
#[derive(Debug)]
pub struct ShownKey {
    /// The stored key.
    pub key: ApiKey,
    /// The key itself.
    pub secret: SecretString,
}

/// SHA-256 of a key: what is stored and compared.
pub(crate) fn hash_of(key: &str) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, key.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.as_ref());
    hash
}

/// A fresh key: `hs_live_` or `hs_test_` and random characters.
pub(crate) fn generate(mode: Mode) -> Result<SecretString, RegistryError> {
    generate_after(format!("hs_{}_", mode.as_str()))
}

/// A text of 190 random bits after a prefix, of the characters that keys have.
pub(crate) fn generate_after(prefix: String) -> Result<SecretString, RegistryError> {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let random = SystemRandom::new();
    let mut key = prefix;
    let wanted = key.len() + RANDOM_CHARACTERS;
    while key.len() < wanted {
        let mut bytes = [0u8; 64];
        random.fill(&mut bytes).map_err(|_| hookswitch_vault::VaultError::Provider("no randomness"))?;
        // 248 is the largest multiple of 62 in a byte: taking the rest would favour some characters.
        for byte in bytes.into_iter().filter(|byte| *byte < 248).take(wanted - key.len()) {
            key.push(char::from(ALPHABET[usize::from(byte % 62)]));
        }
    }
    Ok(SecretString::from(key))
}

/// Whether a text can be a key at all: `hs_live_` or `hs_test_` and at least 24 of `A-Z a-z 0-9 _`.
pub(crate) fn mode_of(text: &str) -> Option<Mode> {
    let (mode, rest) = if let Some(rest) = text.strip_prefix("hs_live_") {
        (Mode::Live, rest)
    } else {
        (Mode::Test, text.strip_prefix("hs_test_")?)
    };
    let fits = (24..=LONGEST_KEY).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    fits.then_some(mode)
}

fn hint_of(key: &str) -> String {
    key.chars().take(HINT_LENGTH).collect()
}

impl Registry {
    /// The caller behind a key. A revocation made here is seen at once, one made by another server within a second.
    pub async fn authenticate(&self, key: &str) -> Result<Arc<Caller>, AuthError> {
        if mode_of(key).is_none() {
            return Err(AuthError::Invalid);
        }
        let hash = hash_of(key);
        let caches = &self.inner.caches;
        let caller = match caches.callers.get(&hash) {
            Some(known) => known,
            None => self.load_caller(hash).await?.ok_or(AuthError::Invalid)?,
        };
        if caller.key.is_valid_at(Stamp::now()) { Ok(caller) } else { Err(AuthError::Invalid) }
    }

    async fn load_caller(&self, hash: [u8; 32]) -> Result<Option<Arc<Caller>>, AuthError> {
        let inner = &self.inner;
        let load = async {
            let stored = inner.store.key_by_hash_any_tenant(&hash).await?;
            Ok::<_, StoreError>(stored.map(|key| Arc::new(Caller { key })))
        };
        let mut caller = None;
        let is_stranger = async {
            caller = inner.caches.callers.find_or_load(hash, load).await?;
            Ok::<_, StoreError>(caller.is_none().then_some(()))
        };
        inner.caches.strangers.find_or_load(hash, is_stranger).await.map_err(AuthError::Store)?;
        Ok(caller)
    }

    /// Makes a key of the caller's organisation.
    pub async fn create_key(&self, scope: Scope, new: NewKey) -> Result<ShownKey, RegistryError> {
        if new.name.trim().is_empty() || new.name.chars().count() > 100 {
            return Err(RegistryError::finding("$.name", "invalid_name", "1 to 100 characters"));
        }
        if new.expires_at.is_some_and(|end| end <= Stamp::now()) {
            return Err(RegistryError::finding("$.expires_at", "out_of_range", "in the past"));
        }
        self.inner
            .store
            .get_project(scope.org, new.project)
            .await
            .map_err(RegistryError::absent("project"))?;
        let secret = generate(new.mode)?;
        let key = stored_key(scope, new, secret.expose_secret());
        let hash = hash_of(secret.expose_secret());
        let (store, stored) = (self.inner.store.clone(), key.clone());
        self.change(Stale::Stranger(hash), async move { store.insert_key(&stored, &hash).await }).await?;
        Ok(ShownKey { key, secret })
    }

    /// Makes the first organisation with its admin key, when there is no organisation yet. `None` when there is.
    /// Errors when the text can't be a key.
    pub async fn bootstrap(&self, key: Option<SecretString>) -> Result<Option<ShownKey>, RegistryError> {
        if self.inner.store.count_orgs().await? > 0 {
            return Ok(None);
        }
        let secret = match key {
            Some(secret) => secret,
            None => generate(Mode::Live)?,
        };
        let Some(mode) = mode_of(secret.expose_secret()) else {
            let message = "hs_live_ or hs_test_ and at least 24 of A-Z a-z 0-9 _";
            return Err(RegistryError::finding("HOOKSWITCH_BOOTSTRAP_KEY", "invalid_key", message));
        };
        let hash = hash_of(secret.expose_secret());
        let key = hookswitch_store::NewKey {
            mode,
            name: "bootstrap".to_owned(),
            hint: hint_of(secret.expose_secret()),
            permissions: Permission::ALL.into_iter().collect(),
            expires_at: None,
        };
        let name = first_org()?;
        let store = self.inner.store.clone();
        let made = async move { store.bootstrap(&name, key, &hash).await };
        let made = self.change(Stale::Stranger(hash), made).await?;
        Ok(made.map(|made| ShownKey { key: made.key, secret }))
    }

    /// A fresh admin key of the first organisation, good for a day: for development.
    pub async fn development_key(&self) -> Result<ShownKey, RegistryError> {
        let orgs = self.inner.store.list_orgs(&Page::first(1)).await?;
        let first = orgs.items.first().ok_or(RegistryError::NotFound("organisation"))?;
        let project = self.inner.store.project_by_name(first.id, "main").await?;
        let new = NewKey {
            name: "development".to_owned(),
            mode: Mode::Live,
            project: project.ok_or(RegistryError::NotFound("project"))?.id,
            permissions: Permission::ALL.into_iter().collect(),
            expires_at: Some(Stamp::now().plus(std::time::Duration::from_hours(24))),
        };
        self.create_key(Scope::new(first.id, Mode::Live), new).await
    }

    /// The keys of the caller's organisation and mode, newest first.
    pub async fn list_keys(&self, scope: Scope, page: Page) -> Result<PageOf<ApiKey>, RegistryError> {
        Ok(self.inner.store.list_keys(scope, &page).await?)
    }

    /// One key.
    pub async fn get_key(&self, scope: Scope, id: KeyId) -> Result<ApiKey, RegistryError> {
        self.inner.store.get_key(scope, id).await.map_err(RegistryError::absent("key"))
    }

    /// Revokes a key: no request with it is let in from now on, here at once, on other nodes within a second.
    pub async fn revoke_key(&self, scope: Scope, id: KeyId) -> Result<ApiKey, RegistryError> {
        let store = self.inner.store.clone();
        let revoked = async move { store.revoke_key(scope, id, Stamp::now()).await };
        let key = self.change(Stale::Callers, revoked).await.map_err(RegistryError::absent("key"))?;
        self.inner.changes.tell(crate::Change::Key(id));
        Ok(key)
    }
}

fn first_org() -> Result<OrgName, RegistryError> {
    OrgName::parse("default")
        .map_err(|error| RegistryError::finding("$.name", "invalid_name", error.to_string()))
}

fn stored_key(scope: Scope, new: NewKey, secret: &str) -> ApiKey {
    let permissions =
        if new.permissions.is_empty() { Permission::DEFAULT.into_iter().collect() } else { new.permissions };
    ApiKey {
        id: KeyId::generate(),
        org: scope.org,
        project: new.project,
        mode: new.mode,
        name: new.name,
        hint: hint_of(secret),
        permissions,
        created_at: Stamp::now(),
        expires_at: new.expires_at,
        revoked_at: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn made_keys_have_the_documented_form() {
        for mode in [Mode::Live, Mode::Test] {
            let key = generate(mode).unwrap();
            assert_eq!(mode_of(key.expose_secret()), Some(mode));
        }
        assert_ne!(
            generate(Mode::Live).unwrap().expose_secret(),
            generate(Mode::Live).unwrap().expose_secret()
        );
    }

    #[test]
    fn other_texts_are_no_keys() {
        for text in [
            "",
            "hs_live_short",
            "sk_live_aaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "hs_live_aaaaaaaaaaaaaaaaaaaaaaa-aaaa",
        ] {
            assert_eq!(mode_of(text), None, "{text}");
        }
    }
}
