//! The zygote of a dependency set: a launcher, walled in, that has become CPython and only forks tenants.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::cgroup::Cgroups;
use crate::error::SandboxError;
use crate::forker::Forker;
use crate::launch::{self, LaunchPlan, ZygotePlan};
use crate::packets;
use crate::python::{Python, outermost};
use crate::settings::{DependencySet, SandboxSettings};

/// Importing pandas on a busy machine takes a second; ten times that is a hang.
const LONGEST_START: Duration = Duration::from_secs(30);
/// Where the proxy listens in every box.
pub(crate) const PROXY_PORT: u16 = 3128;
/// Threads of one call, its first included.
const THREADS: u32 = 64;
/// Open descriptors of one call.
const FILES: u32 = 128;
/// What plain tools import, ready in every zygote.
const STANDARD: &str = "asyncio base64 collections concurrent.futures copy csv ctypes dataclasses datetime decimal \
    email.message enum functools hashlib hmac html http.client io itertools json logging math operator os pathlib \
    random re secrets socket sqlite3 ssl statistics string struct tempfile textwrap threading time traceback typing \
    unicodedata urllib.parse urllib.request uuid zoneinfo";

/// A running zygote.
#[derive(Debug)]
pub(crate) struct Zygote {
    pub(crate) forker: Forker,
    pub(crate) about: About,
    /// Killed when dropped; the box follows.
    launcher: Child,
}

/// What the zygote found.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct About {
    /// Landlock ABI, 0 for none.
    pub(crate) landlock: u32,
    /// CPython's version.
    pub(crate) python: String,
}

impl Zygote {
    pub(crate) async fn start(
        settings: &SandboxSettings,
        python: &Python,
        set: &DependencySet,
        groups: Option<&Arc<Cgroups>>,
    ) -> Result<Self, SandboxError> {
        let (ours, theirs) = packets::pair().map_err(SandboxError::system("make a control socket"))?;
        let binary = settings.launcher.clone().unwrap_or_else(|| PathBuf::from("/proc/self/exe"));
        let mut launcher = Command::new(binary)
            .arg(launch::ROLE)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(SandboxError::system("start the launcher"))?;
        if let (Some(groups), Some(pid)) = (groups, launcher.id()) {
            // Before it has a plan it forks nothing.
            groups
                .admit_launcher(pid)
                .map_err(SandboxError::system("put the launcher into its control group"))?;
        }
        let last_words = Arc::new(Mutex::new(String::new()));
        if let Some(stderr) = launcher.stderr.take() {
            tokio::spawn(overhear(stderr, set.name.to_string(), Arc::clone(&last_words)));
        }
        let plan = serde_json::to_vec(&plan(settings, python, set))
            .map_err(|error| SandboxError::system("write the launch plan")(error.into()))?;
        if plan.len() > launch::LONGEST_PLAN {
            return Err(SandboxError::BadTool("too many folders in a dependency set"));
        }
        ours.send(&plan, &[]).await.map_err(SandboxError::system("send the launch plan"))?;
        let (forker, (hello, _)) = match Forker::greet(ours, LONGEST_START).await {
            Ok(greeted) => greeted,
            Err(reason) if reason.is_empty() => {
                // It died in Python; what it printed is on its way.
                let _ = tokio::time::timeout(Duration::from_secs(2), launcher.wait()).await;
                let reason = last_words.lock().clone();
                return Err(SandboxError::NotStarted { set: set.name.to_string(), reason });
            }
            Err(reason) => return Err(SandboxError::not_isolated(reason)),
        };
        let about = serde_json::from_slice(&hello).map_err(|error| SandboxError::NotStarted {
            set: set.name.to_string(),
            reason: error.to_string(),
        })?;
        Ok(Self { forker, about, launcher })
    }
}

impl Zygote {
    /// The launcher's process id, while it runs.
    pub(crate) fn launcher(&self) -> Option<u32> {
        self.launcher.id()
    }
}

fn plan(settings: &SandboxSettings, python: &Python, set: &DependencySet) -> LaunchPlan {
    let shown = outermost(python.shown.iter().chain(&set.import_paths).cloned().collect());
    let links = python.links.clone();
    // A link is opened through to its folder, which is shown as itself.
    let readable = shown.clone();
    let preload = STANDARD.split_whitespace().map(str::to_owned).chain(set.preload.iter().cloned()).collect();
    LaunchPlan {
        identity: settings.identity,
        shown,
        links,
        interpreter: python.executable.clone(),
        zygote: ZygotePlan {
            import_paths: set.import_paths.clone(),
            preload,
            readable,
            port: PROXY_PORT,
            scratch_bytes: settings.scratch_bytes,
            files: FILES,
            threads: THREADS,
            skip: settings.skipped(),
        },
    }
}

/// Logs what a zygote prints, which is nothing on a good day, and keeps the end of it.
async fn overhear(stderr: impl tokio::io::AsyncRead + Unpin, set: String, last_words: Arc<Mutex<String>>) {
    let mut lines = BufReader::new(stderr.take(1 << 20)).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let line: String = line.chars().take(500).collect();
        tracing::warn!(%set, %line, "zygote");
        let mut last_words = last_words.lock();
        if last_words.len() > 2000 {
            last_words.clear();
        }
        last_words.push_str(&line);
        last_words.push('\n');
    }
}
