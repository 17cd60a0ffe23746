//! The public face: start, prepare, call, forget.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use rustix::process::DumpableBehavior;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::admission::Admission;
use crate::egress::EgressPort;
use crate::error::SandboxError;
use crate::house::House;
use crate::inspection::{self, Inspection};
use crate::outcome::{CallOutcome, Failure};
use crate::platform;
use crate::python::Python;
use crate::run;
use crate::selftest::{self, Report};
use crate::settings::{DependencySet, SandboxSettings, SetName};
use crate::spare::Tool;
use crate::tool::{TenantId, ToolId, ToolSpec};

/// Spares of all tenants made at a time: making one costs milliseconds of CPU that running calls want.
const MADE_AT_ONCE: usize = 1;
/// After this the next one is begun beside it: a tool that takes long to load must not hold up others' spares.
const LONGEST_TURN: Duration = Duration::from_millis(200);
/// Longest reading of a source.
const READING: Duration = Duration::from_secs(10);
/// How often old spares are thrown out.
const ROUNDS: Duration = Duration::from_secs(30);

/// Warm Python for all tenants. Cheap to clone; everything ends when the last clone and the last [`Prepared`] go.
#[derive(Debug, Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    house: House,
    egress: Arc<dyn EgressPort>,
    admission: Admission,
    report: Report,
    tools: Mutex<HashMap<(TenantId, ToolId, String), Weak<Tool>>>,
    spares: Arc<Semaphore>,
    makers: Semaphore,
    made: AtomicU64,
}

/// A tool that a session will call. While it lives a spare of the tool is kept ready.
#[derive(Debug)]
pub struct Prepared {
    tool: Arc<Tool>,
    inner: Arc<Inner>,
    /// Whether a spare is kept ready; for one call alone it is not worth making.
    keeps_spare: bool,
}

impl Sandbox {
    /// Finds CPython, builds a box and tries to break out of it. No sandbox when anything gets out.
    pub async fn start(settings: SandboxSettings, egress: Arc<dyn EgressPort>) -> Result<Self, SandboxError> {
        // Same user, same kernel: without this, one process's memory is another's file.
        rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
            .map_err(|error| SandboxError::system("hide this process's memory")(error.into()))?;
        let python = Python::find(settings.interpreter.as_deref()).await?;
        let house = House::new(settings, python, Arc::clone(&egress));
        let report = selftest::examine(&house).await?;
        tracing::debug!(tier = %report.tier, missing = ?report.missing, python = %report.python, "sandbox ready");
        let inner = Arc::new(Inner {
            admission: Admission::new(&house.settings),
            spares: Arc::new(Semaphore::new(house.settings.spares as usize)),
            makers: Semaphore::new(MADE_AT_ONCE),
            made: AtomicU64::new(0),
            tools: Mutex::default(),
            house,
            egress,
            report,
        });
        tokio::spawn(make_rounds(Arc::downgrade(&inner)));
        Ok(Self { inner })
    }

    /// Starts the zygote of a set ahead of the first tool that needs it.
    pub async fn warm(&self, set: &SetName) -> Result<(), SandboxError> {
        self.inner.house.zygote(set).await.map(drop)
    }

    /// Reads a source without running it: syntax, imports, functions.
    pub async fn inspect(&self, code: &str) -> Result<Inspection, Failure> {
        let arguments = serde_json::json!({ "source": code }).to_string();
        let returned =
            platform::call(&self.inner.house, inspection::CODE, &arguments, READING).await.result?;
        serde_json::from_str(returned.json.get()).map_err(Failure::unavailable)
    }

    /// What the boot examination found: for the log, `/health` and `doctor`.
    pub fn report(&self) -> &Report {
        &self.inner.report
    }

    /// Process ids of the launchers, one a running dependency set: what to look below in a process list.
    pub fn launchers(&self) -> Vec<u32> {
        self.inner.house.launchers()
    }

    /// Adds a dependency set, or replaces one; calls under way keep what they have.
    pub fn add_set(&self, set: DependencySet) {
        self.inner.house.add_set(set);
    }

    /// Whether there is a set of this name.
    pub fn has_set(&self, name: &SetName) -> bool {
        self.inner.house.has_set(name)
    }

