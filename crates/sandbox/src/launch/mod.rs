//! The launcher: the server's own binary started again with an empty environment, which walls itself in and becomes
//! the Python zygote of one dependency set.
//!
//! It does what must be done by a process of one thread, in this order: close what was inherited; stop being root;
//! leave all namespaces; fork (the parent stays outside as the watchman, `watch`); build a file system of its own
//! (`root`); keep two capabilities over that box and no others; give up system calls; execute CPython.

mod kernel;
mod plan;
mod privileges;
mod root;
mod watch;

use std::convert::Infallible;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::net::{RecvFlags, SendFlags};
use rustix::process::{DumpableBehavior, Signal};

use crate::seccomp;

pub use plan::{Identity, Layer};
pub(crate) use plan::{LaunchPlan, ZygotePlan};

/// First argument that makes the server's binary a launcher.
pub(crate) const ROLE: &str = "sandbox-launch";
/// Longest launch plan, in bytes.
pub(crate) const LONGEST_PLAN: usize = 64 * 1024;

/// Step of the launch that failed. Its text reaches the operator.
#[derive(Debug, thiserror::Error)]
#[error("{step}: {source}")]
struct LaunchError {
    step: &'static str,
    source: io::Error,
}

/// Names the step that an error belongs to.
trait Step<T> {
    fn step(self, step: &'static str) -> Result<T, LaunchError>;
}

impl<T, E: Into<io::Error>> Step<T> for Result<T, E> {
    fn step(self, step: &'static str) -> Result<T, LaunchError> {
        self.map_err(|source| LaunchError { step, source: source.into() })
    }
}

/// Takes this process over when it was started as a launcher, and then never returns. To be called first in `main`,
/// before any thread is started.
#[expect(clippy::exit, reason = "a launcher has no caller to return to")]
pub fn launch_if_asked() {
    if std::env::args_os().nth(1).is_none_or(|role| role != ROLE) {
        return;
    }
    let Err(error) = launch();
    let packet = format!("F{error}");
    // Nobody is left to tell when the server has gone as well.
    let _ = rustix::net::send(io::stdin(), packet.as_bytes(), SendFlags::NOSIGNAL);
    std::process::exit(1);
}

fn launch() -> Result<Infallible, LaunchError> {
    kernel::close_from(3).step("close inherited descriptors")?;
    let plan = receive_plan().step("read the launch plan")?;
    privileges::become_nobody(plan.identity)?;
    privileges::leave_namespaces()?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).step("hide the launcher")?;
    match kernel::fork().step("fork")? {
        kernel::Fork::Parent(child) => watch::until_either_ends(child).step("watch the zygote"),
        kernel::Fork::Child => {
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
                .step("follow the launcher")?;
            root::build(&plan)?;
            privileges::keep_only_the_box()?;
            seccomp::base::apply().map_err(io::Error::other).step("give up system calls")?;
            Err(become_python(&plan)).step("execute CPython")
        }
    }
}

fn receive_plan() -> io::Result<LaunchPlan> {
    let mut packet = vec![0; LONGEST_PLAN];
    let (_, length) = rustix::net::recv(io::stdin(), packet.as_mut_slice(), RecvFlags::empty())?;
    serde_json::from_slice(packet.get(..length).unwrap_or_default()).map_err(io::Error::other)
}

/// Returns only when it fails.
fn become_python(plan: &LaunchPlan) -> io::Error {
    Command::new(&plan.interpreter)
        .args(["-I", "-S", "-B", "-X", "utf8", root::MAIN])
        .env_clear()
        .envs([
            ("PATH", "/usr/bin"),
            ("LC_CTYPE", "C.UTF-8"),
            // Threads of linear algebra would live in the process that forks; and arenas eat address space.
            ("OPENBLAS_NUM_THREADS", "1"),
            ("OMP_NUM_THREADS", "1"),
            ("MKL_NUM_THREADS", "1"),
            ("MALLOC_ARENA_MAX", "1"),
        ])
        .exec()
}
