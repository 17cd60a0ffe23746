//! Sessions: live conversations.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::changes::DraftChanges;
use crate::id::{AgentId, OrgId, ProjectId, SessionId, ToolId};
use crate::mock::Mocks;
use crate::scope::Mode;
use crate::time::Stamp;

/// What the conversation runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Text, or a simulation.
    #[default]
    Text,
    /// A phone call.
    Phone,
    /// A web call.
    Web,
}

/// A tool as a session holds it: the version it had when the session started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PinnedTool {
    /// The tool.
    pub tool: ToolId,
    /// The version that was current.
    pub version: u32,
    /// The function name that the model sees, unique in the session.
    pub function: String,
    /// The binding's config, secret fields as references.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub config: Map<String, Value>,
    /// What the binding changes in that version.
    #[serde(default, skip_serializing_if = "DraftChanges::is_empty")]
    pub changes: DraftChanges,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Somebody ended it through the API.
    Ended,
    /// No socket, events or running calls for a while.
    Idle,
    /// It reached the longest time a session may last.
    TooLong,
    /// Its content was erased.
    Erased,
}

/// A stored session. Speech state is not stored: it starts from silence when loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Its number for dialects that show integers.
    pub number: i64,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// Live or test.
    pub mode: Mode,
    /// Its project.
    pub project: ProjectId,
    /// The agent it runs, if any.
    pub agent: Option<AgentId>,
    /// What it runs over.
    pub channel: Channel,
    /// Values for templates: `from`, `to`, `timezone`, …; the `system.` namespace.
    pub system: Map<String, Value>,
    /// Session variables; the `vars.` namespace.
    pub variables: Map<String, Value>,
    /// Its tools, pinned.
    pub tools: Vec<PinnedTool>,
    /// Answers that stand in for its tools: a simulation. None: its tools are carried out.
    pub mocks: Option<Mocks>,
    /// Free data of the owner.
    pub metadata: Map<String, Value>,
    /// When it started.
    pub created_at: Stamp,
    /// When it ended.
    pub ended_at: Option<Stamp>,
    /// When it ends at the latest, where that was set when it started.
    pub ends_by: Option<Stamp>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// Raised by each owner; an intent carries it.
    pub epoch: i64,
}
