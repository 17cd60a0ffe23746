//! Who may run: at most so many calls of one tenant, at most so much memory promised to all.
//!
//! A call first takes one of its tenant's places, then memory; both queues are first come, first served. So a tenant
//! holds at most its own number of places in the common queue, and another's call is never behind more than those.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::outcome::Failure;
use crate::settings::SandboxSettings;
use crate::tool::TenantId;

/// Spares of one tenant that are made at a time.
const MADE_AT_ONCE: usize = 2;
/// Gates kept before idle ones are cleared away.
const MOST_GATES: usize = 1024;

#[derive(Debug)]
pub(crate) struct Admission {
    memory: Arc<Semaphore>,
    budget_mib: u32,
    gates: Mutex<HashMap<TenantId, Arc<Gate>>>,
    running: u32,
    waiting: u32,
}

/// One tenant's places.
#[derive(Debug)]
struct Gate {
    places: Arc<Semaphore>,
    /// Places to make spares in: code that takes long to load holds up its own tenant.
    makers: Arc<Semaphore>,
    waiting: AtomicU32,
}

/// The right to run, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _place: OwnedSemaphorePermit,
    _memory: OwnedSemaphorePermit,
}

/// Counts one who waits.
struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Admission {
    pub(crate) fn new(settings: &SandboxSettings) -> Self {
        Self {
            memory: Arc::new(Semaphore::new(settings.memory_budget_mib as usize)),
            budget_mib: settings.memory_budget_mib,
            gates: Mutex::default(),
            running: settings.running_per_tenant,
            waiting: settings.waiting_per_tenant,
        }
    }

    /// Waits for a place until `until`.
    pub(crate) async fn enter(
        &self,
        tenant: &TenantId,
        memory_mib: u32,
        until: Instant,
    ) -> Result<Place, Failure> {
        if memory_mib > self.budget_mib {
            return Err(Failure::busy("the function asks for more memory than the server has"));
        }
        let gate = self.gate(tenant);
        let place = match Arc::clone(&gate.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => self.wait(&gate, until).await?,
        };
        let memory = Arc::clone(&self.memory).acquire_many_owned(memory_mib);
        let late = |_| Failure::busy("memory is promised to other calls");
        let memory = timeout_at(until, memory).await.map_err(late)?.map_err(Failure::unavailable)?;
        Ok(Place { _place: place, _memory: memory })
    }

    /// Waits for a place to make a spare in.
    pub(crate) async fn maker(&self, tenant: &TenantId) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.gate(tenant).makers).acquire_owned().await.ok()
    }

    async fn wait(&self, gate: &Gate, until: Instant) -> Result<OwnedSemaphorePermit, Failure> {
        let before = gate.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&gate.waiting);
        if before >= self.waiting {
            return Err(Failure::busy("too many calls are waiting"));
        }
        let late = |_| Failure::busy("too many calls are running");
        let place = Arc::clone(&gate.places).acquire_owned();
        timeout_at(until, place).await.map_err(late)?.map_err(Failure::unavailable)
    }

    fn gate(&self, tenant: &TenantId) -> Arc<Gate> {
        let mut gates = self.gates.lock();
        if gates.len() >= MOST_GATES {
            gates.retain(|_, gate| {
                Arc::strong_count(gate) > 1 || gate.places.available_permits() < self.running as usize
            });
        }
        let fresh = || Gate {
            places: Arc::new(Semaphore::new(self.running as usize)),
            makers: Arc::new(Semaphore::new(MADE_AT_ONCE)),
            waiting: AtomicU32::new(0),
        };
        Arc::clone(gates.entry(tenant.clone()).or_insert_with(|| Arc::new(fresh())))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::outcome::FailureKind;

    fn admission(budget: u32, running: u32, waiting: u32) -> Admission {
        Admission::new(&SandboxSettings {
            memory_budget_mib: budget,
            running_per_tenant: running,
            waiting_per_tenant: waiting,
            ..SandboxSettings::default()
        })
    }

    fn tenant(name: &str) -> TenantId {
        TenantId(name.to_owned())
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(20)
    }

    #[tokio::test]
    async fn a_tenant_at_its_cap_is_busy_and_another_is_not() {
        let admission = admission(1000, 1, 8);
        let held = admission.enter(&tenant("a"), 10, soon()).await.unwrap();
        let refused = admission.enter(&tenant("a"), 10, soon()).await.unwrap_err();
        assert_eq!((refused.kind, refused.began), (FailureKind::Busy, false));
        admission.enter(&tenant("b"), 10, soon()).await.unwrap();
        drop(held);
        admission.enter(&tenant("a"), 10, soon()).await.unwrap();
    }

    #[tokio::test]
    async fn memory_is_promised_once() {
        let admission = admission(100, 8, 8);
        let _held = admission.enter(&tenant("a"), 80, soon()).await.unwrap();
        assert!(admission.enter(&tenant("b"), 30, soon()).await.is_err());
        admission.enter(&tenant("b"), 20, soon()).await.unwrap();
        assert!(admission.enter(&tenant("c"), 101, soon()).await.is_err());
    }

    #[tokio::test]
    async fn the_queue_has_an_end() {
        let admission = admission(100, 1, 0);
        let _held = admission.enter(&tenant("a"), 1, soon()).await.unwrap();
        let far = Instant::now() + Duration::from_hours(1);
        assert_eq!(admission.enter(&tenant("a"), 1, far).await.unwrap_err().kind, FailureKind::Busy);
    }

    #[tokio::test]
    async fn gates_of_the_idle_are_cleared() {
        let admission = admission(100, 1, 1);
        for number in 0..3 * MOST_GATES {
            admission.enter(&tenant(&number.to_string()), 1, soon()).await.unwrap();
        }
        assert!(admission.gates.lock().len() <= MOST_GATES);
    }
}
