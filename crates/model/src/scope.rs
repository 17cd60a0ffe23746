//! Who asks: organisation, mode, project, and the dialect that a definition was made in.

use serde::{Deserialize, Serialize};

use crate::id::{OrgId, ProjectId};

/// Live or test: two separate worlds of tools, agents, sessions and secrets within one organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Real traffic.
    Live,
    /// Trial traffic.
    Test,
}

impl Mode {
    /// `live` or `test`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

/// What every query is confined to. A query without one does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The tenant.
    pub org: OrgId,
    /// Its live or test world.
    pub mode: Mode,
    /// Narrowed to one project, where the request asks for that.
    pub project: Option<ProjectId>,
}

impl Scope {
    /// The scope over all projects of an organisation and mode.
    pub const fn new(org: OrgId, mode: Mode) -> Self {
        Self { org, mode, project: None }
    }

    /// The same scope narrowed to a project.
    #[must_use]
    pub const fn in_project(self, project: ProjectId) -> Self {
        Self { project: Some(project), ..self }
    }
}

/// The API that a tool was made in: it decides request form, templates, signature, ceiling and tries
/// (semantics: One registry, several dialects).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Our own API, CLI and files.
    Native,
    /// PyAI's custom tools.
    Pyai,
    /// Burki's tools.
    Burki,
    /// Phonic's tools.
    Phonic,
    /// Bland's custom tools.
    Bland,
}

impl Dialect {
    /// The dialect's name as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Pyai => "pyai",
            Self::Burki => "burki",
            Self::Phonic => "phonic",
            Self::Bland => "bland",
        }
    }
}
