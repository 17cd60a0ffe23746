//! Sealing, opening and key rotation of everything secret that the store keeps (security: Secrets at rest).
//!
//! Envelope encryption. Every value has a data key of its own; the data key is wrapped by a master key (KEK)
//! that lives in a file or in the environment, never in the database. A sealed value names its master key, so
//! old keys stay readable after a rotation, and re-wrapping touches only the wrapped data key: sixty bytes,
//! the value itself is neither opened nor written anew.
//!
//! A sealed value is bound to its place ([`SealContext`]): moved to another organisation, row or purpose it
//! does not open.
//!
//! ```
//! use hookswitch_model::{OrgId, SecretId};
//! use hookswitch_vault::{MasterKeys, Purpose, SealContext, Vault};
//! use secrecy::{ExposeSecret, SecretString};
//!
//! let vault = Vault::new(MasterKeys::generate()?);
//! let place = SealContext::new(OrgId::generate(), SecretId::generate(), Purpose::Secret);
//! let sealed = vault.seal(&place, &SecretString::from("whsec_…"))?;
//! assert_eq!(vault.open(&place, sealed.as_bytes())?.expose_secret(), "whsec_…");
//! # Ok::<(), hookswitch_vault::VaultError>(())
//! ```

mod aead;
mod context;
mod entropy;
mod envelope;
mod error;
mod kek;
mod key_file;
mod master_keys;
mod provider;
mod replace;
mod vault;

pub use context::{Purpose, SealContext};
pub use envelope::{Sealed, kek_id_of};
pub use error::{KeyFlaw, VaultError};
pub use kek::{KekId, WRAPPED_LEN};
pub use key_file::{KeyFile, Loaded};
pub use master_keys::{MAX_KEYS, MasterKeys};
pub use provider::{DataKey, KeyProvider};
pub use vault::Vault;
