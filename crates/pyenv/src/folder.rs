//! Where environments lie. Several servers of a machine may share the folder: content decides names, builds hold a
//! lock, and what is there is never changed, only replaced under another name.
//!
//! ```text
//! sets/<name>/site        packages, shown read-only in boxes; `about.json` beside it
//! building/<random>       not finished; swept
//! locks/<key>             held by the one that builds
//! cache                   uv's own
//! bin/uv                  put there by the set-up
//! ```

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hookswitch_sandbox::SetName;
use serde::{Deserialize, Serialize};

use crate::error::PyenvError;
use crate::key::EnvironmentKey;

/// Unfinished work older than this belongs to nobody.
const ABANDONED: Duration = Duration::from_hours(2);

/// What is in an environment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct About {
    /// What it was built for, in hex.
    pub(crate) key: String,
    /// The lock it was built from.
    pub(crate) lock: String,
    /// Modules that it brings.
    pub(crate) modules: Vec<String>,
    /// Parts of wheels that were left out.
    #[serde(default)]
    pub(crate) left_out: Vec<String>,
    /// Its size on disk, bytes.
    pub(crate) bytes: u64,
}

/// An environment on disk.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) name: SetName,
    pub(crate) about: About,
    pub(crate) used: SystemTime,
}

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes what is missing. Everybody may look in: boxes run as another user when the server is root.
    pub(crate) fn open(root: &Path) -> Result<Self, PyenvError> {
        let folder = Self { root: root.to_owned() };
        for path in [root.to_owned(), folder.sets(), folder.building(), folder.locks()] {
            DirBuilder::new()
                .recursive(true)
                .mode(0o755)
                .create(&path)
                .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(0o755)))
                .map_err(|source| PyenvError::Folder { path, source })?;
        }
        folder.sweep();
        Ok(folder)
    }

    fn sets(&self) -> PathBuf {
        self.root.join("sets")
    }

    fn building(&self) -> PathBuf {
        self.root.join("building")
    }

    fn locks(&self) -> PathBuf {
        self.root.join("locks")
    }

    /// uv's cache.
    pub(crate) fn cache(&self) -> PathBuf {
        self.root.join("cache")
    }

    /// Where the set-up puts uv.
    pub(crate) fn own_uv(&self) -> PathBuf {
        self.root.join("bin/uv")
    }

    /// The packages of an environment.
    pub(crate) fn site(&self, name: &SetName) -> PathBuf {
        self.sets().join(name.as_str()).join("site")
    }

    /// A fresh folder to build in.
    pub(crate) fn begin(&self, name: &SetName) -> io::Result<PathBuf> {
        let path = self.building().join(name.as_str());
        DirBuilder::new().mode(0o755).create(&path)?;
        Ok(path)
    }

    /// Makes a finished build an environment, at once.
    pub(crate) fn finish(&self, built: &Path, name: &SetName, about: &About) -> io::Result<()> {
        fs::write(built.join("about.json"), serde_json::to_vec_pretty(about)?)?;
        fs::write(built.join("used"), "")?;
        fs::set_permissions(built, Permissions::from_mode(0o755))?;
        fs::rename(built, self.sets().join(name.as_str()))
    }

    /// Waits in the caller's thread until nobody else builds this one. Dropping the file lets the next one in.
    pub(crate) fn lock(&self, key: EnvironmentKey) -> io::Result<File> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.locks().join(key.to_string()))?;
        file.lock()?;
        Ok(file)
    }

    /// The environments that are whole.
    pub(crate) fn all(&self) -> Vec<Found> {
        let entries = fs::read_dir(self.sets()).into_iter().flatten().flatten();
        entries.filter_map(|entry| self.read(&SetName::parse(entry.file_name().to_str()?)?)).collect()
    }

    /// An environment, if it is whole.
    pub(crate) fn read(&self, name: &SetName) -> Option<Found> {
        let folder = self.sets().join(name.as_str());
        let about: About = serde_json::from_slice(&fs::read(folder.join("about.json")).ok()?).ok()?;
        let used = fs::metadata(folder.join("used")).and_then(|about| about.modified()).ok();
        folder.join("site").is_dir().then(|| Found {
            name: name.clone(),
            about,
            used: used.unwrap_or(SystemTime::UNIX_EPOCH),
        })
    }

    /// The youngest environment of a key.
    pub(crate) fn of_key(&self, key: EnvironmentKey) -> Option<Found> {
        let key = key.to_string();
        self.all().into_iter().filter(|found| found.about.key == key).max_by_key(|found| found.used)
    }

    /// Notes that it is in use, for those who look for what is not.
    pub(crate) fn touch(&self, name: &SetName) -> io::Result<()> {
        File::options()
            .write(true)
            .open(self.sets().join(name.as_str()).join("used"))?
            .set_modified(SystemTime::now())
    }

    /// Takes an environment away: first its name, then its files.
    pub(crate) fn remove(&self, name: &SetName) -> io::Result<()> {
        let aside = self.building().join(format!("{name}.gone"));
        fs::rename(self.sets().join(name.as_str()), &aside)?;
        fs::remove_dir_all(aside)
    }

    /// Empties uv's cache: what environments hold of it stays theirs.
    pub(crate) fn empty_cache(&self) -> io::Result<()> {
        fs::remove_dir_all(self.cache())
    }

    /// Removes what was left unfinished, by a server that was killed.
    fn sweep(&self) {
        for entry in fs::read_dir(self.building()).into_iter().flatten().flatten() {
            let age = entry.metadata().and_then(|about| about.modified()).ok();
            let age = age.and_then(|modified| modified.elapsed().ok()).unwrap_or_default();
            if age > ABANDONED {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}
