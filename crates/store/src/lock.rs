//! One server for one SQLite file.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Held as long as the file is open; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock beside a database, `<file>.lock`, or says that another server has it.
    pub(crate) fn take(database: &Path) -> Result<Self, StoreError> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| StoreError::Setup(format!("can't open {}: {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Setup(format!(
                "another server has {} open; several servers need PostgreSQL",
                database.display()
            ))),
            Err(TryLockError::Error(error)) => {
                Err(StoreError::Setup(format!("can't lock {}: {error}", path.display())))
            }
        }
    }
}
