//! The bytes of a sealed value.
//!
//! ```text
//! magic "HSSV" | version 1 | algorithm 1 | kek id | wrapped data key          | nonce | ciphertext + tag
//! 4              1           1             8        12 nonce + 32 key + 16 tag   12      n + 16
//! ```

use std::fmt;

use crate::aead::{NONCE_LEN, TAG_LEN};
use crate::error::VaultError;
use crate::kek::{KekId, WRAPPED_LEN};

const MAGIC: [u8; 4] = *b"HSSV";
const VERSION: u8 = 1;
/// AES-256-GCM for the value and for its data key.
const ALGORITHM: u8 = 1;

/// Magic, version and algorithm: authenticated with the value as well as with the wrapped key.
pub(crate) const HEAD: [u8; 6] = [MAGIC[0], MAGIC[1], MAGIC[2], MAGIC[3], VERSION, ALGORITHM];

const KEK_AT: usize = HEAD.len();
const WRAPPED_AT: usize = KEK_AT + KekId::LEN;
const NONCE_AT: usize = WRAPPED_AT + WRAPPED_LEN;
const CIPHERTEXT_AT: usize = NONCE_AT + NONCE_LEN;

/// A sealed value, as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// How many bytes longer a sealed value is than what it holds.
    pub const OVERHEAD: usize = CIPHERTEXT_AT + TAG_LEN;

    pub(crate) fn compose(
        kek: KekId,
        wrapped: &[u8; WRAPPED_LEN],
        nonce: &[u8; NONCE_LEN],
        text: &[u8],
    ) -> Self {
        let mut bytes = Vec::with_capacity(CIPHERTEXT_AT + text.len());
        bytes.extend_from_slice(&HEAD);
        bytes.extend_from_slice(kek.as_bytes());
        bytes.extend_from_slice(wrapped);
        bytes.extend_from_slice(nonce);
        bytes.extend_from_slice(text);
        Self(bytes)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes to store, owned.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Sealed({} bytes)", self.0.len())
    }
}

/// A sealed value taken apart, borrowed from its bytes.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) kek: KekId,
    pub(crate) wrapped: &'a [u8; WRAPPED_LEN],
    pub(crate) nonce: &'a [u8; NONCE_LEN],
    /// Ciphertext and tag.
    pub(crate) text: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, VaultError> {
        let (head, rest) = bytes.split_first_chunk::<{ KEK_AT }>().ok_or(VaultError::NotSealed)?;
        if head[..MAGIC.len()] != MAGIC {
            return Err(VaultError::NotSealed);
        }
        if *head != HEAD {
            return Err(VaultError::UnknownVersion { version: head[4], algorithm: head[5] });
        }
        let (kek, rest) = rest.split_first_chunk().ok_or(VaultError::NotSealed)?;
        let (wrapped, rest) = rest.split_first_chunk().ok_or(VaultError::NotSealed)?;
        let (nonce, text) = rest.split_first_chunk().ok_or(VaultError::NotSealed)?;
        if text.len() < TAG_LEN {
            return Err(VaultError::NotSealed);
        }
        Ok(Self { kek: KekId::from_bytes(*kek), wrapped, nonce, text })
    }
}

/// Under which master key a sealed value stands: for counting what a rotation has left to re-wrap, and for
/// checking that key file and database belong together. Opens nothing.
pub fn kek_id_of(sealed: &[u8]) -> Result<KekId, VaultError> {
    Parts::parse(sealed).map(|parts| parts.kek)
}
