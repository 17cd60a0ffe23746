//! Directories of servers whose test process died: the kernel stopped the server, nobody removed its files.

use std::{env, fs, path::Path, time::Duration};

pub(super) const PREFIX: &str = "hs-pg-";

/// A server that starts has no process id yet, so young directories are left alone.
const OLD: Duration = Duration::from_mins(15);

/// Removes what earlier runs left; errors are those runs' business.
pub(super) fn sweep() {
    for entry in fs::read_dir(env::temp_dir()).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if ours && is_old(&entry.path()) && !is_running(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_old(directory: &Path) -> bool {
    let changed = fs::metadata(directory).and_then(|metadata| metadata.modified());
    changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age > OLD))
}

fn is_running(directory: &Path) -> bool {
    let status = fs::read_to_string(directory.join("data/postmaster.pid")).unwrap_or_default();
    status.lines().next().is_some_and(|id| Path::new("/proc").join(id.trim()).exists())
}
