//! Settings from defaults, a file, the environment and flags, in rising order. Every value remembers where it came
//! from, so that an error can say which line, variable or flag to mend.

mod aws;
mod file;
mod mount;
mod origin;
mod packages;
mod parse;
mod python;
mod settings;
mod telephony;

pub(crate) use mount::{MountPlace, MountSetting};
pub(crate) use origin::Origin;
pub(crate) use packages::PackagesConfig;
pub(crate) use python::PythonMode;
pub(crate) use settings::{Config, LogFormat, ServeFlags};
pub(crate) use telephony::{CallEngine, TelephonyConfig};

use origin::Given;

/// A setting that can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file can't be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{path}:{line}: {message}")]
    NotToml {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// The file names a setting that there is not.
    #[error("{origin}: there is no setting `{name}`{}", hint(*.nearest))]
    Unknown {
        /// Where it stands.
        origin: Origin,
        /// The name.
        name: String,
        /// A known name that is close to it.
        nearest: Option<&'static str>,
    },
    /// A value does not fit.
    #[error("{origin}: `{name}`: {message}")]
    Invalid {
        /// Where it came from.
        origin: Origin,
        /// The setting.
        name: &'static str,
        /// What is wrong.
        message: String,
    },
    /// Two settings do not go together.
    #[error("{0}")]
    Conflict(String),
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// Collects what was given, from the weakest source to the strongest.
pub(crate) fn load(flags: &ServeFlags, environment: &[(String, String)]) -> Result<Config, ConfigError> {
    let mut given = Given::default();
    if let Some(path) = settings::file_path(flags, environment) {
        file::read_into(&path, &mut given)?;
    }
    settings::environment_into(environment, &mut given);
    settings::flags_into(flags, &mut given);
    settings::build(&given, environment)
}

#[cfg(test)]
mod tests;
