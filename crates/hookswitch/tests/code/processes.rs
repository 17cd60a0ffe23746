//! The processes below a server as the host sees them.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// What a process is, by its distance from the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Launcher,
    Zygote,
    Tenant,
    Call,
}

/// Every process below a server, zombies left out.
pub(crate) fn below(server: u32) -> Vec<(u32, Kind)> {
    let alive = alive();
    let mut found: Vec<(u32, Kind)> = Vec::new();
    let mut row = vec![server];
    for kind in [Kind::Launcher, Kind::Zygote, Kind::Tenant, Kind::Call] {
        row = alive.iter().filter(|(_, parent)| row.contains(parent)).map(|(pid, _)| *pid).collect();
        found.extend(row.iter().map(|pid| (*pid, kind)));
    }
    found
}

/// Processes of one kind.
pub(crate) fn of(server: u32, kind: Kind) -> Vec<u32> {
    below(server).into_iter().filter(|(_, found)| *found == kind).map(|(pid, _)| pid).collect()
}

/// Process and parent of everything that is no zombie.
fn alive() -> Vec<(u32, u32)> {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    entries
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let (_, rest) = stat.rsplit_once(") ")?;
            let mut fields = rest.split(' ');
            let (state, parent) = (fields.next()?, fields.next()?.parse().ok()?);
            (!matches!(state, "Z" | "X")).then_some((pid, parent))
        })
        .collect()
}

/// Whether a process is there and no zombie.
pub(crate) fn is_alive(pid: u32) -> bool {
    alive().iter().any(|(id, _)| *id == pid)
}

/// Kills a process of ours.
pub(crate) fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
}

/// A line of `/proc/<pid>/status`, without its name.
pub(crate) fn status(pid: u32, name: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
    line.unwrap().trim().to_owned()
}

/// Waits until something is so.
pub(crate) async fn until(mut so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < Duration::from_secs(20), "it never came to be");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
