//! What can go wrong while sealing, opening and keeping keys. No message holds a secret or a key.

use std::io;
use std::path::PathBuf;

use crate::kek::KekId;

/// Why a value could not be sealed or opened, or a key not be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The bytes are not a sealed value at all: cut short, or not ours.
    #[error("not a sealed value")]
    NotSealed,
    /// Sealed by a form (version or algorithm) that this build does not know.
    #[error("sealed in a form that this version does not know (version {version}, algorithm {algorithm})")]
    UnknownVersion {
        /// The version byte.
        version: u8,
        /// The algorithm byte.
        algorithm: u8,
    },
    /// Sealed under a master key that is not in the ring: lost, or dropped too early.
    #[error("sealed under master key {0}, which is not among the keys given")]
    UnknownKey(KekId),
    /// The seal is broken: the bytes were changed, or they belong to another organisation, row or purpose.
    /// The two look the same from here.
    #[error("the seal is broken: changed bytes, or a value that belongs to another place")]
    Tampered,
    /// Opened as text, but what was sealed is not UTF-8.
    #[error("the sealed value is not text")]
    NotText,
    /// A master key that must not be used.
    #[error("bad master key on line {line}: {flaw}")]
    BadKey {
        /// Which line of the file or the setting, counted from 1; 0 when it is about the whole.
        line: usize,
        /// What is wrong with it.
        flaw: KeyFlaw,
    },
    /// The key file could not be read or written.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried, as a verb ("read", "replace").
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The cryptographic library or the key provider refused.
    #[error("the key provider failed: {0}")]
    Provider(&'static str),
}

/// What is wrong with a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFlaw {
    /// Neither file nor setting holds a key.
    #[error("there is no key")]
    Missing,
    /// Not base64.
    #[error("it is not base64")]
    NotBase64,
    /// Not 32 bytes.
    #[error("it is not 32 bytes long (make one with `openssl rand -base64 32`)")]
    WrongLength,
    /// Too regular to be random: a passphrase, a pattern, zeroes.
    #[error("it does not look random (make one with `openssl rand -base64 32`)")]
    Predictable,
    /// The same key twice.
    #[error("it repeats an earlier key")]
    Repeated,
    /// More keys or bytes than any rotation leaves behind.
    #[error("there are too many keys")]
    TooMany,
    /// The file can be changed by users other than its owner.
    #[error("the file is writable by others (chmod 600 it)")]
    Exposed,
}
