//! Why there is no sandbox.

use std::io;

/// Errors of starting and preparing. Texts are for the operator.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// No CPython to use.
    #[error("no usable Python: {0}")]
    NoPython(String),
    /// The launcher could not make the box.
    #[error("the sandbox can't be built here: {reason}. {remedy}")]
    NotIsolated {
        /// Step and system error.
        reason: String,
        /// What to change on this machine.
        remedy: &'static str,
    },
    /// The box was built and something got out of it.
    #[error("the sandbox is not tight, tools stay off: {0}")]
    Escaped(String),
    /// A zygote did not come up.
    #[error("the Python of set {set} did not start: {reason}")]
    NotStarted {
        /// Dependency set.
        set: String,
        /// What it said last.
        reason: String,
    },
    /// No set of this name.
    #[error("there is no dependency set {0}")]
    UnknownSet(String),
    /// Something in a tool's definition that no process could run.
    #[error("{0}")]
    BadTool(&'static str),
    /// Every place for a tenant is taken by one at work.
    #[error("the sandbox has no room for another tenant")]
    Full,
    /// The system refused something.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Its error.
        source: io::Error,
    },
}

impl SandboxError {
    pub(crate) fn system(what: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::System { what, source }
    }

    /// A launcher's failure, with advice for the steps that fail on hardened hosts and in containers.
    pub(crate) fn not_isolated(reason: String) -> Self {
        let remedy = if reason.contains("user namespace") || reason.starts_with("map ") {
            "Allow unprivileged user namespaces (kernel.unprivileged_userns_clone=1, user.max_user_namespaces > 0; \
             on Ubuntu an AppArmor profile with `userns,` for this binary)"
        } else if reason.contains("dependency set") {
            "The sandbox user must be able to read the set's folders and those above them"
        } else if reason.contains("namespaces") || reason.contains("mount") || reason.contains("root") {
            "In a container, allow unshare, mount and pivot_root in its seccomp and AppArmor profile"
        } else if reason.contains("execute CPython") {
            "The sandbox user must be able to read and run this Python; set another interpreter"
        } else {
            "See the log for the step that failed"
        };
        Self::NotIsolated { reason, remedy }
    }
}
