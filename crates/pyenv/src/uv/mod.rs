//! uv, run as a process: an empty environment, wheels only, hashes always, bounded time, size and output. Nothing of a
//! package runs: sources are never built, and what is installed is only unpacked.

mod process;
mod reason;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Failure, FailureKind, PyenvError};
use crate::index::PackageIndex;
use crate::interpreter::Interpreter;
use crate::lock::Lock;
use crate::wanted::Wanted;

pub(crate) use process::{Bounds, run};

/// Longest resolving.
const RESOLVING: Duration = Duration::from_secs(90);
/// Longest download and unpacking.
const INSTALLING: Duration = Duration::from_mins(5);
/// Says its version.
const GREETING: Duration = Duration::from_secs(10);

/// A uv that works, and how to use it.
#[derive(Debug, Clone)]
pub(crate) struct Uv {
    binary: PathBuf,
    /// `0.13.8`.
    pub(crate) version: String,
    index: PackageIndex,
    cache: PathBuf,
}

impl Uv {
    /// Takes the first of these that runs.
    pub(crate) async fn find(
        places: &[PathBuf],
        index: &PackageIndex,
        cache: &Path,
    ) -> Result<Self, PyenvError> {
        let mut said = "none was named".to_owned();
        for binary in places {
            let bounds = Bounds { time: GREETING, ..Bounds::default() };
            match run(binary, &["--version".into()], &[], Path::new("/"), &bounds).await {
                Ok(done) if done.success => {
                    let version = done.stdout.split_whitespace().nth(1).unwrap_or_default().to_owned();
                    let (binary, cache) = (binary.clone(), cache.to_owned());
                    return Ok(Self { binary, version, index: index.clone(), cache });
                }
                Ok(done) => said = format!("{}: {}", binary.display(), done.stderr),
                Err(failure) => said = format!("{}: {}", binary.display(), failure.detail),
            }
        }
        Err(PyenvError::NoUv(said))
    }

    /// The binary.
    pub(crate) fn binary(&self) -> &Path {
        &self.binary
    }

    /// Finds versions that meet all requirements, and the hashes of their wheels. `before` is a date: nothing younger.
    pub(crate) async fn resolve(
        &self,
        wanted: &Wanted,
        interpreter: &Interpreter,
        before: Option<&str>,
        folder: &Path,
    ) -> Result<Lock, Failure> {
        let asked = folder.join("requirements.in");
        std::fs::write(&asked, wanted.text()).map_err(Failure::at("write the requirements"))?;
        let mut words =
            vec!["pip", "compile", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"];
        if let Some(before) = before {
            words.extend(["--exclude-newer", before]);
        }
        words.extend(["--output-file", "lock.txt", "requirements.in"]);
        self.work(&words, interpreter, folder, &Bounds { time: RESOLVING, ..Bounds::default() })
            .await
            .map_err(|failure| reason::name_requirement(failure, wanted))?;
        let text = std::fs::read_to_string(folder.join("lock.txt")).map_err(Failure::at("read the lock"))?;
        text.parse().map_err(|error: crate::lock::LockError| match error {
            crate::lock::LockError::TooLong => Failure::new(FailureKind::TooLarge, error.to_string()),
            crate::lock::LockError::Line(_) => {
                Failure::new(FailureKind::Refused("an address".to_owned()), format!("{error}: {text}"))
            }
        })
    }

    /// Unpacks the wheels of a lock into `site` below the folder.
    pub(crate) async fn install(
        &self,
        lock: &Lock,
        interpreter: &Interpreter,
        folder: &Path,
        largest: u64,
    ) -> Result<(), Failure> {
        let text = lock.to_string();
        std::fs::write(folder.join("lock.txt"), &text).map_err(Failure::at("write the lock"))?;
        let words = [
            "pip",
            "install",
            "--require-hashes",
            "--no-deps",
            "--target",
            "site",
            "--link-mode",
            "hardlink",
            "--quiet",
            "--requirements",
            "lock.txt",
        ];
        let watched = vec![folder.to_owned(), self.cache.clone()];
        let bounds = Bounds {
            time: INSTALLING,
            grows: Some((watched, largest)),
            largest_file: Some(largest),
            ..Bounds::default()
        };
        self.work(&words, interpreter, folder, &bounds).await
    }

    /// One run of uv in a folder. Its errors are read.
    async fn work(
        &self,
        words: &[&str],
        interpreter: &Interpreter,
        folder: &Path,
        bounds: &Bounds,
    ) -> Result<(), Failure> {
        let mut arguments: Vec<_> = words.iter().map(Into::into).collect();
        arguments
            .extend(["--no-config", "--no-build", "--no-sources", "--no-python-downloads"].map(Into::into));
        arguments.extend(["--keyring-provider", "disabled", "--color", "never", "--python"].map(Into::into));
        arguments.push(interpreter.executable.clone().into());
        arguments.extend(["--cache-dir".into(), self.cache.clone().into()]);
        let mut variables: Vec<(&str, String)> = vec![
            // The machine's certificate authorities, as everything else on it uses.
            ("UV_SYSTEM_CERTS", "1".to_owned()),
            ("UV_NO_PROGRESS", "1".to_owned()),
            ("UV_HTTP_RETRIES", "2".to_owned()),
            // No credentials of the user that serves.
            ("NETRC", "/dev/null".to_owned()),
            ("TMPDIR", folder.display().to_string()),
        ];
        variables.extend(self.index.variables());
        let done = run(&self.binary, &arguments, &variables, folder, bounds).await?;
        if done.success { Ok(()) } else { Err(reason::read(&done.stderr)) }
    }
}
