//! The CPython that environments are made for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::process::Command;

use crate::error::PyenvError;
use crate::requirement::Version;

const PROBE: &str = "import sys, os, json, sysconfig; print(json.dumps({'executable': os.path.realpath(sys.executable), \
    'version': '.'.join(map(str, sys.version_info[:3])), 'tag': sys.implementation.cache_tag, \
    'platform': sysconfig.get_platform(), 'modules': sorted(sys.stdlib_module_names)}))";
const LONGEST: Duration = Duration::from_secs(20);

/// An interpreter, as it describes itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Interpreter {
    /// The real binary: no link, no shim.
    pub executable: PathBuf,
    /// `3.11.2`.
    version: String,
    /// `cpython-311`: bytecode of another one is of no use.
    tag: String,
    /// `linux-x86_64`.
    platform: String,
    /// Modules of the standard library.
    modules: BTreeSet<String>,
}

impl Interpreter {
    /// Asks an interpreter about itself.
    pub async fn ask(path: &Path) -> Result<Self, PyenvError> {
        let failed = |why: String| PyenvError::Python { path: path.to_owned(), why };
        let asked = Command::new(path)
            .args(["-I", "-S", "-c", PROBE])
            .env_clear()
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(LONGEST, asked)
            .await
            .map_err(|_| failed("it does not answer".to_owned()))?
            .map_err(|error| failed(error.to_string()))?;
        serde_json::from_slice(&output.stdout)
            .map_err(|_| failed(String::from_utf8_lossy(&output.stderr).chars().take(300).collect()))
    }

    /// Its version.
    pub fn version(&self) -> Option<Version> {
        self.version.parse().ok()
    }

    /// `3.11.2`.
    pub fn version_text(&self) -> &str {
        &self.version
    }

    /// Whether a top-level name belongs to the standard library.
    pub fn has_module(&self, name: &str) -> bool {
        self.modules.contains(name)
    }

    /// What an environment depends on: `cpython-311 linux-x86_64`. Patch releases load the same files.
    pub fn build(&self) -> String {
        format!("{} {}", self.tag, self.platform)
    }
}
