//! Settings of the packages of Python tools.

use std::path::PathBuf;
use std::time::Duration;

use hookswitch_pyenv::{PackageIndex, PyenvSettings};

use super::ConfigError;
use super::origin::Given;
use super::parse;

/// Where packages come from and where they lie.
#[derive(Debug, Clone)]
pub(crate) struct PackagesConfig {
    pub(crate) folder: PathBuf,
    /// Where uv may be, best first.
    pub(crate) uv: Vec<PathBuf>,
    pub(crate) index: PackageIndex,
    pub(crate) cooldown: Duration,
    pub(crate) total: u64,
}

pub(super) fn build(given: &Given, environment: &[(String, String)]) -> Result<PackagesConfig, ConfigError> {
    let text = |name| Ok::<_, ConfigError>(parse::text(given, name)?.filter(|text| !text.is_empty()));
    let folder = text("python_packages")?.map(PathBuf::from);
    let usual = PyenvSettings::new(PathBuf::new(), PathBuf::new());
    let most = parse::optional::<u64>(given, "python_packages_mb", "a number")?;
    Ok(PackagesConfig {
        folder: folder.unwrap_or_else(|| PyenvSettings::usual_folder(environment)),
        uv: match text("python_uv")? {
            Some(path) => vec![path.into()],
            None => on_path(environment),
        },
        index: PackageIndex::from_environment(text("python_index")?.as_deref(), environment),
        cooldown: parse::span(given, "python_cooldown", usual.cooldown)?,
        total: most.map_or(usual.total, |megabytes| megabytes.saturating_mul(1 << 20)),
    })
}

/// Every uv on the path, then the one that the set-up keeps.
fn on_path(environment: &[(String, String)]) -> Vec<PathBuf> {
    let path = environment.iter().find(|(name, _)| name == "PATH").map(|(_, path)| path.as_str());
    let folders = std::env::split_paths(path.unwrap_or_default()).filter(|folder| folder.is_absolute());
    let kept = PyenvSettings::usual_folder(environment).join("bin");
    folders.chain([kept]).map(|folder| folder.join("uv")).filter(|uv| uv.is_file()).collect()
}
