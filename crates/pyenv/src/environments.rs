//! The public face: choose, watch, wait.

mod entries;
mod work;

use std::sync::Arc;

use hookswitch_sandbox::DependencySet;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, broadcast};

use crate::curated::{CURATED, CuratedSet};
use crate::error::{Failure, FailureKind, PyenvError};
use crate::folder::Folder;
use crate::interpreter::Interpreter;
use crate::key::EnvironmentKey;
use crate::record::{Book, State};
use crate::requirement::Requirement;
use crate::settings::PyenvSettings;
use crate::uv::Uv;
use crate::wanted::{Wanted, WantedError};

use crate::build::Order;
use entries::Entries;

/// Changes that a slow listener may fall behind.
const HEARD: usize = 256;

/// What a tool gets.
#[derive(Debug, Clone)]
pub enum Choice {
    /// These packages.
    Ready(DependencySet),
    /// They are being made.
    Building,
    /// They can't be had.
    Failed(Failure),
}

/// How a tool's packages stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// State.
    pub state: State,
    /// The set that serves it, once there is one.
    pub set: Option<String>,
}

/// An environment came to another state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whose requirements it meets.
    pub key: EnvironmentKey,
    /// What it came to.
    pub state: State,
}

/// All environments of a server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Environments {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: PyenvSettings,
    interpreter: Interpreter,
    folder: Folder,
    book: Arc<dyn Book>,
    uv: tokio::sync::RwLock<Option<Uv>>,
    entries: Mutex<Entries>,
    builds: Semaphore,
    changes: broadcast::Sender<Change>,
}

impl Environments {
    /// Looks at the interpreter and at what is on disk; what is remembered and missing is built again in the
    /// background, with its lock.
    pub async fn open(settings: PyenvSettings, book: Arc<dyn Book>) -> Result<Self, PyenvError> {
        let interpreter = Interpreter::ask(&settings.interpreter).await?;
        let folder = Folder::open(&settings.folder)?;
        let uv = find_uv(&settings, &folder).await;
        if let Err(error) = &uv {
            tracing::warn!(%error, "packages of tools can't be installed; `hookswitch doctor` says how to get it");
        }
        let inner = Arc::new(Inner {
            builds: Semaphore::new(settings.builds.max(1)),
            entries: Mutex::new(Entries::new(settings.builds_per_tenant)),
            uv: tokio::sync::RwLock::new(uv.ok()),
            changes: broadcast::channel(HEARD).0,
            settings,
            interpreter,
            folder,
            book,
        });
        inner.look_at_disk();
        let environments = Self { inner };
        environments.remember().await;
        Ok(environments)
    }

    /// The first uv of these that works, or the one beside the environments: its version and place. Changes nothing.
    pub async fn uv_of(settings: &PyenvSettings) -> Option<(String, std::path::PathBuf)> {
        let mut places = settings.uv.clone();
        places.push(settings.folder.join("bin/uv"));
        let uv = Uv::find(&places, &settings.index, &settings.folder.join("cache")).await.ok()?;
        Some((uv.version.clone(), uv.binary().to_owned()))
    }

    /// The interpreter that they are made for.
    pub fn interpreter(&self) -> &Interpreter {
        &self.inner.interpreter
    }

    /// uv's version and place, when there is one.
    pub async fn uv(&self) -> Option<(String, std::path::PathBuf)> {
        let uv = self.inner.uv.read().await;
        uv.as_ref().map(|uv| (uv.version.clone(), uv.binary().to_owned()))
    }

    /// Keeps a copy of uv beside the environments, where servers find it whatever their path is.
    pub async fn keep_uv(&self) -> Result<(), PyenvError> {
        let Some((_, from)) = self.uv().await else { return Ok(()) };
        let to = self.inner.folder.own_uv();
        let copied = tokio::task::spawn_blocking(move || keep(&from, &to)).await;
        copied
            .unwrap_or_else(|error| Err(std::io::Error::other(error)))
            .map_err(|source| PyenvError::Folder { path: self.inner.folder.own_uv(), source })
    }

    /// The curated sets that are on disk.
    pub fn curated(&self) -> Vec<DependencySet> {
        CURATED.iter().filter_map(|set| self.inner.ready(&self.inner.curated_order(set))).collect()
    }

    /// Builds what is missing of the curated sets in the background.
    pub fn build_curated(&self) {
        for set in &CURATED {
            self.inner.ask(None, self.inner.curated_order(set));
        }
    }

    /// Builds a curated set if it is missing, and waits for it.
    pub async fn sync(&self, set: &'static CuratedSet) -> Result<DependencySet, Failure> {
        self.wait(self.inner.curated_order(set)).await
    }

    /// What a tool gets. `imports` are the modules that its source imports. Never waits: what is missing is begun.
    pub fn choose(&self, tenant: &str, wanted: &Wanted, imports: &[String]) -> Choice {
        match self.inner.order(wanted, imports) {
            Ok(Some(order)) => self.inner.ask(Some(tenant), order),
            Ok(None) => Choice::Ready(stdlib()),
            Err(failure) => Choice::Failed(failure),
        }
    }

    /// Reads a tool's lines and the block of its source, then [`Self::choose`].
    pub fn choose_for(
        &self,
        tenant: &str,
        lines: &[String],
        source: &str,
        imports: &[String],
    ) -> Result<Choice, WantedError> {
        Ok(self.choose(tenant, &Wanted::read(lines, source)?, imports))
    }

