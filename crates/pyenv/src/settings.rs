//! What an operator may set.

use std::path::PathBuf;
use std::time::Duration;

use crate::index::PackageIndex;

/// Settings of the environments.
#[derive(Debug, Clone)]
pub struct PyenvSettings {
    /// The folder of environments. The sandbox's user must be able to read it.
    pub folder: PathBuf,
    /// The CPython that they are made for: the sandbox's.
    pub interpreter: PathBuf,
    /// Where uv may be, best first. After these `bin/uv` of the folder is tried.
    pub uv: Vec<PathBuf>,
    /// Where packages come from.
    pub index: PackageIndex,
    /// Releases younger than this are not taken from the public index: bad ones are mostly found within days.
    pub cooldown: Duration,
    /// Largest environment, bytes.
    pub largest: u64,
    /// All environments together, and uv's cache, bytes. Above it those unused for longest go.
    pub total: u64,
    /// An environment used within this time never goes.
    pub keep: Duration,
    /// Builds at a time.
    pub builds: usize,
    /// Builds that one tenant may have under way or waiting.
    pub builds_per_tenant: u32,
}

impl PyenvSettings {
    /// Where environments lie when nothing is set: a cache of the machine for root, whose boxes run as another user;
    /// else one of the user.
    pub fn usual_folder(environment: &[(String, String)]) -> PathBuf {
        let get = |name: &str| {
            let found =
                environment.iter().find(|(key, _)| key == name).map(|(_, value)| PathBuf::from(value));
            found.filter(|path| path.is_absolute())
        };
        let machine = || PathBuf::from("/var/cache");
        let cache = if rustix::process::geteuid().is_root() {
            machine()
        } else {
            let home = || get("HOME").map(|home| home.join(".cache"));
            get("XDG_CACHE_HOME").or_else(home).unwrap_or_else(machine)
        };
        cache.join("hookswitch/python")
    }

    /// Defaults around the two that have none.
    pub fn new(folder: PathBuf, interpreter: PathBuf) -> Self {
        Self {
            folder,
            interpreter,
            uv: Vec::new(),
            index: PackageIndex::default(),
            cooldown: Duration::from_hours(48),
            largest: 1 << 30,
            total: 8 << 30,
            keep: Duration::from_hours(1),
            builds: 2,
            builds_per_tenant: 8,
        }
    }
}
