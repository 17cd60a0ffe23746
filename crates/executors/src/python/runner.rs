//! Where Python runs, or why it does not.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_egress::{Proxy, ProxyCounts};
use hookswitch_model::draft::PythonDraft;
use hookswitch_model::{Mode, OrgId, ToolId};
use hookswitch_sandbox::{
    self as sandbox, EgressPort, Failure, Inspection, NoEgress, Report, Sandbox, SandboxError,
    SandboxSettings, SetName, TenantId,
};
use tokio::sync::watch;

use super::counts::Counts;
use super::held::Held;
use super::imports::Imports;
use super::sets::{Choice, Needs, PackageState, SetChooser};
use super::tool::{PythonTool, tenant_of};
use super::way_out::WayOut;

/// How long whoever needs an answer waits for the examination at boot.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is known of the sandbox.
#[derive(Debug, Clone)]
pub enum Status {
    /// It is being examined.
    Starting,
    /// Nobody asked for one.
    Disabled,
    /// There is none. The text is the operator's: what is missing, and what to do.
    Off(Arc<str>),
    /// It runs, this well.
    On(Arc<Report>),
}

/// What a tool is held for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Calls {
    /// One call, at once.
    One,
    /// Calls that are to come: while it is held, a process with its code loaded is kept waiting.
    #[default]
    More,
}

/// Why a tool has no process.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotHeld {
    /// This server runs no Python; the operator's log and `/health` say why.
    #[error("this server runs no Python code")]
    Off,
    /// Its packages are not there yet.
    #[error("packages are being prepared")]
    Preparing,
    /// Its packages can't be had; the author's line.
    #[error("{0}")]
    Impossible(String),
    /// No process could run it; the author's line.
    #[error("{0}")]
    BadTool(String),
}

impl NotHeld {
    /// The word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Off => "sandbox_unavailable",
            Self::Preparing => "packages_preparing",
            Self::Impossible(_) => "packages_unavailable",
            Self::BadTool(_) => "not_sendable",
        }
    }
}

#[derive(Debug, Clone)]
enum State {
    Starting,
    Disabled,
    Off(Arc<str>),
    On(Sandbox),
}

/// Runs Python tools, when this machine can.
#[derive(Debug)]
pub struct Runner {
    state: watch::Receiver<State>,
    sets: Arc<dyn SetChooser>,
    proxy: Option<Proxy>,
    imports: Imports,
    counts: Counts,
}

impl Runner {
    /// None: this server is to run no Python.
    pub fn disabled() -> Arc<Self> {
        // The value stays when its sender goes.
        let state = watch::channel(State::Disabled).1;
        Arc::new(Self::of(state, Arc::new(super::sets::StandardLibrary), None))
    }

    /// Examines this machine in the background; calls wait for it. Code that may reach the network does so through
    /// `proxy`. `tell` hears how it went.
    pub fn start(
        mut settings: SandboxSettings,
        proxy: Proxy,
        sets: Arc<dyn SetChooser>,
        tell: impl FnOnce(&Status) + Send + 'static,
    ) -> Arc<Self> {
        let (sender, state) = watch::channel(State::Starting);
        if settings.interpreter.is_none() {
            settings.interpreter = sets.interpreter();
        }
        settings.sets.extend(sets.curated());
        let egress: Arc<dyn EgressPort> = Arc::new(WayOut::new(proxy.clone()));
        tokio::spawn(async move {
            let state = match Sandbox::start(settings, egress).await {
                Ok(sandbox) => State::On(sandbox),
                Err(error) => State::Off(error.to_string().into()),
            };
            tell(&state.status());
            sender.send_replace(state);
        });
        Arc::new(Self::of(state, sets, Some(proxy)))
    }

    /// Examines this machine and keeps nothing of it.
    pub async fn examine(settings: SandboxSettings) -> Result<Report, SandboxError> {
        let sandbox = Sandbox::start(settings, Arc::new(NoEgress)).await?;
        let report = sandbox.report().clone();
        sandbox.shutdown();
        Ok(report)
    }

    fn of(state: watch::Receiver<State>, sets: Arc<dyn SetChooser>, proxy: Option<Proxy>) -> Self {
        Self { state, sets, proxy, imports: Imports::default(), counts: Counts::default() }
    }

    /// What is known now.
    pub fn status(&self) -> Status {
        self.state.borrow().status()
    }

    /// Waits until the examination is over.
    pub async fn settled(&self) -> Status {
        self.settle().await.status()
    }

    async fn settle(&self) -> State {
        let mut state = self.state.clone();
        let is_over = |state: &State| !matches!(state, State::Starting);
        match tokio::time::timeout(PATIENCE, state.wait_for(is_over)).await {
            Ok(Ok(state)) => state.clone(),
            // Its task is gone, or hangs.
            Ok(Err(_)) | Err(_) => State::Off("the sandbox did not start".into()),
        }
    }

    /// The sandbox, if there is one now.
    fn sandbox(&self) -> Option<Sandbox> {
        match &*self.state.borrow() {
            State::On(sandbox) => Some(sandbox.clone()),
            State::Starting | State::Disabled | State::Off(_) => None,
        }
    }

