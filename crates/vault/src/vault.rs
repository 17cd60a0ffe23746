//! Seals and opens values; its keys can be swapped while it is in use.

use std::sync::Arc;

use arc_swap::ArcSwap;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::aead::Cipher;
use crate::context::SealContext;
use crate::envelope::{HEAD, Parts, Sealed};
use crate::error::VaultError;
use crate::kek::KekId;
use crate::provider::{DataKey, KeyProvider};

/// Seals and opens values (security: Secrets at rest). Keeps no value; every call is a few microseconds of
/// computing and never waits.
pub struct Vault {
    // Boxed because a swap needs a sized thing behind the pointer.
    keys: ArcSwap<Box<dyn KeyProvider>>,
}

impl Vault {
    /// A vault over these keys.
    pub fn new(keys: impl KeyProvider + 'static) -> Self {
        Self { keys: ArcSwap::from_pointee(Box::new(keys)) }
    }

    /// Takes other keys from now on, while calls run: each call sees the old ones or the new ones, whole.
    pub fn reload(&self, keys: impl KeyProvider + 'static) {
        self.keys.store(Arc::new(Box::new(keys)));
    }

    /// The key that new values are sealed under.
    pub fn current(&self) -> KekId {
        self.keys.load().current()
    }

    /// All keys that values may stand under, the current one first.
    pub fn key_ids(&self) -> Vec<KekId> {
        self.keys.load().ids()
    }

    /// Seals a text for this place.
    pub fn seal(&self, context: &SealContext, value: &SecretString) -> Result<Sealed, VaultError> {
        self.seal_bytes(context, value.expose_secret().as_bytes())
    }

    /// Opens a text that was sealed for this place.
    pub fn open(&self, context: &SealContext, sealed: &[u8]) -> Result<SecretString, VaultError> {
        let plain = self.open_bytes(context, sealed)?;
        std::str::from_utf8(&plain).map(SecretString::from).map_err(|_| VaultError::NotText)
    }

    /// Seals bytes for this place, under a data key of their own.
    pub fn seal_bytes(&self, context: &SealContext, value: &[u8]) -> Result<Sealed, VaultError> {
        let keys = self.keys.load();
        let mut key = DataKey::default();
        aws_lc_rs::rand::fill(key.as_mut_slice())
            .map_err(|_| VaultError::Provider("the system gave no random bytes"))?;
        let (nonce, text) = Cipher::new(&key)?.seal(&context.bind(&HEAD), value)?;
        let kek = keys.current();
        let wrapped = keys.wrap(&bind_wrapped(context, kek), &key)?;
        Ok(Sealed::compose(kek, &wrapped, &nonce, &text))
    }

    /// Opens bytes that were sealed for this place. Wiped when dropped.
    pub fn open_bytes(&self, context: &SealContext, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let parts = Parts::parse(sealed)?;
        let key = self.keys.load().unwrap(parts.kek, &bind_wrapped(context, parts.kek), parts.wrapped)?;
        Cipher::new(&key)?.open(&context.bind(&HEAD), parts.nonce, parts.text)
    }

    /// The same value with its data key wrapped under the current master key; `None` when it is so already.
    /// The value itself is not opened, its ciphertext stays byte for byte.
    pub fn rewrap(&self, context: &SealContext, sealed: &[u8]) -> Result<Option<Sealed>, VaultError> {
        let parts = Parts::parse(sealed)?;
        let keys = self.keys.load();
        let kek = keys.current();
        if parts.kek == kek {
            return Ok(None);
        }
        let key = keys.unwrap(parts.kek, &bind_wrapped(context, parts.kek), parts.wrapped)?;
        let wrapped = keys.wrap(&bind_wrapped(context, kek), &key)?;
        Ok(Some(Sealed::compose(kek, &wrapped, parts.nonce, parts.text)))
    }

    /// Eight hex digits of a keyed hash: tells a person whether two values are the same, and nothing to
    /// somebody without the key. Survives rotations; changes when the oldest master key is pruned.
    pub fn fingerprint(&self, value: &SecretString) -> String {
        let hash = self.keys.load().hash(value.expose_secret().as_bytes());
        hex::encode(&hash[..4])
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Vault").field("keys", &self.key_ids()).finish()
    }
}

/// What a wrapped data key is bound to: the place, and the master key it names.
fn bind_wrapped(context: &SealContext, kek: KekId) -> Vec<u8> {
    let mut head = [0; HEAD.len() + KekId::LEN];
    head[..HEAD.len()].copy_from_slice(&HEAD);
    head[HEAD.len()..].copy_from_slice(kek.as_bytes());
    context.bind(&head)
}
