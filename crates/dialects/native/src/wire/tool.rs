//! Tools on the wire.

use hookswitch_engine::PackageState;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::name::ToolName;
use hookswitch_model::tool::{CallStats, StoredTool, ToolVersion};
use hookswitch_model::{Dialect, Effect, KeyId, ProjectId, Stamp, ToolId};
use hookswitch_registry::{Percentiles, SavedTool, redact_draft};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::finding::{Finding, findings_of};
use super::{draft, ids, words};

/// A tool.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tool {
    /// Its id.
    #[schema(value_type = ids::ToolId)]
    pub id: ToolId,
    /// Its name.
    #[schema(value_type = String, example = "book_appointment")]
    pub name: ToolName,
    /// The current version: 1, 2, 3, …
    #[schema(minimum = 1)]
    pub version: u32,
    /// The API it was made in.
    #[schema(value_type = words::Dialect)]
    pub dialect: Dialect,
    /// A disabled tool is not offered, and a call to it is refused.
    pub enabled: bool,
    /// Its project.
    #[schema(value_type = ids::ProjectId)]
    pub project_id: ProjectId,
    /// When it was made.
    #[schema(value_type = ids::Moment)]
    pub created_at: Stamp,
    /// When it last changed.
    #[schema(value_type = ids::Moment)]
    pub updated_at: Stamp,
    /// The effect that counts: the declared one, else the default of kind and method.
    #[schema(value_type = words::Effect)]
    pub effect: Effect,
    /// How the packages stand that a Python tool asks for. Absent when it asks for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packages: Option<Packages>,
    /// As written, with `[REDACTED]` for sealed values. Can be sent back: such values are then kept.
    #[schema(value_type = draft::ToolDraft)]
    pub definition: ToolDraft,
}

/// Packages of a Python tool.
#[derive(Debug, Serialize, ToSchema)]
pub struct Packages {
    /// Until they are `ready`, calls are refused.
    #[schema(value_type = words::PackageState)]
    pub state: &'static str,
    /// Why they can't be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Requirement not available: pandas>=9")]
    pub reason: Option<String>,
}

impl From<PackageState> for Packages {
    fn from(state: PackageState) -> Self {
        match state {
            PackageState::Building => Self { state: "building", reason: None },
            PackageState::Ready => Self { state: "ready", reason: None },
            PackageState::Failed(why) => Self { state: "failed", reason: Some(why) },
        }
    }
}

impl From<StoredTool> for Tool {
    fn from(tool: StoredTool) -> Self {
        Self {
            id: tool.id,
            packages: None,
            effect: tool.draft.effective_effect(),
            definition: redact_draft(&tool.draft),
            name: tool.name,
            version: tool.version,
            dialect: tool.dialect,
            enabled: tool.enabled,
            project_id: tool.project,
            created_at: tool.created_at,
            updated_at: tool.updated_at,
        }
    }
}

/// A tool that was just saved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedTool)]
pub struct SavedToolView {
    /// The tool.
    #[serde(flatten)]
    pub tool: Tool,
    /// The secret that signs its requests. Shown this once, when the tool got it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_…")]
    pub signing_secret: Option<String>,
    /// Warnings: it is saved, and somebody should look.
    pub findings: Vec<Finding>,
    /// Whether the request created it.
    pub created: bool,
    /// Whether the request saved a version: a definition equal to the stored one saves none.
    pub changed: bool,
}

impl From<SavedTool> for SavedToolView {
    fn from(saved: SavedTool) -> Self {
        Self {
            tool: saved.tool.into(),
            // The one answer that may carry it.
            signing_secret: saved.signing_secret.map(|secret| secret.expose_secret().to_owned()),
            findings: findings_of(&saved.findings),
            created: saved.is_new,
            changed: saved.is_changed,
        }
    }
}