    /// What calls came to, for metrics.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// What code reached outside, for metrics.
    pub fn proxy_counts(&self) -> ProxyCounts {
        self.proxy.as_ref().map(Proxy::counts).unwrap_or_default()
    }

    /// Reads a source without running it. `None` where nothing can read it now.
    pub async fn inspect(&self, code: &str) -> Option<Result<Inspection, Failure>> {
        let State::On(sandbox) = self.settle().await else { return None };
        let read = sandbox.inspect(code).await;
        if let Ok(inspection) = &read {
            self.imports.put(code, &inspection.imports);
        }
        Some(read)
    }

    /// Whether a tool's packages are there; what has to be built is begun.
    pub async fn packages(&self, tenant: &TenantId, python: &PythonDraft) -> Choice {
        let imports = self.imports_of(&python.code).await;
        let (requirements, code) = (&python.requirements, &python.code);
        self.sets.choose(&Needs { tenant, requirements, code, imports: &imports })
    }

    /// What is wrong with the requirement lines of a tool, whatever an index has.
    pub fn fault_of_packages(&self, python: &PythonDraft) -> Option<String> {
        self.sets.fault(&python.requirements, &python.code)
    }

    /// [`Self::packages`], waited for a little while they are being made.
    pub async fn packages_within(
        &self,
        tenant: &TenantId,
        python: &PythonDraft,
        patience: Duration,
    ) -> Choice {
        let imports = self.imports_of(&python.code).await;
        let (requirements, code) = (&python.requirements, &python.code);
        self.sets.choose_within(Needs { tenant, requirements, code, imports: &imports }, patience).await
    }

    /// How the packages stand that a tool asks for; begins nothing. `None` when it asks for none.
    pub async fn package_state(&self, tenant: &TenantId, python: &PythonDraft) -> Option<PackageState> {
        if python.requirements.is_empty() && !python.code.contains("# /// script") {
            return None;
        }
        let imports = self.imports_of(&python.code).await;
        let (requirements, code) = (&python.requirements, &python.code);
        self.sets.state(&Needs { tenant, requirements, code, imports: &imports })
    }

    async fn imports_of(&self, code: &str) -> Arc<[String]> {
        if let Some(known) = self.imports.get(code) {
            return known;
        }
        match self.inspect(code).await {
            Some(Ok(inspection)) => inspection.imports.into(),
            // The call tells what is wrong with the source.
            Some(Err(_)) | None => Arc::default(),
        }
    }

    /// Gets a tool ready, for one call or for more.
    pub async fn hold(self: &Arc<Self>, tool: &PythonTool<'_>, calls: Calls) -> Result<Held, NotHeld> {
        let State::On(sandbox) = self.settle().await else { return Err(NotHeld::Off) };
        let set = match self.packages(&tool.tenant(), tool.python).await {
            Choice::Ready(set) => set,
            Choice::Preparing => return Err(NotHeld::Preparing),
            Choice::Impossible(why) => return Err(NotHeld::Impossible(why)),
        };
        let name = set.name.clone();
        if name != SetName::stdlib() && !sandbox.has_set(&name) {
            sandbox.add_set(set);
        }
        let spec = tool.spec(name);
        let prepared = match calls {
            Calls::One => sandbox.prepare_for_one(spec),
            Calls::More => sandbox.prepare(spec),
        };
        match prepared {
            Ok(prepared) => Ok(Held::new(prepared, Arc::clone(self))),
            Err(error) => Err(NotHeld::BadTool(error.to_string())),
        }
    }

    /// A tool was changed or deleted: no process that has loaded it before serves a call after this.
    pub fn forget(&self, tool: ToolId) {
        if let Some(sandbox) = self.sandbox() {
            sandbox.forget_tool(&sandbox::ToolId(tool.to_string()));
        }
    }

    /// A secret of an organisation was changed: its waiting processes are replaced.
    pub fn renew(&self, org: OrgId) {
        if let Some(sandbox) = self.sandbox() {
            for mode in [Mode::Live, Mode::Test] {
                sandbox.renew(&tenant_of(org, mode));
            }
        }
    }

    /// Nobody knows what changed: all waiting processes go.
    pub fn forget_all(&self) {
        if let Some(sandbox) = self.sandbox() {
            sandbox.forget_all();
        }
    }

    /// Processes that wait for calls now.
    pub fn spares(&self) -> usize {
        self.sandbox().map_or(0, |sandbox| sandbox.spares())
    }

    /// Processes that were made to wait for calls, so far.
    pub fn spares_made(&self) -> u64 {
        self.sandbox().map_or(0, |sandbox| sandbox.spares_made())
    }

    /// Ends every process.
    pub fn shutdown(&self) {
        if let Some(sandbox) = self.sandbox() {
            sandbox.shutdown();
        }
    }
}

impl State {
    fn status(&self) -> Status {
        match self {
            Self::Starting => Status::Starting,
            Self::Disabled => Status::Disabled,
            Self::Off(why) => Status::Off(Arc::clone(why)),
            Self::On(sandbox) => Status::On(Arc::new(sandbox.report().clone())),
        }
    }
}
