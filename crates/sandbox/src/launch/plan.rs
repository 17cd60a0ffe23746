//! What the server tells a launcher, and what the launcher tells the zygote.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One layer of the isolation. Only tests name one: to take it away and see what it held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The allow-list of system calls.
    Seccomp,
    /// The second fence around files, ports and signals.
    Landlock,
    /// Memory, CPU, files, threads.
    Rlimits,
}

/// An unprivileged user that is nobody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Kernel uid, never 0.
    pub uid: u32,
    /// Kernel gid, never 0.
    pub gid: u32,
}

/// First packet on the launcher's control socket.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LaunchPlan {
    /// Whom to become when the server is root.
    pub(crate) identity: Identity,
    /// Files and folders shown inside at their own path, read-only.
    pub(crate) shown: Vec<PathBuf>,
    /// Symbolic links made inside: where, and to what.
    pub(crate) links: Vec<(PathBuf, PathBuf)>,
    /// The CPython that becomes the zygote.
    pub(crate) interpreter: PathBuf,
    /// Written into the box as `plan.json`.
    pub(crate) zygote: ZygotePlan,
}

/// What the zygote of a set knows (`py/zygote.py`, `py/confine.py`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ZygotePlan {
    /// Put before the standard library on `sys.path`.
    pub(crate) import_paths: Vec<PathBuf>,
    /// Imported before the first fork; never of a tenant's choice.
    pub(crate) preload: Vec<String>,
    /// What a call may read, for Landlock.
    pub(crate) readable: Vec<PathBuf>,
    /// Where the egress proxy listens inside the box.
    pub(crate) port: u16,
    /// Size of a call's temporary folder, and of its largest file.
    pub(crate) scratch_bytes: u64,
    /// Open descriptors of a call.
    pub(crate) files: u32,
    /// Threads of a call.
    pub(crate) threads: u32,
    /// Layers left out, by tests alone.
    pub(crate) skip: Vec<Layer>,
}
