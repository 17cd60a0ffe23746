//! Settings of the tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hookswitch_pyenv::{
    Book, Choice, Environments, Failure, MemoryBook, PackageIndex, PyenvSettings, Wanted,
};
use hookswitch_sandbox::DependencySet;

use crate::index::Index;

pub(crate) const PYTHON: &str = "/usr/bin/python3";

/// uv, as the set-up installs it: on the path, or among the tools in the target folder.
pub(crate) fn uv_places() -> Vec<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let own = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().join("tools/bin");
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/bin");
    let kept = PyenvSettings::usual_folder(&std::env::vars().collect::<Vec<_>>()).join("bin");
    let folders = std::env::split_paths(&paths).chain([own, shared, kept]);
    folders.map(|folder| folder.join("uv")).filter(|uv| uv.exists()).collect()
}

pub(crate) fn settings(folder: &Path, index: Option<&Index>) -> PyenvSettings {
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let index = PackageIndex::from_environment(index.map(|index| index.url.as_str()), &environment);
    let settings = PyenvSettings::new(folder.to_owned(), PYTHON.into());
    PyenvSettings { uv: uv_places(), index, ..settings }
}

pub(crate) async fn open(settings: PyenvSettings) -> Environments {
    open_with(settings, Arc::new(MemoryBook::default())).await
}

pub(crate) async fn open_with(settings: PyenvSettings, book: Arc<dyn Book>) -> Environments {
    let environments = Environments::open(settings, book).await.unwrap();
    assert!(environments.uv().await.is_some(), "uv is missing: scripts/setup.sh test brings it");
    environments
}

pub(crate) fn wanted(lines: &[&str]) -> Wanted {
    Wanted::read(&lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>(), "").unwrap()
}

/// Asks and waits.
pub(crate) async fn obtain(environments: &Environments, lines: &[&str]) -> Result<DependencySet, Failure> {
    environments.obtain(&wanted(lines), &[]).await
}

pub(crate) fn is_ready(environments: &Environments, lines: &[&str]) -> bool {
    matches!(environments.choose("t", &wanted(lines), &[]), Choice::Ready(_))
}
