//! Live sessions: the shell around the pure session machine.
//!
//! The engine checks arguments with the prepared tool, feeds the machine, and carries out its orders: it writes
//! intents and outcomes to the ledger, opens secrets, calls the executor of the tool's kind, keeps time, and tells
//! whoever waits. A session's machine sits behind one short lock; nothing waits while holding it.

mod act_key;
mod admit;
mod answers;
mod arguments;
mod backoff;
mod breaker;
mod calls;
mod code_changes;
mod code_reading;
mod counters;
mod error;
mod events;
mod execute;
mod functions;
mod input;
mod limits;
mod link;
mod orders;
mod probe;
mod reads;
mod session;
mod settings;
mod settle;
mod system_values;
mod told;
mod trace;
mod trial;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hookswitch_egress::Client;
use hookswitch_executors::python::Status;
use hookswitch_model::{NodeId, Stamp};
use hookswitch_registry::Registry;
use hookswitch_store::{Store, Writer};
use tokio_util::task::TaskTracker;

pub use answers::CallAnswer;
pub use counters::{EngineCounters, KIND_LABELS};
pub use error::EngineError;
pub use events::EventStream;
pub use functions::{FunctionsError, FunctionsQuery};
pub use hookswitch_executors::lambda as aws;
pub use hookswitch_executors::python::{PackageState, Status as PythonStatus};
pub use hookswitch_store::{
    EventCount, ExecutionFilter, LedgerError, OutcomeCounts, SessionFilter, WriterStats,
};
pub use input::{ArgumentsInput, CallInput, SessionStart, SpeechReport, StartTool};
pub use link::{
    Link, LinkEnd, LinkError, LinkEvent, LinkKind, LinkOrder, LinkSender, Numbered, Position, Reports,
    Resumed, Welcome,
};
pub use probe::Probe;
pub use session::{SessionSummary, SessionValues, SessionView, SpeechFacts, ToolView};
pub use settings::{AwsSettings, CallSettings, EngineSettings};
pub use trace::{TraceContext, Traceparent};
pub use trial::{DryRun, Trial, TrialInput};

/// The engine; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    registry: Registry,
    store: Store,
    writer: Writer,
    egress: Client,
    settings: EngineSettings,
    node: NodeId,
    sessions: session::Sessions,
    limits: limits::Limits,
    breakers: breaker::Breakers,
    counters: EngineCounters,
    tasks: TaskTracker,
    /// One token a link.
    links: TaskTracker,
    lists: functions::Lists,
    is_draining: AtomicBool,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Engine").field("node", &self.inner.node).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine over a registry, the ledger's writer and the outbound door.
    pub fn new(registry: Registry, writer: Writer, egress: Client, settings: EngineSettings) -> Self {
        if !matches!(settings.python.status(), Status::Disabled) {
            registry.read_code_with(Arc::new(code_reading::CodeReader(Arc::clone(&settings.python))));
        }
        if let Some(driver) = &settings.calls.driver {
            registry.check_calls_with(Arc::new(calls::CallAbilities(Arc::clone(driver))));
        }
        let inner = Inner {
            store: registry.store().clone(),
            registry,
            writer,
            egress,
            node: settings.node,
            sessions: session::Sessions::new(settings.sessions_in_memory),
            limits: limits::Limits::new(settings.calls_per_tool, settings.calls_per_org),
            breakers: breaker::Breakers::new(settings.breaker_failures, settings.breaker_pause),
            counters: EngineCounters::default(),
            tasks: TaskTracker::new(),
            links: TaskTracker::new(),
            lists: functions::Lists::default(),
            is_draining: AtomicBool::new(false),
            settings,
        };
        let engine = Self { inner: Arc::new(inner) };
        engine.follow_calls();
        engine
    }

    /// The registry that it runs definitions of.
    pub fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    /// What happened so far, for metrics.
    pub fn counters(&self) -> &EngineCounters {
        &self.inner.counters
    }

    /// The outbound door, for metrics and checks.
    pub fn egress(&self) -> &Client {
        &self.inner.egress
    }

    /// The writer of the ledger, for metrics and checks.
    pub fn writer(&self) -> &Writer {
        &self.inner.writer
    }

    /// Sessions in memory now.
    pub fn sessions_in_memory(&self) -> usize {
        self.inner.sessions.len()
    }

    /// Runtimes and apps that are connected now.
    pub fn links_open(&self) -> usize {
        self.inner.links.len()
    }

    /// Whether new calls are refused because the server is going down.
    pub fn is_draining(&self) -> bool {
        self.inner.is_draining.load(Ordering::Relaxed)
    }

    /// Refuses new sessions and calls from now on; what runs goes on. The first half of [`Self::drain`].
    pub fn refuse_new(&self) {
        self.inner.is_draining.store(true, Ordering::Relaxed);
    }

    /// Refuses new sessions and calls from now on, waits for running calls as long as the settings say, and writes
    /// everything down. Returns how many calls were still running: their acts are `unknown` when the session is
    /// next loaded.
    pub async fn drain(&self) -> usize {
        self.drain_within(self.inner.settings.drain).await
    }

    /// The same, for a caller that has used up some of the time.
    pub async fn drain_within(&self, time: std::time::Duration) -> usize {
        self.inner.is_draining.store(true, Ordering::Relaxed);
        self.inner.tasks.close();
        let drained = tokio::time::timeout(time, self.inner.tasks.wait()).await;
        let left = if drained.is_err() { self.inner.tasks.len() } else { 0 };
        self.close_links().await;
        self.release_leases().await;
        if let Err(error) = self.inner.writer.shutdown().await {
            tracing::error!(%error, "the ledger could not be closed");
        }
        left
    }

    /// Runs `work` as a task that shutdown waits for.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.inner.tasks.spawn(work);
    }
}

pub(crate) fn micros_between(earlier: Stamp, later: Stamp) -> u64 {
    u64::try_from(later.since(earlier).as_micros()).unwrap_or(u64::MAX)
}
