//! What tells environments apart.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{Context, SHA256};

use crate::interpreter::Interpreter;

/// Counted up when the same requirements would be built into something else.
const RECIPE: &str = "1";

/// Hash of all that decides what is in an environment: how it is built, Python, platform, the sorted requirements and,
/// for a curated set, its lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnvironmentKey([u8; 32]);

impl EnvironmentKey {
    pub(crate) fn of(interpreter: &Interpreter, requirements: &str, lock: &str) -> Self {
        let mut digest = Context::new(&SHA256);
        for part in [RECIPE, &interpreter.build(), requirements, lock] {
            // With their lengths, so that no two lists of parts are one text.
            digest.update(&(part.len() as u64).to_le_bytes());
            digest.update(part.as_bytes());
        }
        let mut key = [0; 32];
        key.copy_from_slice(digest.finish().as_ref());
        Self(key)
    }
}

impl fmt::Display for EnvironmentKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

impl FromStr for EnvironmentKey {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut key = [0; 32];
        hex::decode_to_slice(text, &mut key)?;
        Ok(Self(key))
    }
}
