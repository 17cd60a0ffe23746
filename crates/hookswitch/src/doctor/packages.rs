//! Packages of Python tools: uv, the folder, the index, the curated sets.

use std::path::PathBuf;
use std::sync::Arc;

use hookswitch_pyenv::{CURATED, Environments, MemoryBook};

use super::checks::{finding, works};
use super::{Finding, Verdict};
use crate::config::{Config, PythonMode};

const WHAT: &str = "packages";

pub(super) async fn check(config: &Config) -> Finding {
    if config.python.mode == PythonMode::Off {
        return works(WHAT, "Python tools are switched off");
    }
    let settings = crate::python::settings_of(&config.packages, PathBuf::new());
    let Some((version, path)) = Environments::uv_of(&settings).await else {
        let said = format!("uv is not there; tools have what lies in {}", settings.folder.display());
        let hint = "python3 -m venv /opt/uv && /opt/uv/bin/pip install uv, then HOOKSWITCH_PYTHON_UV=/opt/uv/bin/uv; \
                    or scripts/setup.sh";
        return finding(WHAT, Verdict::Doubtful, said, hint);
    };
    // Opening makes the folder, and this changes nothing.
    let opened = if settings.folder.is_dir() {
        Some(crate::python::environments(config, Arc::new(MemoryBook::default())).await)
    } else {
        None
    };
    let environments = match opened.transpose() {
        Ok(environments) => environments,
        Err(error) => {
            let hint = "without it Python tools have the standard library alone";
            return finding(WHAT, Verdict::Doubtful, format!("{error:#}"), hint);
        }
    };
    let curated = environments.map(|environments| environments.curated()).unwrap_or_default();
    let there: Vec<String> = curated.iter().map(|set| set.name.to_string()).collect();
    let said = format!(
        "uv {version} ({}), from {}, in {}",
        path.display(),
        config.packages.index.shown(),
        config.packages.folder.display()
    );
    let is_missing = |name: &str| !there.iter().any(|set| set.starts_with(&format!("{name}-")));
    let missing: Vec<&str> = CURATED.iter().map(|set| set.name).filter(|name| is_missing(name)).collect();
    if missing.is_empty() {
        return works(WHAT, format!("{said}; curated sets are there"));
    }
    finding(
        WHAT,
        Verdict::Doubtful,
        format!("{said}; not there: {}", missing.join(", ")),
        "hookswitch python sync",
    )
}