    /// Whether a source with these imports could be served by a curated set; else the standard library is all.
    pub fn may_serve(imports: &[String]) -> bool {
        let top = |module: &String| module.split('.').next().unwrap_or_default().to_owned();
        imports
            .iter()
            .map(top)
            .any(|module| CURATED.iter().any(|set| set.offers([module.as_str()].into_iter())))
    }

    /// How a tool's packages stand, without asking for them.
    pub fn status(&self, wanted: &Wanted, imports: &[String]) -> Status {
        let failed = |failure: &Failure| State::Failed(failure.to_string());
        match self.inner.order(wanted, imports) {
            Ok(None) => Status { state: State::Ready, set: Some("stdlib".to_owned()) },
            Err(failure) => Status { state: failed(&failure), set: None },
            Ok(Some(order)) => {
                let ready = self.inner.ready(&order);
                let set = ready.as_ref().map(|set| set.name.to_string());
                let known = self.inner.entries.lock().state(order.key);
                let state = if ready.is_some() { State::Ready } else { known.unwrap_or(State::Building) };
                Status { state, set }
            }
        }
    }

    /// Asks, and waits until it is there or can't be had.
    pub async fn obtain(&self, wanted: &Wanted, imports: &[String]) -> Result<DependencySet, Failure> {
        match self.inner.order(wanted, imports)? {
            Some(order) => self.wait(order).await,
            None => Ok(stdlib()),
        }
    }

    async fn wait(&self, order: Order) -> Result<DependencySet, Failure> {
        let mut changes = self.inner.changes.subscribe();
        loop {
            match self.inner.ask(None, order.clone()) {
                Choice::Ready(set) => return Ok(set),
                Choice::Failed(failure) => return Err(failure),
                Choice::Building => {}
            }
            // Too far behind is as good a reason to look again.
            while let Ok(change) = changes.recv().await
                && change.key != order.key
            {}
        }
    }

    /// Hears of every change of state.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }
}

fn keep(from: &std::path::Path, to: &std::path::Path) -> std::io::Result<()> {
    let real = from.canonicalize()?;
    let same = || Some(real.metadata().ok()?.len() == to.metadata().ok()?.len());
    if real == to || same() == Some(true) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Whole or not at all, also for a server that looks now.
    let fresh = to.with_extension(std::process::id().to_string());
    std::fs::copy(real, &fresh)?;
    std::fs::rename(fresh, to)
}

/// The set without packages, as the sandbox knows it.
fn stdlib() -> DependencySet {
    DependencySet {
        name: hookswitch_sandbox::SetName::stdlib(),
        import_paths: Vec::new(),
        preload: Vec::new(),
    }
}

async fn find_uv(settings: &PyenvSettings, folder: &Folder) -> Result<Uv, PyenvError> {
    let mut places = settings.uv.clone();
    places.push(folder.own_uv());
    Uv::find(&places, &settings.index, &folder.cache()).await
}

impl Inner {
    /// What must be there for a tool; nothing for the standard library alone.
    fn order(&self, wanted: &Wanted, imports: &[String]) -> Result<Option<Order>, Failure> {
        let python = self.interpreter.version();
        if python.as_ref().is_some_and(|version| !wanted.python().admit(version)) {
            let here = self.interpreter.version_text().to_owned();
            let kind = FailureKind::Python { wanted: wanted.python().to_string(), here };
            return Err(Failure::new(kind, String::new()));
        }
        let foreign: Vec<&str> = imports
            .iter()
            .map(|module| module.split('.').next().unwrap_or_default())
            .filter(|module| !self.interpreter.has_module(module))
            .collect();
        let known = || {
            foreign
                .iter()
                .copied()
                .filter(|module| CURATED.iter().any(|set| set.offers([*module].into_iter())))
        };
        if wanted.is_empty() && known().next().is_none() {
            return Ok(None);
        }
        let fits = |set: &&CuratedSet| set.meets(wanted, python.as_ref()) && set.offers(known());
        if let Some(set) = CURATED.iter().find(fits) {
            return Ok(Some(self.curated_order(set)));
        }
        // Imported without being asked for, as authors are used to from the curated sets.
        let named = |module: &&str| wanted.requirements().any(|line| line.name.as_str() == *module);
        let missing =
            known().filter(|module| !named(module)).filter_map(|module| module.parse::<Requirement>().ok());
        let wanted = wanted.with(missing);
        let key = EnvironmentKey::of(&self.interpreter, &wanted.text(), "");
        Ok(Some(Order { key, prefix: "own", wanted, lock: None }))
    }

    fn curated_order(&self, set: &'static CuratedSet) -> Order {
        let key = EnvironmentKey::of(&self.interpreter, set.name, set.text());
        Order { key, prefix: set.name, wanted: Wanted::default(), lock: Some(set.lock().clone()) }
    }

    fn set(&self, name: hookswitch_sandbox::SetName, prefix: &str) -> DependencySet {
        let import_paths = vec![self.folder.site(&name)];
        // Only modules of an operator's choice run in a zygote.
        let preload = CuratedSet::named(prefix).map_or(&[][..], |set| set.preload);
        DependencySet {
            name,
            import_paths,
            preload: preload.iter().map(|&module| module.to_owned()).collect(),
        }
    }

    /// The environment, when it is there.
    fn ready(&self, order: &Order) -> Option<DependencySet> {
        let name = self.entries.lock().ready(order.key)?;
        if !self.folder.site(&name).is_dir() {
            return None;
        }
        Some(self.set(name, order.prefix))
    }
}
