//! A process that may misbehave: bounded time, output, file sizes and growth; killed with all that it started.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use crate::error::{Failure, FailureKind};
use crate::tree;

/// How much of its output is kept, bytes; what comes after is read and dropped.
const KEPT: u64 = 32 << 10;
/// How often its growth is looked at.
const LOOKING: Duration = Duration::from_millis(300);
/// Most files that one build may add.
const MOST_FILES: u64 = 120_000;

/// Limits of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bounds {
    pub(crate) time: Duration,
    /// Largest file, bytes.
    pub(crate) largest_file: Option<u64>,
    /// Address space, bytes.
    pub(crate) memory: Option<u64>,
    /// Folders, and how many bytes each may grow by.
    pub(crate) grows: Option<(Vec<PathBuf>, u64)>,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Kills the whole group, however the run ends.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            let _ = rustix::process::kill_process_group(leader, Signal::KILL);
        }
    }
}

/// Runs a program with nothing but the given variables.
pub(crate) async fn run(
    program: &Path,
    arguments: &[OsString],
    variables: &[(&str, String)],
    folder: &Path,
    bounds: &Bounds,
) -> Result<Done, Failure> {
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(Failure::at("start a program"))?;
    let leader = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    let group = Group(leader);
    for (resource, limit) in [(Resource::Fsize, bounds.largest_file), (Resource::As, bounds.memory)] {
        if let (Some(pid), Some(limit)) = (leader, limit) {
            // It may have ended already.
            let limit = Rlimit { current: Some(limit), maximum: Some(limit) };
            let _ = rustix::process::prlimit(Some(pid), resource, limit);
        }
    }
    tokio::select! {
        done = finish(&mut child) => done,
        () = tokio::time::sleep(bounds.time) => {
            drop(group);
            Err(Failure::new(FailureKind::TooLong, format!("{} was killed after {:?}", program.display(), bounds.time)))
        }
        detail = outgrown(bounds) => {
            drop(group);
            Err(Failure::new(FailureKind::TooLarge, detail))
        }
    }
}

async fn finish(child: &mut Child) -> Result<Done, Failure> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr, status) = tokio::join!(kept(stdout), kept(stderr), child.wait());
    let status = status.map_err(Failure::at("wait for a program"))?;
    if status.signal() == Some(Signal::XFSZ.as_raw()) {
        return Err(Failure::new(FailureKind::TooLarge, "a file grew beyond the limit"));
    }
    Ok(Done { success: status.success(), stdout, stderr })
}

async fn kept(stream: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stream) = stream else { return String::new() };
    let mut bytes = Vec::new();
    let _ = (&mut stream).take(KEPT).read_to_end(&mut bytes).await;
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Ends when a folder has grown by more than it may.
async fn outgrown(bounds: &Bounds) -> String {
    let Some((folders, most)) = &bounds.grows else { return std::future::pending().await };
    let mut before = Vec::new();
    for folder in folders {
        before.push(tree::measured(folder.clone()).await);
    }
    loop {
        tokio::time::sleep(LOOKING).await;
        for (folder, before) in folders.iter().zip(&before) {
            let now = tree::measured(folder.clone()).await;
            if now.bytes > before.bytes + most || now.files > before.files + MOST_FILES {
                return format!("{} grew to {} bytes in {} files", folder.display(), now.bytes, now.files);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn shell(script: &str, bounds: Bounds) -> Result<Done, Failure> {
        run(Path::new("/bin/sh"), &["-c".into(), script.into()], &[], Path::new("/"), &bounds).await
    }

    fn bounds() -> Bounds {
        Bounds { time: Duration::from_secs(20), ..Bounds::default() }
    }

    #[tokio::test]
    async fn it_sees_nothing_of_our_environment() {
        let done = shell("env; echo oops >&2; exit 3", bounds()).await.unwrap();
        assert!(!done.success && !done.stdout.contains("HOME") && !done.stdout.contains("CARGO"));
        assert_eq!(done.stderr, "oops\n");
    }

    #[tokio::test]
    async fn it_is_killed_with_its_children_when_it_takes_too_long() {
        let short = Bounds { time: Duration::from_millis(300), ..Bounds::default() };
        let failure = shell("sleep 99 & wait", short).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::TooLong);
    }

    #[tokio::test]
    async fn output_without_end_is_dropped() {
        let done = shell("head -c 3000000 /dev/zero | tr '\\0' x", bounds()).await.unwrap();
        assert!(done.success && done.stdout.len() as u64 == KEPT);
    }

    #[tokio::test]
    async fn a_folder_that_grows_too_much_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        let grows = Some((vec![folder.path().to_owned()], 1 << 20));
        let script = format!("head -c 9000000 /dev/zero > {}/big; sleep 99", folder.path().display());
        let failure = shell(&script, Bounds { grows, ..bounds() }).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::TooLarge);
    }
}
