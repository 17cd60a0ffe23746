//! Places for calls in flight: so many per tool, so many per organisation. A call waits for its places inside its
//! budget; one tenant can't take another's.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use hookswitch_model::{OrgId, ToolId};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of one call; given back when dropped.
#[derive(Debug)]
pub(crate) struct Places {
    _tool: OwnedSemaphorePermit,
    _org: OwnedSemaphorePermit,
}

#[derive(Debug)]
pub(crate) struct Limits {
    tools: Keyed<ToolId>,
    orgs: Keyed<OrgId>,
}

impl Limits {
    pub(crate) fn new(per_tool: usize, per_org: usize) -> Self {
        Self { tools: Keyed::new(per_tool), orgs: Keyed::new(per_org) }
    }

    /// Waits for the places of a call. The tool's first: a slow tool's queue holds no places of its organisation.
    pub(crate) async fn take(&self, tool: ToolId, org: OrgId) -> Option<Places> {
        let tool = self.tools.of(tool).acquire_owned().await.ok()?;
        let org = self.orgs.of(org).acquire_owned().await.ok()?;
        Some(Places { _tool: tool, _org: org })
    }
}

#[derive(Debug)]
struct Keyed<K> {
    each: usize,
    semaphores: Mutex<HashMap<K, Arc<Semaphore>>>,
}

impl<K: Hash + Eq> Keyed<K> {
    /// Idle entries are swept when there are more than these.
    const SWEEP_AT: usize = 4096;

    fn new(each: usize) -> Self {
        Self { each, semaphores: Mutex::new(HashMap::new()) }
    }

    fn of(&self, key: K) -> Arc<Semaphore> {
        let mut semaphores = self.semaphores.lock();
        if semaphores.len() >= Self::SWEEP_AT {
            // Entries in use are referred to from elsewhere, too; only those are kept.
            semaphores.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        }
        Arc::clone(semaphores.entry(key).or_insert_with(|| Arc::new(Semaphore::new(self.each))))
    }
}
