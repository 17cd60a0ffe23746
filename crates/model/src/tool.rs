//! Tools: the stored row.

use serde::Serialize;

use crate::draft::ToolDraft;
use crate::id::{KeyId, OrgId, ProjectId, ToolId};
use crate::name::ToolName;
use crate::scope::{Dialect, Mode};
use crate::time::Stamp;

/// A tool as stored: the row and the draft of its current version.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTool {
    /// Its id; its UUID is the same in every dialect.
    pub id: ToolId,
    /// Its number for dialects that show integers: unique per server, never reused.
    pub number: i64,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// Live or test.
    pub mode: Mode,
    /// Its project.
    pub project: ProjectId,
    /// Unique per organisation and mode.
    pub name: ToolName,
    /// The dialect it was made in.
    pub dialect: Dialect,
    /// Disabled tools are not offered; a call to one is refused.
    pub enabled: bool,
    /// The current version: 1, 2, 3, …
    pub version: u32,
    /// The written form of the current version, secrets as references.
    pub draft: ToolDraft,
    /// When it was made.
    pub created_at: Stamp,
    /// When it last changed.
    pub updated_at: Stamp,
}

/// One saved version of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolVersion {
    /// The tool.
    pub tool: ToolId,
    /// 1, 2, 3, …
    pub version: u32,
    /// The written form, secrets as references.
    pub draft: ToolDraft,
    /// Who saved it.
    pub saved_by: Option<KeyId>,
    /// When it was saved.
    pub saved_at: Stamp,
}

/// Counters of a tool or of a binding, derived from outcomes. Replayed and joined answers do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CallStats {
    /// Executions that ended, refused and cancelled ones apart.
    pub calls: u64,
    /// Those with outcome `done`.
    pub done: u64,
    /// Those with outcome `failed`.
    pub failed: u64,
    /// Those with outcome `unknown`, until settled.
    pub unknown: u64,
    /// Calls that were refused.
    pub refused: u64,
    /// Those that ended with the soft timeout.
    pub timed_out: u64,
    /// Sum of their times in microseconds.
    pub total_us: u64,
    /// When the last one ended, microseconds since 1970; 0 when none did.
    pub last_at_us: i64,
}
