//! Trials of tools on the wire.

use hookswitch_engine::{DryRun, Trial, TrialInput};
use hookswitch_model::{ExecutionId, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::execution::{CodeBody, RequestBody};
use super::{ids, millis, words};

/// What a tool is tried with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrialBody {
    /// The arguments.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub arguments: Map<String, Value>,
    /// Session variables.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub variables: Map<String, Value>,
    /// The binding's config.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub config: Map<String, Value>,
    /// Whether the request is only shown, not sent.
    #[serde(default)]
    #[schema(required = false)]
    pub dry_run: bool,
}

impl TrialBody {
    /// What the engine takes.
    pub fn into_input(self) -> TrialInput {
        TrialInput {
            system: Map::new(),
            arguments: Value::Object(self.arguments),
            variables: self.variables,
            config: self.config,
            dry_run: if self.dry_run { DryRun::Yes } else { DryRun::No },
        }
    }
}

/// How a trial went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Trial)]
pub struct TrialView {
    /// Whether nothing was sent.
    pub dry_run: bool,
    /// Its record; null for a dry run.
    #[schema(value_type = Option<ids::ExecutionId>)]
    pub execution_id: Option<ExecutionId>,
    /// How it ended; null for a dry run that could have been sent.
    #[schema(value_type = Option<words::Outcome>)]
    pub outcome: Option<Outcome>,
    /// What went wrong.
    pub error: Option<String>,
    /// The exact request, redacted.
    pub request: Option<RequestBody>,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// The answer, redacted.
    pub response: Value,
    /// What code left beside its answer: for the tool's author, never told to the model. Absent for other kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeBody>,
    /// What the model would be told.
    pub told: Value,
    /// Session variables that the answer would set.
    #[schema(value_type = Object)]
    pub variables: Map<String, Value>,
    /// Names that the templates met without a value.
    pub unset: Vec<String>,
    /// How long it took, in milliseconds.
    #[schema(minimum = 0)]
    pub duration_ms: f64,
}

impl TrialView {
    /// A trial of the engine.
    pub fn of(trial: Trial, dry_run: bool) -> Self {
        Self {
            dry_run,
            execution_id: trial.execution,
            outcome: trial.outcome,
            error: trial.error,
            request: trial.request.map(RequestBody::from),
            status: trial.status,
            response: trial.response,
            code: trial.code_record.map(CodeBody::from),
            told: trial.told,
            variables: trial.variables,
            unset: trial.unset,
            duration_ms: millis(trial.total_us),
        }
    }
}
