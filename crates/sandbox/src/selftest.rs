//! The examination at boot: a box is built as for any tenant, and a tool in it tries to get out. What this machine
//! gives is found by doing, not by reading versions; a box that leaks is not used.

use std::fmt;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::SandboxError;
use crate::house::House;
use crate::outcome::FailureKind;
use crate::platform;
use crate::settings::SetName;

const PROBE: &str = include_str!("../py/probe.py");
const PATIENCE: Duration = Duration::from_secs(20);

/// How well calls are walled in. Anything less than these is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Namespaces, Landlock, system call filter and limits.
    Full,
    /// The same without Landlock, the second fence around files.
    WithoutLandlock,
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Full => "full",
            Self::WithoutLandlock => "without landlock",
        })
    }
}

/// What the examination found.
#[derive(Debug, Clone)]
pub struct Report {
    /// How well calls are walled in.
    pub tier: Tier,
    /// What this machine lacks, in words for an operator; each names what it costs.
    pub missing: Vec<String>,
    /// CPython's version.
    pub python: String,
    /// Landlock ABI, 0 for none.
    pub landlock: u32,
}

/// Builds a box and tries to break out of it.
pub(crate) async fn examine(house: &House) -> Result<Report, SandboxError> {
    let about = house.zygote(&SetName::stdlib()).await?.about.clone();
    let outside = TcpListener::bind("127.0.0.1:0").map_err(SandboxError::system("listen for a break-out"))?;
    let port = outside.local_addr().map_err(SandboxError::system("listen for a break-out"))?.port();
    let arguments = serde_json::json!({
        "port": port,
        "calls": calls(),
        "files": files(about.landlock > 0),
        "memory": u64::from(platform::MEMORY_MIB) << 21,
    });
    let outcome = platform::call(house, PROBE, &arguments.to_string(), PATIENCE).await;
    let got = match outcome.result {
        Ok(returned) => returned,
        Err(failure) => {
            let author = failure.author.map(|author| author.traceback).unwrap_or_default();
            let said = outcome.stderr.text;
            let reason = format!("the examination failed: {} {author} {said}", failure.message);
            return Err(SandboxError::NotStarted { set: SetName::stdlib().to_string(), reason });
        }
    };
    if got.json.get() != "{}" {
        return Err(SandboxError::Escaped(got.json.get().chars().take(2000).collect()));
    }
    let endless = "def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass";
    match platform::call(house, endless, "{}", Duration::from_millis(200)).await.result {
        Err(failure) if failure.kind == FailureKind::Timeout => {}
        other => return Err(SandboxError::Escaped(format!("an endless loop was not stopped: {other:?}"))),
    }
    house.retire(&platform::tenant());
    let mut missing = Vec::new();
    if let Err(why) = &house.cgroups {
        missing.push(format!("cgroup v2: memory is limited for each process by itself ({why})"));
    }
    let tier = if about.landlock == 0 { Tier::WithoutLandlock } else { Tier::Full };
    if about.landlock == 0 {
        missing.push("Landlock: files are fenced by the mount namespace alone".to_owned());
    } else if about.landlock < 4 {
        missing.push("Landlock ABI 4: ports are fenced by the network namespace alone".to_owned());
    }
    Ok(Report { tier, missing, python: about.python, landlock: about.landlock })
}

/// System calls that the filter itself must refuse.
fn calls() -> serde_json::Value {
    serde_json::json!({
        "ptrace": libc::SYS_ptrace,
        "mount": libc::SYS_mount,
        "unshare": libc::SYS_unshare,
        "setns": libc::SYS_setns,
        "bpf": libc::SYS_bpf,
        "keyctl": libc::SYS_keyctl,
        "io_uring": libc::SYS_io_uring_setup,
        "userfaultfd": libc::SYS_userfaultfd,
        "perf": libc::SYS_perf_event_open,
        "read another's memory": libc::SYS_process_vm_readv,
        "memory file": libc::SYS_memfd_create,
        "open by handle": libc::SYS_open_by_handle_at,
        "change root": libc::SYS_chroot,
        "execute": libc::SYS_execveat,
    })
}

/// Places of the host that a tool must not see.
fn files(fenced: bool) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = [
        "/etc/passwd",
        "/etc/shadow",
        "/etc/hostname",
        "/home",
        "/root",
        "/var",
        "/srv",
        "/sys",
        "/tmp",
        "/proc",
        "/proc/1/environ",
    ]
    .map(PathBuf::from)
    .into();
    if fenced {
        files.extend(["/", "/hookswitch/plan.json"].map(PathBuf::from));
    }
    files.extend(std::env::current_exe());
    files
}
