//! What an operator may set, with defaults that suit a voice server.

use std::path::PathBuf;
use std::time::Duration;

use crate::launch::{Identity, Layer};

/// Name of a dependency set: letters, digits, `-`, `_` and `.`, at most 80.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SetName(String);

impl SetName {
    /// The set that is always there: the standard library alone.
    pub fn stdlib() -> Self {
        Self("stdlib".to_owned())
    }

    /// A name, or nothing when it could be taken for something else than a name.
    pub fn parse(name: &str) -> Option<Self> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let good = !name.is_empty() && name.len() <= 80 && !name.starts_with('.') && name.chars().all(fits);
        good.then(|| Self(name.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SetName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A set of Python packages that tools can use.
#[derive(Debug, Clone)]
pub struct DependencySet {
    /// How tools name it.
    pub name: SetName,
    /// Folders put on the import path, shown read-only at their own place. The sandbox user must be able to read them.
    pub import_paths: Vec<PathBuf>,
    /// Modules imported once, before any tool: only those of an operator's choice. A set that a tenant put together
    /// leaves this empty, and its packages are imported inside each call's own walls, ahead of the call.
    pub preload: Vec<String>,
}

/// Settings of the sandbox.
#[derive(Debug, Clone)]
pub struct SandboxSettings {
    /// The binary that calls [`crate::launch_if_asked`] first in its `main`. `None`: this one.
    pub launcher: Option<PathBuf>,
    /// CPython 3.11 or later. `None`: the system's.
    pub interpreter: Option<PathBuf>,
    /// The unprivileged user that Python runs as when the server is root.
    pub identity: Identity,
    /// Sets besides `stdlib`.
    pub sets: Vec<DependencySet>,
    /// Memory that all running calls may be promised together, in MiB. Above it calls wait, then are refused.
    pub memory_budget_mib: u32,
    /// Calls that one tenant may have running.
    pub running_per_tenant: u32,
    /// Calls of one tenant that may wait for a place; one more is refused at once.
    pub waiting_per_tenant: u32,
    /// Longest wait for a place.
    pub longest_wait: Duration,
    /// Processes of one tenant that exist, spares and those still dying among them.
    pub processes_per_tenant: u32,
    /// Spares of all tenants.
    pub spares: u32,
    /// A spare older than this is thrown away.
    pub spare_age: Duration,
    /// A tenant's process, or the zygote of a set that no operator chose, ends after so long without use.
    pub idle: Duration,
    /// Tenants with a process of their own; the one unused for longest goes first.
    pub tenants: usize,
    /// Time that a tool's module-level code may take.
    pub load_time: Duration,
    /// Size of a call's temporary folder, bytes.
    pub scratch_bytes: u64,
    /// Longest result, and longest arguments with context, bytes.
    pub payload_bytes: usize,
    /// How much of stdout and of stderr is kept, bytes.
    pub kept_output: usize,
    /// Output after which a call is killed, bytes.
    pub drained_output: u64,
    /// Layers left out. Only tests can, to see what each one holds.
    #[cfg(feature = "testing")]
    pub without: Vec<Layer>,
}

impl Default for SandboxSettings {
    fn default() -> Self {
        Self {
            launcher: None,
            interpreter: None,
            // Of the range that no distribution hands out.
            identity: Identity { uid: 64_321, gid: 64_321 },
            sets: Vec::new(),
            memory_budget_mib: 4096,
            running_per_tenant: 8,
            waiting_per_tenant: 32,
            longest_wait: Duration::from_secs(2),
            processes_per_tenant: 64,
            spares: 128,
            spare_age: Duration::from_mins(10),
            idle: Duration::from_mins(10),
            tenants: 256,
            load_time: Duration::from_secs(10),
            scratch_bytes: 16 << 20,
            payload_bytes: 1 << 20,
            kept_output: 64 << 10,
            drained_output: 32 << 20,
            #[cfg(feature = "testing")]
            without: Vec::new(),
        }
    }
}

impl SandboxSettings {
    #[cfg_attr(not(feature = "testing"), allow(clippy::unused_self, reason = "only tests leave layers out"))]
    pub(crate) fn skipped(&self) -> Vec<Layer> {
        #[cfg(feature = "testing")]
        return self.without.clone();
        #[cfg(not(feature = "testing"))]
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names() {
        assert_eq!(SetName::parse("web-1.0_x").unwrap().as_str(), "web-1.0_x");
        for bad in ["", "../x", ".", "a/b", "a b", "a\0", "a\n", &"x".repeat(81)] {
            assert_eq!(SetName::parse(bad), None, "{bad:?}");
        }
    }
}
