//! Session tokens with a session open: each is good for one at a time.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use parking_lot::Mutex;

#[derive(Debug, Default)]
struct Used {
    /// Of tokens only a hash is kept, under a key that this process alone has.
    hasher: RandomState,
    hashes: Mutex<HashSet<u64>>,
}

/// The tokens with a session open on this server.
#[derive(Debug, Clone, Default)]
pub(crate) struct TokensInUse(Arc<Used>);

/// A token that has a session open; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct InUse {
    tokens: TokensInUse,
    hash: u64,
}

impl TokensInUse {
    /// Takes a token; none while it has a session open.
    pub(super) fn take(&self, token: &str) -> Option<InUse> {
        let hash = self.0.hasher.hash_one(token);
        self.0.hashes.lock().insert(hash).then(|| InUse { tokens: self.clone(), hash })
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        self.tokens.0.hashes.lock().remove(&self.hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_one_session_at_a_time() {
        let tokens = TokensInUse::default();
        let first = tokens.take("a");
        assert!(first.is_some() && tokens.take("a").is_none() && tokens.take("b").is_some());
        drop(first);
        assert!(tokens.take("a").is_some());
    }
}
