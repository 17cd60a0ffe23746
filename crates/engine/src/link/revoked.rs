//! Links end with the key that opened them.

use std::collections::HashMap;

use hookswitch_model::{KeyId, Scope, Stamp};

use super::LinkEnd;
use crate::Engine;

impl Engine {
    /// Ends the links that a key opened.
    pub(crate) fn end_links_of(&self, key: KeyId) {
        for session in self.inner.sessions.all() {
            let state = session.state.lock();
            let opened = state.seats.bonds().filter(|(_, bond)| bond.key.get() == Some(&key));
            opened.for_each(|(_, bond)| bond.end(LinkEnd::Revoked));
        }
    }

    /// Looks whether the keys behind the links are still good: they expire, and other servers revoke them.
    pub(crate) async fn check_keys(&self) {
        let mut keys: HashMap<KeyId, Scope> = HashMap::new();
        for session in self.inner.sessions.all() {
            let state = session.state.lock();
            let known = state.seats.bonds().filter_map(|(_, bond)| bond.key.get());
            keys.extend(known.map(|key| (*key, session.scope)));
        }
        for (key, scope) in keys {
            let found = self.inner.registry.get_key(scope, key).await;
            if found.is_ok_and(|key| !key.is_valid_at(Stamp::now())) {
                self.end_links_of(key);
            }
        }
    }
}
