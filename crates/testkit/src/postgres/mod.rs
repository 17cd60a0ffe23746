//! A private PostgreSQL from the system's package: own data directory, own socket, free port, `fsync` on.

mod binaries;
mod leftovers;
mod process;

use std::{env, sync::OnceLock};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use binaries::Binaries;
use process::Process;

/// When set, this server is used instead of starting one, so that one server serves all tests of a run.
pub const URL_VARIABLE: &str = "HOOKSWITCH_TEST_POSTGRES_URL";

/// A running server; one that was started here is stopped on drop, and when this process dies.
pub struct PostgresServer {
    url: String,
    // Stopped before its directory goes.
    process: Option<Process>,
    _directory: Option<TempDir>,
}

impl PostgresServer {
    /// The server of [`URL_VARIABLE`], or a new one.
    pub fn start() -> Result<Self> {
        match env::var(URL_VARIABLE) {
            Ok(url) if !url.is_empty() => Ok(Self { url, process: None, _directory: None }),
            _ => Self::start_private(),
        }
    }

    /// One server for all tests of this process.
    ///
    /// # Panics
    /// When it can't be started: a test that needs it must not pass without it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<PostgresServer> = OnceLock::new();
        SHARED.get_or_init(|| Self::start().unwrap_or_else(|error| panic!("no PostgreSQL: {error:?}")))
    }

    /// A new one, whatever the environment says.
    pub fn start_private() -> Result<Self> {
        let binaries = Binaries::find()?;
        leftovers::sweep();
        let directory = tempfile::Builder::new().prefix(leftovers::PREFIX).tempdir()?;
        let (process, url) = Process::start(&binaries, directory.path())?;
        Ok(Self { url, process: Some(process), _directory: Some(directory) })
    }

    /// URL of the database `postgres`, with the right to make others.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process id of a server that was started here.
    pub fn id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// URL of another database of this server.
    pub fn url_of(&self, database: &str) -> String {
        let (base, query) = self.url.split_once('?').map_or((self.url.as_str(), None), |(a, b)| (a, Some(b)));
        let host_end = base.find("://").map_or(0, |at| at + 3);
        let path = base[host_end..].find('/').map_or(base.len(), |at| host_end + at);
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}/{database}{query}", &base[..path])
    }

    /// Makes an empty database with a name that no other test uses; gives its URL.
    pub fn create_database(&self) -> Result<String> {
        let name = format!("t_{}", process::random_hex(12)?);
        let output = std::process::Command::new(Binaries::find_psql()?)
            .args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", &self.url])
            .args(["--command", &format!("create database {name}")])
            .output()
            .context("psql")?;
        ensure!(output.status.success(), "create database: {}", String::from_utf8_lossy(&output.stderr));
        Ok(self.url_of(&name))
    }
}
