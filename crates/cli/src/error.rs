//! What can go wrong, the exit code that tells programs, and the hint that tells people what to do next.

use std::path::PathBuf;
use std::time::Duration;

use crate::api::Problem;

/// How a command ended; the exit code of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked.
    Done = 0,
    /// It failed, or the outcome of a tool call is not `done`.
    Failed = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// No server answered.
    Unreachable = 3,
    /// The key is missing, wrong, or may not do this.
    Denied = 4,
    /// There is no such thing.
    NotFound = 5,
    /// It contradicts what is there.
    Conflict = 6,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Arguments or settings that can't be used.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do instead.
        hint: String,
    },
    /// No connection, or none that lasted.
    #[error("can't reach {url}: {reason}")]
    Unreachable {
        /// The server's base URL.
        url: String,
        /// What the system said.
        reason: String,
    },
    /// No answer in time.
    #[error("no answer from {url} within {} s", after.as_secs_f64())]
    TimedOut {
        /// The server's base URL.
        url: String,
        /// The limit.
        after: Duration,
    },
    /// Something answers there, but not hookswitch.
    #[error("{url} answers with {status}, but not like a hookswitch server")]
    Foreign {
        /// The server's base URL.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// The server said no.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// A name that means nothing here.
    #[error("there is no {what} {name:?}")]
    NotFound {
        /// `tool`, `agent`.
        what: &'static str,
        /// As given.
        name: String,
    },
    /// A name that means several things.
    #[error("{} {what}s are called {name:?}: {}", ids.len(), ids.join(", "))]
    Ambiguous {
        /// `agent`, `project`.
        what: &'static str,
        /// As given.
        name: String,
        /// What it could mean.
        ids: Vec<String>,
    },
    /// A file that can't be read or understood.
    #[error("{}{}: {message}", file.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
    File {
        /// Where.
        file: PathBuf,
        /// First line is 1.
        line: Option<usize>,
        /// What is wrong.
        message: String,
    },
    /// The files have errors, which have been shown.
    #[error("nothing was written: {errors} error{} found", if *errors == 1 { "" } else { "s" })]
    Findings {
        /// How many.
        errors: usize,
    },
    /// The person said no.
    #[error("nothing was done")]
    Declined,
    /// Nobody is there to be asked.
    #[error("{question} Nobody can answer: this is no terminal")]
    NeedsYes {
        /// What would have been asked.
        question: String,
    },
    /// Output or input of this process.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl CliError {
    /// A mistake on the command line.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: hint.into() }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage { .. } | Self::NeedsYes { .. } => Exit::Usage,
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Foreign { .. } => Exit::Unreachable,
            Self::Problem(problem) => problem.exit(),
            Self::NotFound { .. } => Exit::NotFound,
            Self::Ambiguous { .. } => Exit::Conflict,
            // Whoever read our output has had enough: `hookswitch tools list | head`.
            Self::Io(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Done,
            Self::File { .. } | Self::Findings { .. } | Self::Declined | Self::Io(_) => Exit::Failed,
        }
    }

    /// What to do next, as one line.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Usage { hint, .. } => hint.clone(),
            Self::Unreachable { reason, .. } if reason.contains("certificate") => {
                "for a certificate of your own authority set SSL_CERT_FILE to its PEM file".to_owned()
            }
            Self::Unreachable { .. } => {
                "start a server with `hookswitch serve`, or name yours with --url or HOOKSWITCH_URL"
                    .to_owned()
            }
            Self::TimedOut { .. } => "give it longer with --timeout 60s".to_owned(),
            Self::Foreign { .. } => "check --url or HOOKSWITCH_URL".to_owned(),
            Self::Problem(problem) => return problem.hint(),
            Self::NotFound { what, .. } => format!("`hookswitch {what}s list` shows what there is"),
            Self::Ambiguous { .. } => "give the id instead of the name".to_owned(),
            Self::NeedsYes { .. } => "add --yes to go ahead without being asked".to_owned(),
            Self::Findings { .. } => "correct the lines shown above and run the command again".to_owned(),
            Self::File { .. } | Self::Declined | Self::Io(_) => return None,
        })
    }
}
