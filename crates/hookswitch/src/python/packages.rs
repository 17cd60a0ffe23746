//! Which packages a tool gets: the environments of this machine behind the executor's port.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use hookswitch_executors::python::{
    self as executor, Chosen, DependencySet, Needs, PackageState, SetChooser, SetName,
};
use hookswitch_pyenv::{Book, Choice, Environments, FailureKind, PyenvSettings, State, Wanted};

use crate::config::{Config, PackagesConfig};

/// Opened in the background, so that a server does not wait for it to start.
pub(super) struct Packages(Arc<OnceLock<Result<Environments, String>>>);

impl fmt::Debug for Packages {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Packages({:?})", self.0.get().map(|opened| opened.as_ref().map(drop)))
    }
}

impl Packages {
    pub(super) fn open(config: &Config, book: Arc<dyn Book>) -> Self {
        let opened = Arc::new(OnceLock::new());
        let (slot, config) = (Arc::clone(&opened), Wishes::of(config));
        tokio::spawn(async move {
            let result = open(&config, book).await;
            if let Err(error) = &result {
                tracing::warn!("packages of Python tools can't be used: {error:#}");
            }
            let _ = slot.set(result.map_err(|error| error.to_string()));
        });
        Self(opened)
    }
}

/// What the background needs of the settings.
struct Wishes {
    interpreter: Option<PathBuf>,
    packages: PackagesConfig,
}

impl Wishes {
    fn of(config: &Config) -> Self {
        Self { interpreter: config.python.interpreter.clone(), packages: config.packages.clone() }
    }
}

/// The environments as the settings say.
pub(crate) async fn environments(config: &Config, book: Arc<dyn Book>) -> anyhow::Result<Environments> {
    open(&Wishes::of(config), book).await
}

async fn open(wishes: &Wishes, book: Arc<dyn Book>) -> anyhow::Result<Environments> {
    let interpreter = hookswitch_sandbox::find_interpreter(wishes.interpreter.as_deref()).await?;
    let settings = settings_of(&wishes.packages, interpreter);
    Environments::open(settings, book)
        .await
        .with_context(|| "another folder: setting `python_packages`".to_owned())
}

/// Settings of environments for an interpreter.
pub(crate) fn settings_of(packages: &PackagesConfig, interpreter: PathBuf) -> PyenvSettings {
    PyenvSettings {
        uv: packages.uv.clone(),
        index: packages.index.clone(),
        cooldown: packages.cooldown,
        total: packages.total,
        ..PyenvSettings::new(packages.folder.clone(), interpreter)
    }
}

impl SetChooser for Packages {
    /// None yet: they are added when the first tool needs them.
    fn curated(&self) -> Vec<DependencySet> {
        Vec::new()
    }

    fn choose(&self, needs: &Needs<'_>) -> executor::Choice {
        let wanted = match Wanted::read(needs.requirements, needs.code) {
            Ok(wanted) => wanted,
            Err(error) => return executor::Choice::Impossible(sentence(&error.to_string())),
        };
        match self.0.get() {
            Some(Ok(environments)) => match environments.choose(&needs.tenant.0, &wanted, needs.imports) {
                Choice::Ready(set) => executor::Choice::Ready(set),
                Choice::Building => executor::Choice::Preparing,
                // The next one who asks finds it begun.
                Choice::Failed(failure) if failure.kind == FailureKind::Busy => executor::Choice::Preparing,
                Choice::Failed(failure) => executor::Choice::Impossible(sentence(&failure.to_string())),
            },
            _ if wanted.is_empty() && !Environments::may_serve(needs.imports) => {
                let name = SetName::stdlib();
                executor::Choice::Ready(DependencySet { name, import_paths: Vec::new(), preload: Vec::new() })
            }
            Some(Err(_)) => {
                executor::Choice::Impossible("Packages can't be installed on this server".to_owned())
            }
            None => executor::Choice::Preparing,
        }
    }

    fn fault(&self, requirements: &[String], code: &str) -> Option<String> {
        Wanted::read(requirements, code).err().map(|error| error.to_string())
    }

    fn choose_within<'a>(&'a self, needs: Needs<'a>, patience: Duration) -> Chosen<'a> {
        Box::pin(async move {
            let first = self.choose(&needs);
            let (executor::Choice::Preparing, Some(Ok(environments)), Ok(wanted)) =
                (&first, self.0.get(), Wanted::read(needs.requirements, needs.code))
            else {
                return first;
            };
            let waiting = environments.obtain(&wanted, needs.imports);
            let _ = tokio::time::timeout(patience, waiting).await;
            self.choose(&needs)
        })
    }

    fn state(&self, needs: &Needs<'_>) -> Option<PackageState> {
        let wanted = match Wanted::read(needs.requirements, needs.code) {
            Ok(wanted) if wanted.is_empty() => return None,
            Ok(wanted) => wanted,
            Err(error) => return Some(PackageState::Failed(sentence(&error.to_string()))),
        };
        Some(match self.0.get() {
            None => PackageState::Building,
            Some(Err(_)) => PackageState::Failed("Packages can't be installed on this server".to_owned()),
            Some(Ok(environments)) => match environments.status(&wanted, needs.imports).state {
                State::Building => PackageState::Building,
                State::Ready => PackageState::Ready,
                State::Failed(why) => PackageState::Failed(sentence(&why)),
            },
        })
    }
}

/// With a capital letter, as messages to authors begin.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
