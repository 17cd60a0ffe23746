//! The file that holds the master keys (`master.key`): made once, rotated and pruned as a whole.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::error::{KeyFlaw, VaultError};
use crate::kek::KekId;
use crate::master_keys::MasterKeys;
use crate::replace::replace;

/// A full ring with comments on every line is far below this.
const MAX_BYTES: usize = 16 * 1024;

/// Keys from a file, and whether the file was there.
#[derive(Debug)]
pub struct Loaded {
    /// The keys.
    pub keys: MasterKeys,
    /// The file was made just now: the operator should back it up, apart from the database.
    pub created: bool,
}

/// A file of master keys. Changes are written beside it and moved over it, under a lock file of their own
/// (`<name>.lock`), so that two processes that rotate at once both find their key in it.
#[derive(Debug, Clone)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The file at this path, read or not, there or not.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the keys. Refuses a file that others can write to, and warns of one that others can read (a
    /// mounted secret of a container often is).
    pub fn load(&self) -> Result<MasterKeys, VaultError> {
        let file = File::open(&self.path).map_err(|error| self.failed("read", error))?;
        let mode = file.metadata().map_err(|error| self.failed("read", error))?.permissions().mode();
        if mode & 0o022 != 0 {
            return Err(VaultError::BadKey { line: 0, flaw: KeyFlaw::Exposed });
        }
        if mode & 0o044 != 0 {
            tracing::warn!(path = %self.path.display(), "the master key file is readable by other users");
        }
        // One byte above the bound tells a file that is too long; the room from the start means that the
        // buffer never moves and leaves keys behind.
        let mut text = Zeroizing::new(String::with_capacity(MAX_BYTES + 1));
        file.take(MAX_BYTES as u64 + 1)
            .read_to_string(&mut text)
            .map_err(|error| self.failed("read", error))?;
        if text.len() > MAX_BYTES {
            return Err(VaultError::BadKey { line: 0, flaw: KeyFlaw::TooMany });
        }
        MasterKeys::parse(&SecretString::from(text.as_str()))
    }

    /// Reads the keys, or makes a file with one fresh key (mode 0600) where there is none.
    pub fn load_or_create(&self) -> Result<Loaded, VaultError> {
        match self.load() {
            Err(VaultError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            loaded => return loaded.map(|keys| Loaded { keys, created: false }),
        }
        let _lock = self.lock()?;
        // Another process may have made it while this one waited.
        if self.path.exists() {
            return self.load().map(|keys| Loaded { keys, created: false });
        }
        let keys = MasterKeys::generate()?;
        self.write(&keys)?;
        Ok(Loaded { keys, created: true })
    }

    /// Puts a fresh key in front and keeps the old ones. The new ring is on the disk when this returns; only
    /// then may anything be sealed under it.
    pub fn rotate(&self) -> Result<MasterKeys, VaultError> {
        let _lock = self.lock()?;
        let keys = self.load()?.rotated()?;
        self.write(&keys)?;
        Ok(keys)
    }

    /// Drops the old keys that nothing refers to. `in_use` are the ids that stored values name *after* every
    /// server has taken the current key; a key dropped too early takes its values with it.
    pub fn prune(&self, in_use: &BTreeSet<KekId>) -> Result<MasterKeys, VaultError> {
        let _lock = self.lock()?;
        let before = self.load()?;
        let keys = before.pruned(in_use);
        if keys.ids() != before.ids() {
            self.write(&keys)?;
        }
        Ok(keys)
    }

    fn write(&self, keys: &MasterKeys) -> Result<(), VaultError> {
        replace(&self.path, &self.beside(".new"), keys.to_text().as_bytes(), |_| Ok(()))
            .map_err(|error| self.failed("replace", error))
    }

    /// Held until the file is dropped, or the process ends.
    fn lock(&self) -> Result<File, VaultError> {
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(self.beside(".lock"))
            .map_err(|error| self.failed("lock", error))?;
        lock.lock().map_err(|error| self.failed("lock", error))?;
        Ok(lock)
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(suffix);
        PathBuf::from(name)
    }

    fn failed(&self, doing: &'static str, source: io::Error) -> VaultError {
        VaultError::Io { doing, path: self.path.clone(), source }
    }
}
