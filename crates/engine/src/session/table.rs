//! The sessions in memory.

use std::collections::HashMap;
use std::sync::Arc;

use hookswitch_model::SessionId;
use parking_lot::RwLock;

use super::live::LiveSession;

/// A bounded table of live sessions.
#[derive(Debug)]
pub(crate) struct Sessions {
    most: usize,
    table: RwLock<HashMap<SessionId, Arc<LiveSession>>>,
    /// Held while a session is loaded, so that it is loaded once.
    pub(crate) loading: tokio::sync::Mutex<()>,
}

impl Sessions {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, table: RwLock::new(HashMap::new()), loading: tokio::sync::Mutex::new(()) }
    }

    pub(crate) fn get(&self, id: SessionId) -> Option<Arc<LiveSession>> {
        self.table.read().get(&id).cloned()
    }

    /// Takes a session in. `false` when the table is full.
    pub(crate) fn put(&self, session: Arc<LiveSession>) -> bool {
        let mut table = self.table.write();
        if table.len() >= self.most && !table.contains_key(&session.id) {
            return false;
        }
        table.insert(session.id, session);
        true
    }

    pub(crate) fn remove(&self, id: SessionId) {
        self.table.write().remove(&id);
    }

    pub(crate) fn len(&self) -> usize {
        self.table.read().len()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len() >= self.most
    }

    pub(crate) fn all(&self) -> Vec<Arc<LiveSession>> {
        self.table.read().values().cloned().collect()
    }
}