    /// Takes a dependency set away.
    pub fn remove_set(&self, name: &SetName) {
        self.inner.house.remove_set(name);
    }

    /// Gets a tool ready for calls that are to come, and returns at once; a spare is made meanwhile.
    pub fn prepare(&self, spec: ToolSpec) -> Result<Prepared, SandboxError> {
        let mut prepared = self.prepare_for_one(spec)?;
        prepared.tool.hold();
        prepared.keeps_spare = true;
        prepared.refill();
        Ok(prepared)
    }

    /// Gets a tool ready for one call that is to come at once: it takes a spare where there is one, and leaves none.
    pub fn prepare_for_one(&self, spec: ToolSpec) -> Result<Prepared, SandboxError> {
        let house = &self.inner.house;
        spec.check(house.settings.payload_bytes)?;
        if !house.has_set(&spec.set) {
            return Err(SandboxError::UnknownSet(spec.set.to_string()));
        }
        let key = (spec.tenant.clone(), spec.tool.clone(), spec.version.clone());
        let mut tools = self.inner.tools.lock();
        tools.retain(|_, tool| tool.strong_count() > 0);
        // What runs is what was given, also when somebody forgot to change the version.
        let same = tools.get(&key).and_then(Weak::upgrade).filter(|tool| tool.spec == spec);
        let tool = same.unwrap_or_else(|| {
            let tool = Arc::new(Tool::new(spec));
            if let Some(other) = tools.insert(key, Arc::downgrade(&tool)).and_then(|other| other.upgrade()) {
                other.forget();
            }
            tool
        });
        drop(tools);
        Ok(Prepared { tool, inner: Arc::clone(&self.inner), keeps_spare: false })
    }

    /// Throws away all spares of a tool: it was changed, deleted, or a secret of it was rotated. Sessions that still
    /// hold it get a fresh process for each call.
    pub fn forget(&self, tenant: &TenantId, tool: &ToolId) {
        self.forget_where(|owner, id| owner == tenant && id == tool);
    }

    /// The same for whichever tenant's tool has this id.
    pub fn forget_tool(&self, tool: &ToolId) {
        self.forget_where(|_, id| id == tool);
    }

    fn forget_where(&self, is_meant: impl Fn(&TenantId, &ToolId) -> bool) {
        let mut tools = self.inner.tools.lock();
        tools.retain(|(owner, id, _), prepared| {
            let forgotten = is_meant(owner, id);
            if forgotten && let Some(prepared) = prepared.upgrade() {
                prepared.forget();
            }
            !forgotten
        });
    }

    /// Replaces all spares of a tenant's tools: what they may have seen is out of date.
    pub fn renew(&self, tenant: &TenantId) {
        let tools = self.inner.tools.lock();
        let of_tenant = tools.iter().filter(|((owner, _, _), _)| owner == tenant);
        for tool in of_tenant.filter_map(|(_, tool)| tool.upgrade()) {
            tool.renew();
            let inner = Arc::clone(&self.inner);
            tokio::spawn(async move { refill(&tool, &inner).await });
        }
    }

    /// Spares that wait, of all tools.
    pub fn spares(&self) -> usize {
        let tools = self.inner.tools.lock();
        tools.values().filter_map(Weak::upgrade).map(|tool| tool.waiting()).sum()
    }

    /// Spares made so far.
    pub fn spares_made(&self) -> u64 {
        self.inner.made.load(Ordering::Relaxed)
    }

    /// Throws away all spares, to give memory back.
    pub fn forget_all(&self) {
        for (_, tool) in self.inner.tools.lock().drain() {
            if let Some(tool) = tool.upgrade() {
                tool.forget();
            }
        }
    }

    /// Ends every process, also of calls under way.
    pub fn shutdown(&self) {
        self.forget_all();
        self.inner.house.close();
    }
}

impl Prepared {
    /// Calls the tool with two JSON objects and waits for the answer, at most until `deadline` and at most for the
    /// tool's timeout. Dropping the future kills the process.
    pub async fn call(&self, arguments: &str, context: &str, deadline: Instant) -> CallOutcome {
        let started = Instant::now();
        let mut outcome =
            self.attempt(arguments, context, started, deadline).await.unwrap_or_else(run::never_ran);
        outcome.wall = started.elapsed();
        self.refill();
        outcome
    }

