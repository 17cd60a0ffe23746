//! Which CPython there is, and which folders it needs to see.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::process::Command;

use crate::error::SandboxError;

/// Looked at in this order when none is set.
const USUAL: [&str; 3] = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/python/bin/python3"];
/// What tools may want to read besides Python: time zones, the public roots of trust.
const COMMON: [&str; 4] = [
    "/usr/share/zoneinfo",
    "/etc/ssl/certs",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
];
/// Where shared libraries live.
const LIBRARIES: [&str; 4] = ["/usr/lib", "/usr/lib64", "/lib", "/lib64"];
const PROBE: &str = "import sys, os, json; print(json.dumps({'executable': os.path.realpath(sys.executable), \
                     'prefix': sys.base_prefix, 'paths': sys.path, 'version': list(sys.version_info[:2])}))";

/// The CPython that a sandbox with this setting runs: the named one, or the first usual one that works.
pub async fn find_interpreter(wanted: Option<&Path>) -> Result<PathBuf, SandboxError> {
    Python::find(wanted).await.map(|python| python.executable)
}

/// An interpreter and what it needs.
#[derive(Debug, Clone)]
pub(crate) struct Python {
    pub(crate) executable: PathBuf,
    /// Folders and files to show inside; none lies in another.
    pub(crate) shown: Vec<PathBuf>,
    /// Links to make inside: `/lib` to `usr/lib`.
    pub(crate) links: Vec<(PathBuf, PathBuf)>,
}

#[derive(Deserialize)]
struct Probe {
    executable: PathBuf,
    prefix: PathBuf,
    paths: Vec<PathBuf>,
    version: (u32, u32),
}

impl Python {
    /// Asks an interpreter about itself: version files and shims on `PATH` say little.
    pub(crate) async fn find(wanted: Option<&Path>) -> Result<Self, SandboxError> {
        let Some(wanted) = wanted else {
            for usual in USUAL.map(Path::new).into_iter().filter(|path| path.exists()) {
                if let Ok(python) = Self::ask(usual).await {
                    return Ok(python);
                }
            }
            return Err(SandboxError::NoPython(format!("none of {} works", USUAL.join(", "))));
        };
        Self::ask(wanted).await
    }

    async fn ask(path: &Path) -> Result<Self, SandboxError> {
        let failed = |why: String| SandboxError::NoPython(format!("{}: {why}", path.display()));
        let output = Command::new(path)
            .args(["-I", "-S", "-c", PROBE])
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .await
            .map_err(|error| failed(error.to_string()))?;
        let probe: Probe = serde_json::from_slice(&output.stdout)
            .map_err(|_| failed(String::from_utf8_lossy(&output.stderr).chars().take(300).collect()))?;
        if probe.version < (3, 11) {
            return Err(failed(format!(
                "version {}.{} is older than 3.11",
                probe.version.0, probe.version.1
            )));
        }
        let mut shown = vec![probe.executable.clone()];
        shown.extend(probe.paths.into_iter().filter(|path| path.is_absolute() && path.is_dir()));
        if probe.prefix != Path::new("/usr") {
            shown.push(probe.prefix.join("lib"));
        }
        let mut links = Vec::new();
        for folder in LIBRARIES.map(PathBuf::from) {
            match std::fs::read_link(&folder) {
                Ok(target) => links.push((folder, target)),
                Err(_) => shown.push(folder),
            }
        }
        shown.extend(COMMON.map(PathBuf::from));
        Ok(Self { executable: probe.executable, shown: outermost(shown), links })
    }
}

/// The paths that exist and lie in none of the others, in order.
pub(crate) fn outermost(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    paths.retain(|path| path.exists());
    paths.sort();
    paths.dedup();
    let mut kept: Vec<PathBuf> = Vec::new();
    for path in paths {
        if !kept.iter().any(|above| path.starts_with(above)) {
            kept.push(path);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_systems_python_is_found_with_its_library() {
        let python = Python::find(None).await.unwrap();
        assert!(python.executable.is_absolute());
        assert!(python.shown.iter().any(|path| Path::new("/usr/lib").starts_with(path)));
    }

    #[tokio::test]
    async fn what_is_no_python_is_named() {
        let error = Python::find(Some(Path::new("/bin/true"))).await.unwrap_err();
        assert!(error.to_string().contains("/bin/true"), "{error}");
        assert!(Python::find(Some(Path::new("/does/not/exist"))).await.is_err());
    }

    #[test]
    fn folders_inside_others_are_left_out() {
        let paths = ["/usr/lib", "/usr", "/dev/null", "/does/not/exist"].map(PathBuf::from).to_vec();
        assert_eq!(outermost(paths), ["/dev/null", "/usr"].map(PathBuf::from));
    }
}
