//! Where master keys live: the port that a file, the environment or a key service stands behind.

use zeroize::Zeroizing;

use crate::aead::KEY_LEN;
use crate::error::VaultError;
use crate::kek::{KekId, WRAPPED_LEN};

/// The key of one value, wiped when dropped.
pub type DataKey = Zeroizing<[u8; KEY_LEN]>;

/// Wraps and unwraps data keys. Called once for every value opened, so it answers from memory.
pub trait KeyProvider: Send + Sync {
    /// The key that new values are sealed under.
    fn current(&self) -> KekId;

    /// Every key that [`unwrap`](Self::unwrap) takes, the current one first.
    fn ids(&self) -> Vec<KekId>;

    /// Wraps a data key under the current key. `bound` is authenticated, not stored.
    fn wrap(&self, bound: &[u8], key: &DataKey) -> Result<[u8; WRAPPED_LEN], VaultError>;

    /// Unwraps a data key. [`VaultError::UnknownKey`] when `kek` is not among [`ids`](Self::ids).
    fn unwrap(&self, kek: KekId, bound: &[u8], wrapped: &[u8; WRAPPED_LEN]) -> Result<DataKey, VaultError>;

    /// A keyed hash of a value, of which only the first bytes are ever shown.
    fn hash(&self, value: &[u8]) -> [u8; 32];
}
