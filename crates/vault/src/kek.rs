//! One master key (key-encryption key): what is derived from its 32 bytes, and its id.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::aead::{Cipher, KEY_LEN, NONCE_LEN, TAG_LEN};
use crate::error::VaultError;
use crate::provider::DataKey;

/// Bytes of a wrapped data key: nonce, key, tag.
pub const WRAPPED_LEN: usize = NONCE_LEN + KEY_LEN + TAG_LEN;

/// Names a master key without telling anything of it; shown as 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KekId([u8; KekId::LEN]);

impl KekId {
    pub(crate) const LEN: usize = 8;

    pub(crate) const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Display for KekId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KekId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl FromStr for KekId {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; Self::LEN];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

/// A master key, ready for use.
pub(crate) struct Kek {
    id: KekId,
    bytes: Zeroizing<[u8; KEY_LEN]>,
    wrapping: Cipher,
    hashing: hmac::Key,
}

impl Kek {
    pub(crate) fn new(bytes: Zeroizing<[u8; KEY_LEN]>) -> Result<Self, VaultError> {
        // A key for each use, so that none of them speaks about another (NIST SP 800-108: a PRF in counter
        // mode, of which one block is needed).
        let wrapping = Cipher::new(&derive(&bytes, "wrap"))?;
        let hashing = hmac::Key::new(hmac::HMAC_SHA256, derive(&bytes, "hash").as_slice());
        let mut id = [0; KekId::LEN];
        id.copy_from_slice(&derive(&bytes, "id")[..KekId::LEN]);
        Ok(Self { id: KekId(id), bytes, wrapping, hashing })
    }

    pub(crate) const fn id(&self) -> KekId {
        self.id
    }

    /// The key itself, for the key file only.
    pub(crate) fn expose(&self) -> &[u8; KEY_LEN] {
        &self.bytes
    }

    pub(crate) fn wrap(&self, bound: &[u8], key: &DataKey) -> Result<[u8; WRAPPED_LEN], VaultError> {
        let (nonce, text) = self.wrapping.seal(bound, key.as_slice())?;
        let mut wrapped = [0; WRAPPED_LEN];
        wrapped[..NONCE_LEN].copy_from_slice(&nonce);
        wrapped[NONCE_LEN..].copy_from_slice(&text);
        Ok(wrapped)
    }

    pub(crate) fn unwrap(&self, bound: &[u8], wrapped: &[u8; WRAPPED_LEN]) -> Result<DataKey, VaultError> {
        let (nonce, text) = wrapped.split_first_chunk().ok_or(VaultError::NotSealed)?;
        let plain = self.wrapping.open(bound, nonce, text)?;
        let mut key = DataKey::default();
        key.copy_from_slice(&plain);
        Ok(key)
    }

    pub(crate) fn hash(&self, value: &[u8]) -> [u8; 32] {
        into_array(&hmac::sign(&self.hashing, value))
    }
}

fn derive(key: &[u8; KEY_LEN], label: &str) -> Zeroizing<[u8; 32]> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut context = hmac::Context::with_key(&key);
    context.update(b"hookswitch master key v1\0");
    context.update(label.as_bytes());
    Zeroizing::new(into_array(&context.sign()))
}

fn into_array(tag: &hmac::Tag) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}
