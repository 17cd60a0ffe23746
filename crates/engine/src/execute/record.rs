//! The record of a call.

use hookswitch_executors::{Redactor, blot};
use hookswitch_model::Outcome;
use hookswitch_model::definition::Definition;
use hookswitch_model::execution::{
    Attempt, CodeRecord, Execution, ExecutionDetail, ExtractedVariable, RequestRecord,
};
use hookswitch_model::secret::REDACTED;
use serde_json::{Map, Value};

use crate::session::{LiveSession, Work};
use crate::told;

/// How a call ended, ready to be recorded and told.
#[derive(Debug, Default)]
pub(crate) struct Finish {
    pub(crate) outcome: Option<Outcome>,
    pub(crate) timed_out: bool,
    pub(crate) error: Option<String>,
    /// Code of a refusal.
    pub(crate) code: Option<&'static str>,
    pub(crate) told: Value,
    /// The same for the record; null where nothing in it is sensitive.
    pub(crate) recorded_told: Value,
    pub(crate) request: Option<RequestRecord>,
    pub(crate) response_status: Option<u16>,
    pub(crate) response: Value,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) unset: Vec<String>,
    pub(crate) variables: Map<String, Value>,
    pub(crate) extracted: Vec<ExtractedVariable>,
    /// What code left beside its answer.
    pub(crate) code_record: Option<CodeRecord>,
    pub(crate) queue_us: u64,
}

impl Finish {
    pub(crate) fn done(told: Value) -> Self {
        Self { outcome: Some(Outcome::Done), response: told.clone(), told, ..Self::default() }
    }

    pub(crate) fn refused(code: &'static str, error: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::ended(Outcome::Refused, error) }
    }

    pub(crate) fn cancelled() -> Self {
        Self::ended(Outcome::Cancelled, "cancelled")
    }

    pub(crate) fn ended(outcome: Outcome, error: impl Into<String>) -> Self {
        let error = error.into();
        Self {
            outcome: Some(outcome),
            told: told::failure(outcome, &error),
            error: Some(error),
            ..Self::default()
        }
    }

    /// The soft timeout: the same text for all outcomes.
    pub(crate) fn timed_out(outcome: Outcome) -> Self {
        Self {
            outcome: Some(outcome),
            timed_out: true,
            told: told::timed_out(),
            error: Some("tool timed out".to_owned()),
            ..Self::default()
        }
    }
}

/// A record with nothing in it but who asked for what.
pub(crate) fn blank_record(session: &LiveSession, work: &Work) -> Execution {
    Execution {
        id: work.execution,
        org: session.scope.org,
        mode: session.scope.mode,
        session: Some(session.id),
        agent: session.cast().agent,
        tool: work.tool.as_ref().map(|tool| tool.prepared.id),
        tool_version: work.tool.as_ref().map(|tool| tool.prepared.version),
        tool_name: work.name.clone(),
        tool_call_id: work.tool_call_id.clone(),
        act: None,
        outcome: None,
        timed_out: false,
        test: session.is_simulated(),
        error: None,
        detail: ExecutionDetail::default(),
        queue_us: 0,
        total_us: 0,
        created_at: work.created_at,
        ended_at: None,
    }
}

/// The arguments as the record keeps them: sensitive ones replaced.
pub(crate) fn recorded_arguments(work: &Work) -> Value {
    let sensitive = work.tool.as_ref().map(|tool| &tool.prepared.definition.sensitive_arguments);
    let mut arguments = work.arguments.clone();
    if let (Some(sensitive), Some(members)) = (sensitive, arguments.as_object_mut()) {
        for name in sensitive {
            if let Some(value) = members.get_mut(name) {
                *value = Value::from(REDACTED);
            }
        }
    }
    arguments
}

/// The values of sensitive arguments, which are blotted out of the recorded request and answer as well.
pub(crate) fn sensitive_values(definition: &Definition, arguments: &Value) -> Vec<Value> {
    definition.sensitive_arguments.iter().filter_map(|name| arguments.get(name)).cloned().collect()
}

/// A value with the parts at these paths replaced, then scanned for opened secrets.
pub(crate) fn clean(
    value: Value,
    sensitive: &[hookswitch_template::Extraction],
    redactor: &Redactor,
) -> Value {
    if sensitive.is_empty() {
        return redactor.value(value, false);
    }
    // Found by value: what a path selects is blotted out wherever it stands in the answer.
    let found = sensitive.iter().map(|path| path.evaluate(&value).value);
    let hidden: Vec<Value> = found
        .flat_map(|found| match found {
            Value::Array(items) => items,
            Value::Null => Vec::new(),
            other => vec![other],
        })
        .collect();
    redactor.value(blot(&value, &hidden), false)
}
