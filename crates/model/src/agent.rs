//! Agents: what a session is started with.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::brain::BrainDraft;
use crate::id::{AgentId, OrgId, ProjectId};
use crate::name::AgentName;
use crate::scope::Mode;
use crate::time::Stamp;

/// What an agent is made of; the part that people write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentDraft {
    /// Its name, unique per project and mode.
    pub name: AgentName,
    /// What the brain is told about its role; a template over session variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// What is said first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// IANA time zone of system variables. Default: `UTC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Defaults of session variables.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub variables: Map<String, Value>,
    /// Free data of the owner.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// It starts no session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// The endpoint of its built-in brain; absent: an external runtime decides what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brain: Option<BrainDraft>,
    /// What only one dialect's form knows.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extras: Map<String, Value>,
}

impl AgentDraft {
    /// An agent with nothing but a name.
    pub fn new(name: AgentName) -> Self {
        Self {
            name,
            prompt: None,
            greeting: None,
            timezone: None,
            variables: Map::new(),
            metadata: Map::new(),
            disabled: false,
            brain: None,
            extras: Map::new(),
        }
    }
}

/// A stored agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// Its number for dialects that show integers.
    pub number: i64,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// Live or test.
    pub mode: Mode,
    /// Its project.
    pub project: ProjectId,
    /// What it is made of.
    pub draft: AgentDraft,
    /// When it was made.
    pub created_at: Stamp,
    /// When it last changed.
    pub updated_at: Stamp,
}
