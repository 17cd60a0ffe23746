//! Zygotes by set and tenants' processes by tenant and set, started when first needed and again when they have died.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::cgroup::Cgroups;
use crate::egress::EgressPort;
use crate::error::SandboxError;
use crate::python::Python;
use crate::settings::{DependencySet, SandboxSettings, SetName};
use crate::tenant::Tenant;
use crate::tool::TenantId;
use crate::zygote::Zygote;

type Slot<T> = Arc<tokio::sync::Mutex<Option<Arc<T>>>>;
/// When it was used last, and the process.
type Tenants = HashMap<(TenantId, SetName), (Instant, Slot<Tenant>)>;

/// A zygote that did not start is not tried again before this.
const PENANCE: Duration = Duration::from_secs(10);

/// A set, and its zygote when it runs.
#[derive(Debug)]
struct SetState {
    set: DependencySet,
    zygote: Slot<Zygote>,
    used: Mutex<Instant>,
    failed: Mutex<Option<(Instant, String)>>,
}

impl SetState {
    fn new(set: DependencySet) -> Arc<Self> {
        let used = Mutex::new(Instant::now());
        Arc::new(Self { set, zygote: Slot::default(), used, failed: Mutex::default() })
    }
}

/// Everything that forks.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) settings: SandboxSettings,
    python: Python,
    egress: Arc<dyn EgressPort>,
    /// What the kernel holds together, or why it does not.
    pub(crate) cgroups: Result<Arc<Cgroups>, String>,
    sets: Mutex<HashMap<SetName, Arc<SetState>>>,
    tenants: Mutex<Tenants>,
}

impl House {
    pub(crate) fn new(settings: SandboxSettings, python: Python, egress: Arc<dyn EgressPort>) -> Self {
        let stdlib = DependencySet { name: SetName::stdlib(), import_paths: Vec::new(), preload: Vec::new() };
        let sets = settings.sets.iter().cloned().chain([stdlib]);
        let sets = Mutex::new(sets.map(|set| (set.name.clone(), SetState::new(set))).collect());
        let cgroups = Cgroups::take(&settings).map(Arc::new);
        Self { settings, python, egress, cgroups, sets, tenants: Mutex::default() }
    }

    /// Adds a set, or replaces one of that name: its zygote goes once no call uses it.
    pub(crate) fn add_set(&self, set: DependencySet) {
        let name = set.name.clone();
        self.sets.lock().insert(name.clone(), SetState::new(set));
        self.tenants.lock().retain(|(_, used), _| *used != name);
    }

    /// Takes a set away.
    pub(crate) fn remove_set(&self, name: &SetName) {
        self.sets.lock().remove(name);
        self.tenants.lock().retain(|(_, used), _| used != name);
    }

    pub(crate) fn has_set(&self, name: &SetName) -> bool {
        self.sets.lock().contains_key(name)
    }

    pub(crate) async fn zygote(&self, name: &SetName) -> Result<Arc<Zygote>, SandboxError> {
        let found = self.sets.lock().get(name).cloned();
        let Some(state) = found else {
            return Err(SandboxError::UnknownSet(name.to_string()));
        };
        *state.used.lock() = Instant::now();
        let mut zygote = state.zygote.lock().await;
        if let Some(alive) = zygote.as_ref().filter(|zygote| zygote.forker.is_alive()) {
            return Ok(Arc::clone(alive));
        }
        let recent = state.failed.lock().clone().filter(|(when, _)| when.elapsed() < PENANCE);
        if let Some((_, reason)) = recent {
            return Err(SandboxError::NotStarted { set: name.to_string(), reason });
        }
        let started = Zygote::start(&self.settings, &self.python, &state.set, self.groups()).await;
        *state.failed.lock() = started.as_ref().err().map(|error| (Instant::now(), error.to_string()));
        Ok(Arc::clone(zygote.insert(Arc::new(started?))))
    }

    pub(crate) async fn tenant(&self, id: &TenantId, set: &SetName) -> Result<Arc<Tenant>, SandboxError> {
        let slot = self.slot(id, set)?;
        let mut tenant = slot.lock().await;
        if let Some(alive) = tenant.as_ref().filter(|tenant| tenant.is_alive() && !tenant.is_worn()) {
            return Ok(Arc::clone(alive));
        }
        if let Some(old) = tenant.take().filter(|old| !old.is_alive()) {
            old.kill();
        }
        let zygote = self.zygote(set).await?;
        let fresh = Tenant::start(zygote, id, Arc::clone(&self.egress), self.groups().cloned())
            .await
            .map_err(SandboxError::system("start a tenant's process"))?;
        Ok(Arc::clone(tenant.insert(Arc::new(fresh))))
    }

    /// The tenant's slot; when all are taken, the idle one that was used longest ago makes room.
    fn slot(&self, id: &TenantId, set: &SetName) -> Result<Slot<Tenant>, SandboxError> {
        let key = (id.clone(), set.clone());
        let now = Instant::now();
        let mut tenants = self.tenants.lock();
        if let Some((used, slot)) = tenants.get_mut(&key) {
            *used = now;
            return Ok(Arc::clone(slot));
        }
        if tenants.len() >= self.settings.tenants {
            let idle = tenants.iter().filter(|(_, (_, slot))| is_idle(slot));
            let longest = idle.min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone());
            tenants.remove(&longest.ok_or(SandboxError::Full)?);
        }
        let slot = Slot::default();
        tenants.insert(key, (now, Arc::clone(&slot)));
        Ok(slot)
    }

    fn groups(&self) -> Option<&Arc<Cgroups>> {
        self.cgroups.as_ref().ok()
    }

    /// Process ids of the launchers that run.
    pub(crate) fn launchers(&self) -> Vec<u32> {
        let sets = self.sets.lock();
        let running = |state: &SetState| state.zygote.try_lock().ok()?.as_ref()?.launcher();
        sets.values().filter_map(|state| running(state)).collect()
    }

    /// Ends a tenant's processes.
    pub(crate) fn retire(&self, id: &TenantId) {
        self.tenants.lock().retain(|(owner, _), _| owner != id);
    }

    /// Ends processes that nobody has used for long: tenants', then zygotes of sets without one. What an operator
    /// had imported ahead stays, and the standard library.
    pub(crate) fn rest(&self) {
        let idle = |used: Instant| used.elapsed() >= self.settings.idle;
        self.tenants.lock().retain(|_, (used, slot)| !idle(*used) || !is_idle(slot));
        let sets: Vec<_> = self.sets.lock().values().cloned().collect();
        for state in sets {
            if state.set.import_paths.is_empty() || !state.set.preload.is_empty() || !idle(*state.used.lock())
            {
                continue;
            }
            if let Ok(mut zygote) = state.zygote.try_lock()
                && zygote.as_ref().is_some_and(|zygote| Arc::strong_count(zygote) == 1)
            {
                *zygote = None;
            }
        }
    }

    /// Ends everything.
    pub(crate) fn close(&self) {
        for (_, (_, slot)) in self.tenants.lock().drain() {
            // Calls under way hold theirs; they are told that it died.
            if let Ok(Some(tenant)) = slot.try_lock().as_deref() {
                tenant.kill();
            }
        }
        self.sets.lock().clear();
    }
}

/// Nobody is starting it, and it has no process that anybody holds.
fn is_idle(slot: &Slot<Tenant>) -> bool {
    Arc::strong_count(slot) == 1
        && slot
            .try_lock()
            .is_ok_and(|tenant| tenant.as_ref().is_none_or(|tenant| Arc::strong_count(tenant) == 1))
}
