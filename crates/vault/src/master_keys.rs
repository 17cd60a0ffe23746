//! The ring of master keys: the current one and the older ones that sealed values still name.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::aead::KEY_LEN;
use crate::entropy::looks_random;
use crate::error::{KeyFlaw, VaultError};
use crate::kek::{Kek, KekId, WRAPPED_LEN};
use crate::provider::{DataKey, KeyProvider};

/// How many keys a ring holds at most. Rotating past it asks for a prune first.
pub const MAX_KEYS: usize = 64;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Master keys, newest first. Never empty. Cheap to clone.
#[derive(Clone)]
pub struct MasterKeys {
    // Invariant: at least one, all ids different, at most MAX_KEYS.
    ring: Vec<Arc<Kek>>,
}

impl MasterKeys {
    /// A ring of one fresh key.
    pub fn generate() -> Result<Self, VaultError> {
        Ok(Self { ring: vec![fresh()?] })
    }

    /// Reads keys as a file or a setting holds them: base64 of 32 bytes each, newest first, divided by line
    /// ends, spaces or commas; `#` begins a comment that ends with its line.
    ///
    /// [`VaultError::BadKey`] names the line and the flaw, never the key.
    pub fn parse(text: &SecretString) -> Result<Self, VaultError> {
        let mut ring: Vec<Arc<Kek>> = Vec::new();
        for (line, content) in text.expose_secret().lines().enumerate() {
            let bad = |flaw| VaultError::BadKey { line: line + 1, flaw };
            let content = content.split('#').next().unwrap_or_default();
            for word in content.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
                let key = Kek::new(decode(word).map_err(bad)?)?;
                if ring.iter().any(|other| other.id() == key.id()) {
                    return Err(bad(KeyFlaw::Repeated));
                }
                if ring.len() == MAX_KEYS {
                    return Err(bad(KeyFlaw::TooMany));
                }
                ring.push(Arc::new(key));
            }
        }
        if ring.is_empty() {
            return Err(VaultError::BadKey { line: 0, flaw: KeyFlaw::Missing });
        }
        Ok(Self { ring })
    }

    /// The same ring with a fresh key in front: new values are sealed under it, old ones stay readable.
    pub fn rotated(&self) -> Result<Self, VaultError> {
        if self.ring.len() == MAX_KEYS {
            return Err(VaultError::BadKey { line: 0, flaw: KeyFlaw::TooMany });
        }
        let mut ring = Vec::with_capacity(self.ring.len() + 1);
        ring.push(fresh()?);
        ring.extend(self.ring.iter().cloned());
        Ok(Self { ring })
    }

    /// The current key and those of the older ones that are still in use.
    #[must_use]
    pub fn pruned(&self, in_use: &BTreeSet<KekId>) -> Self {
        let current = self.ring.first().map(|key| key.id());
        let keep = |key: &&Arc<Kek>| Some(key.id()) == current || in_use.contains(&key.id());
        Self { ring: self.ring.iter().filter(keep).cloned().collect() }
    }

    /// The key that new values are sealed under.
    pub fn current(&self) -> KekId {
        self.first().id()
    }

    /// All keys, newest first.
    pub fn ids(&self) -> Vec<KekId> {
        self.ring.iter().map(|key| key.id()).collect()
    }

    /// The form that [`parse`](Self::parse) reads, one key a line. Wiped when dropped.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let line = KEY_LEN.div_ceil(3) * 4 + 1;
        // No growing: a moved buffer would leave keys behind in freed memory.
        let mut text = Zeroizing::new(String::with_capacity(line * self.ring.len()));
        for key in &self.ring {
            BASE64.encode_string(key.expose(), &mut text);
            text.push('\n');
        }
        text
    }

    fn first(&self) -> &Kek {
        // Never empty: every constructor puts one in, `pruned` keeps the first.
        &self.ring[0]
    }

    fn get(&self, id: KekId) -> Result<&Kek, VaultError> {
        self.ring.iter().find(|key| key.id() == id).map(AsRef::as_ref).ok_or(VaultError::UnknownKey(id))
    }
}

impl KeyProvider for MasterKeys {
    fn current(&self) -> KekId {
        Self::current(self)
    }

    fn ids(&self) -> Vec<KekId> {
        Self::ids(self)
    }

    fn wrap(&self, bound: &[u8], key: &DataKey) -> Result<[u8; WRAPPED_LEN], VaultError> {
        self.first().wrap(bound, key)
    }

    fn unwrap(&self, kek: KekId, bound: &[u8], wrapped: &[u8; WRAPPED_LEN]) -> Result<DataKey, VaultError> {
        self.get(kek)?.unwrap(bound, wrapped)
    }

    fn hash(&self, value: &[u8]) -> [u8; 32] {
        // The oldest key: fingerprints then survive a rotation, and change only when that key is pruned.
        self.ring.last().map_or([0; 32], |key| key.hash(value))
    }
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("MasterKeys").field(&self.ids()).finish()
    }
}

fn fresh() -> Result<Arc<Kek>, VaultError> {
    let mut bytes = Zeroizing::new([0; KEY_LEN]);
    aws_lc_rs::rand::fill(bytes.as_mut_slice())
        .map_err(|_| VaultError::Provider("the system gave no random bytes"))?;
    Kek::new(bytes).map(Arc::new)
}

fn decode(word: &str) -> Result<Zeroizing<[u8; KEY_LEN]>, KeyFlaw> {
    // Whatever decodes to 32 bytes has at most 44 characters; `decode_slice` wants room for whole groups.
    let mut buffer = Zeroizing::new([0; KEY_LEN + 4]);
    if word.len() > KEY_LEN.div_ceil(3) * 4 {
        let known = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
        return Err(if known { KeyFlaw::WrongLength } else { KeyFlaw::NotBase64 });
    }
    let length = BASE64.decode_slice(word, buffer.as_mut_slice()).map_err(|_| KeyFlaw::NotBase64)?;
    let mut key = Zeroizing::new([0; KEY_LEN]);
    if length != KEY_LEN {
        return Err(KeyFlaw::WrongLength);
    }
    key.copy_from_slice(&buffer[..KEY_LEN]);
    if looks_random(&key) { Ok(key) } else { Err(KeyFlaw::Predictable) }
}
