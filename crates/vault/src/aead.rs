//! AES-256-GCM with a random nonce for every message, over the library that TLS brings anyway.
//!
//! A random nonce is safe for 2^32 messages under one key (NIST SP 800-38D, 8.3). A data key seals one
//! message; a master key wraps as many data keys as there are writes, and is rotated long before that.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use crate::error::VaultError;

pub(crate) const KEY_LEN: usize = 32;
pub(crate) const NONCE_LEN: usize = 12;
pub(crate) const TAG_LEN: usize = 16;

/// A key prepared for use. The library wipes its schedule when it is dropped.
pub(crate) struct Cipher(RandomizedNonceKey);

impl Cipher {
    pub(crate) fn new(key: &[u8; KEY_LEN]) -> Result<Self, VaultError> {
        RandomizedNonceKey::new(&AES_256_GCM, key)
            .map(Self)
            .map_err(|_| VaultError::Provider("the cipher refused the key"))
    }

    /// The nonce, and ciphertext with tag.
    pub(crate) fn seal(&self, bound: &[u8], plain: &[u8]) -> Result<([u8; NONCE_LEN], Vec<u8>), VaultError> {
        // Room for the tag from the start: a buffer that grows would leave plaintext behind in freed memory.
        let mut buffer = Vec::with_capacity(plain.len() + TAG_LEN);
        buffer.extend_from_slice(plain);
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(bound), &mut buffer)
            .map_err(|_| VaultError::Provider("the cipher could not seal"))?;
        Ok((*nonce.as_ref(), buffer))
    }

    /// The plaintext of ciphertext and tag, wiped when dropped.
    pub(crate) fn open(
        &self,
        bound: &[u8],
        nonce: &[u8; NONCE_LEN],
        text: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let mut buffer = Zeroizing::new(text.to_vec());
        let length = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound), &mut buffer)
            .map_err(|_| VaultError::Tampered)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }
}
