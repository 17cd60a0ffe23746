//! Settings of Python tools.

use std::path::PathBuf;

use hookswitch_executors::python::{Identity, SandboxSettings};

use super::ConfigError;
use super::origin::Given;
use super::parse;

/// What becomes of a server that can't run Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PythonMode {
    /// It serves everything else.
    Auto,
    /// It does not start.
    Required,
    /// It is not to.
    Off,
}

/// How Python tools are run.
#[derive(Debug, Clone)]
pub(crate) struct PythonConfig {
    pub(crate) mode: PythonMode,
    pub(crate) interpreter: Option<PathBuf>,
    /// Who code runs as when the server is root.
    pub(crate) identity: Identity,
    /// Memory of all running calls, MiB; `None`: by what the machine has.
    pub(crate) memory_mib: Option<u32>,
    pub(crate) running_per_tenant: u32,
    pub(crate) spares: u32,
}

pub(super) fn build(given: &Given) -> Result<PythonConfig, ConfigError> {
    let defaults = SandboxSettings::default();
    let number = |name, otherwise: u32| {
        parse::optional::<u32>(given, name, "a number").map(|number| number.unwrap_or(otherwise))
    };
    Ok(PythonConfig {
        mode: mode(given)?,
        interpreter: parse::text(given, "python_interpreter")?
            .filter(|path| !path.is_empty())
            .map(PathBuf::from),
        identity: identity(given, defaults.identity)?,
        memory_mib: parse::optional(given, "python_memory_mb", "a number")?,
        running_per_tenant: number("python_calls_per_org", defaults.running_per_tenant)?.max(1),
        spares: number("python_spares", defaults.spares)?,
    })
}

fn mode(given: &Given) -> Result<PythonMode, ConfigError> {
    match (parse::text(given, "python")?.as_deref(), given.get("python")) {
        (Some("required"), _) => Ok(PythonMode::Required),
        (Some("off"), _) => Ok(PythonMode::Off),
        (Some(text), Some(value)) if text != "auto" => {
            Err(parse::invalid("python", value, "auto, required or off".to_owned()))
        }
        _ => Ok(PythonMode::Auto),
    }
}

/// `uid` or `uid:gid`; never root.
fn identity(given: &Given, otherwise: Identity) -> Result<Identity, ConfigError> {
    let (Some(text), Some(value)) = (parse::text(given, "python_user")?, given.get("python_user")) else {
        return Ok(otherwise);
    };
    let (uid, gid) = text.split_once(':').unwrap_or((&text, &text));
    match (uid.parse(), gid.parse()) {
        (Ok(uid), Ok(gid)) if uid > 0 && gid > 0 => Ok(Identity { uid, gid }),
        _ => Err(parse::invalid("python_user", value, "uid or uid:gid, not those of root".to_owned())),
    }
}