/// A saved version of a tool.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ToolVersion)]
pub struct ToolVersionView {
    /// The tool.
    #[schema(value_type = ids::ToolId)]
    pub tool_id: ToolId,
    /// 1, 2, 3, …
    #[schema(minimum = 1)]
    pub version: u32,
    /// The key that saved it.
    #[schema(value_type = Option<ids::KeyId>)]
    pub saved_by: Option<KeyId>,
    /// When it was saved.
    #[schema(value_type = ids::Moment)]
    pub saved_at: Stamp,
    /// As written, with `[REDACTED]` for sealed values.
    #[schema(value_type = draft::ToolDraft)]
    pub definition: ToolDraft,
}

impl From<ToolVersion> for ToolVersionView {
    fn from(version: ToolVersion) -> Self {
        Self {
            tool_id: version.tool,
            version: version.version,
            saved_by: version.saved_by,
            saved_at: version.saved_at,
            definition: redact_draft(&version.draft),
        }
    }
}

/// Which version to put back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// A saved version.
    #[schema(minimum = 1)]
    pub version: u32,
}

/// A new signing secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct RotatedSecret {
    /// The new secret. Shown this once.
    #[schema(example = "whsec_…")]
    pub signing_secret: String,
    /// Until then requests are signed with the secret before, too.
    #[schema(value_type = ids::Moment)]
    pub previous_valid_until: Stamp,
}

/// What a check of a definition found. Nothing is saved.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checked {
    /// Whether it could be saved.
    pub valid: bool,
    /// All errors and warnings.
    pub findings: Vec<Finding>,
    /// The effect that would count.
    #[schema(value_type = words::Effect)]
    pub effect: Effect,
    /// The function as a model would see it; null for a definition with errors.
    #[schema(value_type = Option<super::session::FunctionSchema>)]
    pub function: Option<serde_json::Value>,
    /// What the subsets of model providers leave out of its schema; empty for a definition with errors.
    pub lowering: Vec<super::lowering::LoweredBody>,
}

/// Counters of a tool. Replayed and joined answers and tests do not count.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stats {
    /// Executions that ended, refused and cancelled ones apart.
    pub calls: u64,
    /// Outcome `done`.
    pub done: u64,
    /// Outcome `failed`.
    pub failed: u64,
    /// Outcome `unknown`, until settled.
    pub unknown: u64,
    /// Refused calls.
    pub refused: u64,
    /// Answered with the soft timeout.
    pub timed_out: u64,
    /// `done` of `calls`, 0 to 1; null without calls.
    #[schema(minimum = 0, maximum = 1)]
    pub success_rate: Option<f64>,
    /// Average time, in milliseconds; null without calls.
    pub average_ms: Option<f64>,
    /// Half of the calls were quicker, in milliseconds; null without calls on record.
    pub p50_ms: Option<f64>,
    /// 95 of 100 calls were quicker.
    pub p95_ms: Option<f64>,
    /// 99 of 100 calls were quicker.
    pub p99_ms: Option<f64>,
    /// When the last one ended.
    #[schema(value_type = Option<ids::Moment>)]
    pub last_at: Option<Stamp>,
}

impl From<(CallStats, Percentiles)> for Stats {
    fn from((stats, percentiles): (CallStats, Percentiles)) -> Self {
        let some = |value: f64| (stats.calls > 0).then_some(value);
        let percentile = |us: u64| (percentiles.count > 0).then(|| super::millis(us));
        Self {
            calls: stats.calls,
            done: stats.done,
            failed: stats.failed,
            unknown: stats.unknown,
            refused: stats.refused,
            timed_out: stats.timed_out,
            success_rate: some(stats.done as f64 / stats.calls.max(1) as f64),
            average_ms: some(super::millis(stats.total_us / stats.calls.max(1))),
            p50_ms: percentile(percentiles.p50_us),
            p95_ms: percentile(percentiles.p95_us),
            p99_ms: percentile(percentiles.p99_us),
            last_at: (stats.last_at_us > 0).then(|| Stamp::from_micros(stats.last_at_us)),
        }
    }
}
