//! What the system says of a process, and signals to one that we started.

use std::path::PathBuf;

use tokio::process::Command;

/// Sends a signal by name to a process.
pub(crate) async fn signal(id: u32, name: &str) {
    let kill = format!("kill -{name} {id}");
    let status = Command::new("sh").args(["-c", &kill]).status().await.unwrap();
    assert!(status.success(), "{kill}");
}

/// A memory figure of `/proc/<id>/status`, in MiB: `VmRSS` is now, `VmHWM` the highest so far.
pub(crate) fn memory_mib(id: u32, figure: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(figure)).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024
}

/// A program of the search path.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file())
}
