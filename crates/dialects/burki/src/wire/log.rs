//! Logs of executions (burki: 2.5, 3.6).

use std::collections::HashMap;

use hookswitch_model::execution::Execution;
use hookswitch_model::{AgentId, ExecutionId, Outcome, SessionId, ToolId};
use serde_json::{Value, json};

use super::lambda_result::is_invocation;
use super::moment::in_millis;
use super::query::Query;
use super::refusal::Refusal;
use super::trial::{error_of_code, logs_of};

/// Outcomes that have a log item. Refused calls were never tried, cancelled ones were withdrawn.
pub const LOGGED: [Outcome; 3] = [Outcome::Done, Outcome::Failed, Outcome::Unknown];
const STATUSES: &[&str] = &["success", "error", "timeout"];

/// Which items are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogQuery {
    /// Outcomes that they may have.
    pub outcomes: Vec<Outcome>,
    /// With the soft timeout, or without.
    pub timed_out: Option<bool>,
    /// Most of them.
    pub limit: u32,
    /// Of the tool with this number.
    pub tool: Option<i64>,
    /// Whether more is shown of each.
    pub with_details: bool,
}

impl LogQuery {
    /// Reads a query.
    pub fn read(mut query: Query) -> Result<Self, Refusal> {
        let status = query.word("status", STATUSES);
        let limit = query.integer("limit", 1, 500).unwrap_or(50);
        let tool = query.integer("tool_id", i64::MIN, i64::MAX);
        let with_details = query.text("include") == Some("details");
        query.finish()?;
        let (outcomes, timed_out) = match status {
            Some("success") => (vec![Outcome::Done], None),
            Some("error") => (vec![Outcome::Failed, Outcome::Unknown], Some(false)),
            Some("timeout") => (vec![Outcome::Failed, Outcome::Unknown], Some(true)),
            _ => (LOGGED.to_vec(), None),
        };
        Ok(Self { outcomes, timed_out, limit: u32::try_from(limit).unwrap_or(50), tool, with_details })
    }
}

/// The numbers that items show.
#[derive(Debug, Default)]
pub struct Numbers {
    /// Of tools; deleted ones have none.
    pub tools: HashMap<ToolId, i64>,
    /// Of assistants.
    pub agents: HashMap<AgentId, i64>,
    /// Of calls.
    pub sessions: HashMap<SessionId, i64>,
}

/// The number of an execution, for which there is no column: milliseconds of its UUIDv7 shifted by 12 bits, and 12 of
/// its random bits. 53 bits, so that every JSON reader keeps them.
pub fn number_of(id: ExecutionId) -> u64 {
    let bits = id.uuid().as_u128();
    let millis = (bits >> 80) as u64 & ((1 << 41) - 1);
    millis << 12 | (bits as u64 & 0xfff)
}

/// An item.
pub fn item(execution: &Execution, numbers: &Numbers, with_details: bool) -> Value {
    let is_done = execution.outcome == Some(Outcome::Done);
    let status = match (is_done, execution.timed_out) {
        (_, true) => "timeout",
        (true, false) => "success",
        (false, false) => "error",
    };
    let attempts = execution.detail.attempts.len();
    let mut item = json!({
        "id": number_of(execution.id),
        "tool_id": execution.tool.and_then(|tool| numbers.tools.get(&tool)),
        "assistant_id": execution.agent.and_then(|agent| numbers.agents.get(&agent)),
        "call_id": execution.session.and_then(|session| numbers.sessions.get(&session)),
        "status": status,
        "duration_ms": (execution.total_us as f64 / 1000.0).round() as u64,
        "started_at": in_millis(execution.created_at),
        "completed_at": execution.ended_at.map(in_millis),
        "error_message": error_of(execution),
        "retry_count": attempts.saturating_sub(1),
    });
    if with_details {
        let detail = &execution.detail;
        item["parameters"] = detail.arguments.clone();
        item["result"] = detail.response.clone();
        item["model_result"] = detail.told.clone();
        item["outcome"] = json!(execution.outcome);
        item["attempts"] = json!(detail.attempts);
        if let Some(code) = &detail.code {
            item["logs"] = logs_of(code);
        }
    }
    item
}

/// What went wrong; of what kept an answer from coming only the kind.
fn error_of(execution: &Execution) -> Option<String> {
    let error = execution.error.clone()?;
    if execution.detail.code.is_some() || is_invocation(execution.detail.request.as_ref()) {
        return Some(error);
    }
    let last = execution.detail.attempts.last().filter(|last| last.status.is_none());
    let code = last.and_then(|last| last.error.as_deref()).filter(|_| !execution.timed_out);
    Some(code.map_or(error, error_of_code))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::wire::style::Style;

    #[test]
    fn numbers_fit_every_reader_and_stay() {
        let id = ExecutionId::generate();
        let number = number_of(id);
        assert!(number < 1 << 53, "{number}");
        let millis = u64::from_str_radix(&id.uuid().simple().to_string()[..12], 16).unwrap();
        assert_eq!((number >> 12, number_of(id)), (millis, number));
    }

    #[test]
    fn words_of_status_are_sets_of_outcomes() {
        let read = |status: &str| LogQuery::read(Query::new(vec![("status".to_owned(), status.to_owned())]));
        assert_eq!(read("success").unwrap().outcomes, [Outcome::Done]);
        assert_eq!(read("timeout").unwrap().timed_out, Some(true));
        assert_eq!(read("error").unwrap().timed_out, Some(false));
        let (status, body) = read("failure").unwrap_err().render(Style::V2);
        assert_eq!((status, &body["detail"][0]["type"]), (422, &json!("string_pattern_mismatch")));
        let all = LogQuery::read(Query::default()).unwrap();
        assert_eq!((all.limit, all.outcomes.len(), all.with_details), (50, 3, false));
    }
}