    async fn attempt(
        &self,
        arguments: &str,
        context: &str,
        started: Instant,
        deadline: Instant,
    ) -> Result<CallOutcome, Failure> {
        let (house, spec) = (&self.inner.house, &self.tool.spec);
        let request = run::request(arguments, context, house.settings.payload_bytes)?;
        let deadline = deadline.min(started + spec.timeout);
        let until = deadline.min(started + house.settings.longest_wait);
        let _place = self.inner.admission.enter(&spec.tenant, spec.max_memory_mib, until).await?;
        let ready = self.tool.take(house.settings.spare_age);
        let warm = ready.is_some();
        let spare = match ready {
            Some(spare) => spare,
            None => run::make_spare(house, spec, deadline).await?,
        };
        let outcome = run::run(spare, &self.tool, &request, &self.inner.egress, deadline).await;
        Ok(CallOutcome { warm, ..outcome })
    }

    /// Spares that wait for this tool's calls.
    pub fn spares(&self) -> usize {
        self.tool.waiting()
    }

    /// Makes spares in the background until there are enough.
    fn refill(&self) {
        if !self.keeps_spare {
            return;
        }
        let (tool, inner) = (Arc::clone(&self.tool), Arc::clone(&self.inner));
        tokio::spawn(async move { refill(&tool, &inner).await });
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        if self.keeps_spare {
            self.tool.let_go();
        }
    }
}

async fn refill(tool: &Tool, inner: &Inner) {
    while let Some(coming) = tool.claim() {
        let Ok(place) = Arc::clone(&inner.spares).try_acquire_owned() else { return };
        let Some(_own) = inner.admission.maker(&tool.spec.tenant).await else { return };
        let Ok(turn) = inner.makers.acquire().await else { return };
        let deadline = Instant::now() + inner.house.settings.load_time;
        let making = run::make_spare(&inner.house, &tool.spec, deadline);
        tokio::pin!(making);
        let mut made = tokio::time::timeout(LONGEST_TURN, &mut making).await.ok();
        drop(turn);
        if made.is_none() {
            made = Some(making.await);
        }
        match made {
            Some(Ok(mut spare)) => {
                spare.place = Some(place);
                inner.made.fetch_add(1, Ordering::Relaxed);
                coming.put(spare);
            }
            // The next call tries again, and tells.
            Some(Err(_)) | None => return,
        }
    }
}

/// Whether processes of this machine stand still for want of memory, a fifth of the last ten seconds or more.
fn memory_is_short() -> bool {
    let text = std::fs::read_to_string("/proc/pressure/memory").unwrap_or_default();
    stalled(&text).is_some_and(|share| share >= 20.0)
}

/// Share of the last ten seconds in percent, out of the kernel's `some avg10=0.00 avg60=…`.
fn stalled(pressure: &str) -> Option<f64> {
    pressure.lines().next()?.strip_prefix("some avg10=")?.split(' ').next()?.parse().ok()
}

/// Throws out old spares and makes new ones, for as long as there is a sandbox.
async fn make_rounds(inner: Weak<Inner>) {
    let settled = inner.upgrade().map_or(ROUNDS, |inner| inner.house.settings.idle.min(ROUNDS));
    let mut clock = tokio::time::interval(settled.max(Duration::from_millis(50)));
    loop {
        clock.tick().await;
        let Some(inner) = inner.upgrade() else { return };
        let tools: Vec<_> = inner.tools.lock().values().filter_map(Weak::upgrade).collect();
        let short = memory_is_short();
        inner.house.rest();
        for tool in tools {
            if short {
                tool.clear();
            } else {
                tool.tidy(inner.house.settings.spare_age);
                refill(&tool, &inner).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stalled;

    #[test]
    fn pressure_is_read_as_the_kernel_writes_it() {
        let text = "some avg10=23.50 avg60=1.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00";
        assert_eq!(stalled(text), Some(23.5));
        assert_eq!(stalled(""), None);
        assert_eq!(stalled("some avg10=x"), None);
    }
}
