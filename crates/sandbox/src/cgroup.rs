//! Control groups, where the system has given this process a part of its tree to order (cgroup v2, delegated): the
//! kernel then holds all that code uses together, which limits of single processes cannot.
//!
//! ```text
//! <own>            was the server's
//!   server         the server, moved: a group with controllers for its children has no processes of its own
//!   python         all code: memory and processes of everything together
//!     zygotes      launchers and zygotes
//!     box-7        one tenant's process and its calls
//! ```
//!
//! Processes are moved when they are launchers or tenants, before they fork; calls are born where their parent is.
//! Moving each call would cost what a call costs, many times over.

use std::fs;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use crate::egress::BoxId;
use crate::settings::SandboxSettings;

/// Where the unified tree is mounted.
const TREE: &str = "/sys/fs/cgroup";
/// What zygotes and idle processes use beside what calls are promised, MiB.
const BESIDE_CALLS_MIB: u64 = 1024;
/// The same of one tenant.
const BESIDE_TENANTS_CALLS_MIB: u64 = 256;
/// Most memory of one call, MiB.
const LARGEST_CALL_MIB: u64 = 1024;
/// Threads of one process.
const THREADS: u64 = 64;

/// The part of the tree that is ours.
#[derive(Debug)]
pub(crate) struct Cgroups {
    python: PathBuf,
    tenant_bytes: u64,
    tenant_tasks: u64,
}

impl Cgroups {
    /// Takes the tree below this process into use; an `Err` says what is missing.
    pub(crate) fn take(settings: &SandboxSettings) -> Result<Self, String> {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let Some(own) = unified(&own) else { return Err("no unified control groups".to_owned()) };
        let own = Path::new(TREE).join(own.trim_start_matches('/'));
        Self::take_at(&own, std::process::id(), settings)
    }

    fn take_at(own: &Path, server: u32, settings: &SandboxSettings) -> Result<Self, String> {
        let controllers = fs::read_to_string(own.join("cgroup.controllers")).unwrap_or_default();
        if !["memory", "pids"].iter().all(|wanted| controllers.split_whitespace().any(|has| has == *wanted)) {
            return Err("no memory and pids controllers are given to this process".to_owned());
        }
        let (leaf, python) = (own.join("server"), own.join("python"));
        make(&leaf).map_err(|error| format!("its part of the tree is not its own: {error}"))?;
        enter(&leaf, server).map_err(|error| format!("it can't move within the tree: {error}"))?;
        let ordered = fs::write(own.join("cgroup.subtree_control"), "+memory +pids")
            .and_then(|()| make(&python))
            .and_then(|()| fs::write(python.join("cgroup.subtree_control"), "+memory +pids"))
            .and_then(|()| make(&python.join("zygotes")));
        if let Err(error) = ordered {
            // As it was: others live in the same group.
            let _ = enter(own, server);
            let _ = fs::remove_dir(&leaf);
            return Err(format!("controllers can't be passed on: {error}"));
        }
        let budget = u64::from(settings.memory_budget_mib);
        let processes = u64::from(settings.processes_per_tenant);
        let _ = fs::write(python.join("memory.max"), mebibytes(budget + BESIDE_CALLS_MIB));
        // Swapped code is slow code, and swap is the whole machine's.
        let _ = fs::write(python.join("memory.swap.max"), "0");
        let of_one = budget.min(u64::from(settings.running_per_tenant) * LARGEST_CALL_MIB);
        Ok(Self {
            python,
            tenant_bytes: of_one + BESIDE_TENANTS_CALLS_MIB,
            tenant_tasks: (processes + 1) * THREADS,
        })
    }

    /// Puts a launcher where everything that comes of it is born.
    pub(crate) fn admit_launcher(&self, pid: u32) -> io::Result<()> {
        enter(&self.python.join("zygotes"), pid)
    }

