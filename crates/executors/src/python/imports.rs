//! What sources import, remembered: reading one takes a process.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use parking_lot::Mutex;

/// Sources that are remembered; all are forgotten beyond it, and read again.
const MOST: usize = 1024;

/// Modules that a source imports, by the source's hash and length.
type Known = std::collections::HashMap<(u64, usize), Arc<[String]>>;

#[derive(Debug, Default)]
pub(super) struct Imports {
    known: Mutex<Known>,
}

impl Imports {
    pub(super) fn get(&self, code: &str) -> Option<Arc<[String]>> {
        self.known.lock().get(&key(code)).cloned()
    }

    pub(super) fn put(&self, code: &str, imports: &[String]) {
        let mut known = self.known.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key(code), imports.into());
    }
}

/// Two sources with one key would at worst be offered each other's packages.
fn key(code: &str) -> (u64, usize) {
    let mut hasher = DefaultHasher::new();
    code.hash(&mut hasher);
    (hasher.finish(), code.len())
}
