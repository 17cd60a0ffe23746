//! Who must know that something changed: caches here, live sessions in the engine, other nodes later.

use hookswitch_model::{KeyId, OrgId, ToolId};
use tokio::sync::broadcast;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A tool was saved, enabled, disabled or deleted, or its signing secret rotated.
    Tool(ToolId),
    /// A secret of an organisation was set or deleted.
    Secrets(OrgId),
    /// A key was revoked.
    Key(KeyId),
}

/// Tells all who listen. A listener that falls behind gets an error and reads anew.
pub(crate) struct Announcer {
    sender: broadcast::Sender<Change>,
}

/// Announcements that a slow listener may fall behind.
const BACKLOG: usize = 1024;

impl Announcer {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::channel(BACKLOG).0 }
    }

    pub(crate) fn tell(&self, change: Change) {
        // Nobody listening is fine: whoever comes later reads the store.
        let _ = self.sender.send(change);
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
    }
}

impl crate::Registry {
    /// Listens to changes of definitions, secrets and keys made through this registry.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.listen()
    }
}