    /// Gives a tenant's process a group of its own.
    pub(crate) fn admit_tenant(&self, id: BoxId, pidfd: &OwnedFd) -> io::Result<()> {
        let group = self.of_box(id);
        make(&group)?;
        fs::write(group.join("memory.max"), mebibytes(self.tenant_bytes))?;
        fs::write(group.join("pids.max"), self.tenant_tasks.to_string())?;
        let about = fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd()))?;
        enter(&group, pid_of(&about).ok_or_else(|| io::Error::other("the process is gone"))?)
    }

    /// Takes a tenant's group away: what is left in it is killed.
    pub(crate) fn dismiss(&self, id: BoxId) {
        let group = self.of_box(id);
        let _ = fs::write(group.join("cgroup.kill"), "1");
        // Refused while somebody in it is still dying; the next one to go takes it along.
        let _ = fs::remove_dir(&group);
        for left in fs::read_dir(&self.python).into_iter().flatten().flatten() {
            if left.file_name().to_string_lossy().starts_with("box-") {
                // Only empty ones go.
                let _ = fs::remove_dir(left.path());
            }
        }
    }

    fn of_box(&self, id: BoxId) -> PathBuf {
        self.python.join(format!("box-{}", id.0))
    }
}

fn make(group: &Path) -> io::Result<()> {
    match fs::create_dir(group) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn enter(group: &Path, pid: u32) -> io::Result<()> {
    fs::write(group.join("cgroup.procs"), pid.to_string())
}

fn mebibytes(number: u64) -> String {
    (number << 20).to_string()
}

/// This process's group in the unified tree, out of `/proc/self/cgroup`.
fn unified(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("0::"))
}

/// The process of a pidfd, out of its `fdinfo`.
fn pid_of(about: &str) -> Option<u32> {
    about.lines().find_map(|line| line.strip_prefix("Pid:")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of ordinary files: what is written where, not what the kernel makes of it.
    fn tree(controllers: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("cgroup.controllers"), controllers).unwrap();
        folder
    }

    fn read(folder: &tempfile::TempDir, file: &str) -> String {
        fs::read_to_string(folder.path().join(file)).unwrap()
    }

    #[test]
    fn the_server_moves_aside_and_code_is_held_together() {
        let folder = tree("cpu memory pids\n");
        let settings = SandboxSettings { memory_budget_mib: 2048, ..SandboxSettings::default() };
        let groups = Cgroups::take_at(folder.path(), 42, &settings).unwrap();
        assert_eq!(read(&folder, "server/cgroup.procs"), "42");
        assert_eq!(read(&folder, "cgroup.subtree_control"), "+memory +pids");
        assert_eq!(read(&folder, "python/memory.max"), (3072_u64 << 20).to_string());
        groups.admit_launcher(43).unwrap();
        assert_eq!(read(&folder, "python/zygotes/cgroup.procs"), "43");
        let own =
            rustix::process::pidfd_open(rustix::process::getpid(), rustix::process::PidfdFlags::empty())
                .unwrap();
        groups.admit_tenant(BoxId(7), &own).unwrap();
        assert_eq!(read(&folder, "python/box-7/cgroup.procs"), std::process::id().to_string());
        assert_eq!(read(&folder, "python/box-7/memory.max"), (2304_u64 << 20).to_string());
        groups.dismiss(BoxId(7));
        assert_eq!(read(&folder, "python/box-7/cgroup.kill"), "1");
    }

    #[test]
    fn what_is_not_given_is_not_taken() {
        let folder = tree("cpu\n");
        assert!(Cgroups::take_at(folder.path(), 42, &SandboxSettings::default()).is_err());
        assert!(!folder.path().join("server").exists());
        assert!(Cgroups::take_at(Path::new("/does/not/exist"), 42, &SandboxSettings::default()).is_err());
    }

    #[test]
    fn files_of_the_kernel() {
        assert_eq!(
            unified("9:name=systemd:/\n0::/system.slice/x.service\n"),
            Some("/system.slice/x.service")
        );
        assert_eq!(unified("9:name=systemd:/\n"), None);
        assert_eq!(pid_of("pos:\t0\nflags:\t02000002\nPid:\t4711\nNSpid:\t4711\n"), Some(4711));
        assert_eq!(pid_of("Pid:\t-1\n"), None);
    }
}
