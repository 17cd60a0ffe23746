//! The processes of a sandbox as the host sees them.

use std::fs;

use hookswitch_sandbox::Sandbox;
use rustix::process::{Pid, Signal, kill_process};

/// What a process is, by its distance from the launcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Launcher,
    Zygote,
    Tenant,
    Call,
}

/// Every process below the launchers, zombies left out.
pub(crate) fn below(launchers: &[u32]) -> Vec<(u32, Kind)> {
    let alive = alive();
    let mut found: Vec<(u32, Kind)> = Vec::new();
    let mut row: Vec<u32> =
        launchers.iter().copied().filter(|pid| alive.iter().any(|(id, _)| id == pid)).collect();
    for kind in [Kind::Launcher, Kind::Zygote, Kind::Tenant, Kind::Call] {
        found.extend(row.iter().map(|pid| (*pid, kind)));
        row = alive.iter().filter(|(_, parent)| row.contains(parent)).map(|(pid, _)| *pid).collect();
    }
    found
}

/// Processes of one kind in a sandbox.
pub(crate) fn of(sandbox: &Sandbox, kind: Kind) -> Vec<u32> {
    below(&sandbox.launchers()).into_iter().filter(|(_, found)| *found == kind).map(|(pid, _)| pid).collect()
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

pub(crate) fn is_alive(pid: u32) -> bool {
    alive().iter().any(|(id, _)| *id == pid)
}

pub(crate) fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Signal::KILL).unwrap();
}

/// A line of `/proc/<pid>/status`, without its name.
pub(crate) fn status(pid: u32, name: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
    line.unwrap().trim().to_owned()
}
