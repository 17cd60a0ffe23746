//! Replacing a file as a whole: after a crash at any point it holds either the old bytes or the new ones.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// How far a replacement has come. Named so that tests can stop it anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The new file exists beside the old one, empty.
    Created,
    /// It has all its bytes, perhaps only in memory.
    Written,
    /// It is on the disk.
    Synced,
    /// It has taken the old one's name.
    Renamed,
}

/// Writes `bytes` to `fresh` (made new, mode 0600), flushes it, gives it the name `path` and flushes the
/// folder. `fresh` is in the same folder; one left behind by a crash is removed. The caller holds a lock.
pub(crate) fn replace(
    path: &Path,
    fresh: &Path,
    bytes: &[u8],
    mut reached: impl FnMut(Step) -> io::Result<()>,
) -> io::Result<()> {
    match fs::remove_file(fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // O_EXCL: never through a link that somebody else put there, never into a file that has another mode.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(fresh)?;
    reached(Step::Created)?;
    file.write_all(bytes)?;
    reached(Step::Written)?;
    file.sync_all()?;
    reached(Step::Synced)?;
    fs::rename(fresh, path)?;
    reached(Step::Renamed)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn stopped_anywhere_the_file_is_old_or_new() {
        let folder = tempfile::tempdir().unwrap();
        let (path, fresh) = (folder.path().join("file"), folder.path().join("file.new"));
        for (stop, expected) in
            [(Step::Created, "old"), (Step::Written, "old"), (Step::Synced, "old"), (Step::Renamed, "new")]
        {
            fs::write(&path, "old").unwrap();
            let crash = |step| if step == stop { Err(io::Error::other("crash")) } else { Ok(()) };
            replace(&path, &fresh, b"new", crash).unwrap_err();
            assert_eq!(fs::read_to_string(&path).unwrap(), expected, "stopped at {stop:?}");

            replace(&path, &fresh, b"newer", |_| Ok(())).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), "newer", "tried again after {stop:?}");
            assert!(!fresh.exists());
        }
    }
}
