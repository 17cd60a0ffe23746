//! Where the system's package keeps PostgreSQL.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// Debian and Ubuntu keep the server's programs out of `PATH`.
const PACKAGED: &str = "/usr/lib/postgresql";

pub(super) struct Binaries {
    pub(super) initdb: PathBuf,
    pub(super) postgres: PathBuf,
}

impl Binaries {
    /// The newest packaged version, else what is in `PATH`.
    pub(super) fn find() -> Result<Self> {
        let has_both = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
        let folder = folders().find(has_both).context(
            "no PostgreSQL found in PATH or /usr/lib/postgresql; on Debian and Ubuntu: apt-get install postgresql",
        )?;
        Ok(Self { initdb: folder.join("initdb"), postgres: folder.join("postgres") })
    }

    pub(super) fn find_psql() -> Result<PathBuf> {
        folders()
            .map(|folder| folder.join("psql"))
            .find(|path| path.exists())
            .context("no psql found; on Debian and Ubuntu: apt-get install postgresql-client")
    }
}

fn folders() -> impl Iterator<Item = PathBuf> {
    let mut packaged: Vec<(u32, PathBuf)> = fs::read_dir(PACKAGED)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((version(&entry.path())?, entry.path().join("bin"))))
        .collect();
    packaged.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    let in_path = env::var_os("PATH").unwrap_or_default();
    let in_path: Vec<PathBuf> = env::split_paths(&in_path).collect();
    packaged.into_iter().map(|(_, folder)| folder).chain(in_path)
}

fn version(folder: &Path) -> Option<u32> {
    folder.file_name()?.to_str()?.parse().ok()
}
