//! The calls that were made (contract: 2.5).

use hookswitch_model::execution::{Attempt, Execution};
use hookswitch_model::{AgentId, Outcome, SessionId, ToolId};
use serde_json::{Value, json};

use super::prebuilt::Prebuilt;

/// What a session's id begins with in this dialect.
const PREFIX: &str = "call_";

/// A session's id here: what requests call `call_id`.
pub fn call_id(session: SessionId) -> String {
    format!("{PREFIX}{}", session.uuid())
}

/// The session of such an id.
pub fn session_of(call_id: &str) -> Option<SessionId> {
    let uuid = call_id.strip_prefix(PREFIX)?.parse().ok()?;
    Some(SessionId::from_uuid(uuid))
}

/// A call; with its redacted details where they are asked for.
pub fn view(execution: &Execution, prebuilt: Option<Prebuilt>, with_details: bool) -> Value {
    let is_ok = execution.outcome == Some(Outcome::Done);
    let tool_id = prebuilt.map(Prebuilt::id).or_else(|| execution.tool.map(ToolId::long));
    let mut shown = json!({
        "id": execution.id,
        "agent_id": execution.agent.map(AgentId::long),
        "tool_name": execution.tool_name,
        "ok": is_ok,
        "error": (!is_ok).then(|| error_of(execution)),
        "latency_ms": latency_of(execution),
        "call_id": execution.session.map(call_id),
        "ts": execution.created_at.seconds(),
        "tool_id": tool_id,
        "tool_call_id": execution.tool_call_id,
        "outcome": execution.outcome,
        "ts_ms": execution.created_at.micros().div_euclid(1000),
    });
    if let (true, Some(members)) = (with_details, shown.as_object_mut()) {
        let detail = &execution.detail;
        members.insert("arguments".to_owned(), detail.arguments.clone());
        members.insert("result".to_owned(), detail.told.clone());
        members.insert("attempts".to_owned(), detail.attempts.iter().map(attempt).collect());
    }
    shown
}

fn error_of(execution: &Execution) -> &str {
    if execution.timed_out {
        return "tool timed out";
    }
    match (&execution.error, execution.outcome) {
        (Some(error), _) => error,
        (None, None) => "still running",
        (None, Some(outcome)) => outcome.as_str(),
    }
}

/// Nothing was sent for a refused call.
fn latency_of(execution: &Execution) -> u64 {
    if execution.outcome == Some(Outcome::Refused) { 0 } else { execution.total_us.div_ceil(1000) }
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "number": attempt.number,
        "ts_ms": attempt.started_at.micros().div_euclid(1000),
        "status_code": attempt.status,
        "error": attempt.error,
        "latency_ms": attempt.timings.total_us.div_ceil(1000),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn call_ids_go_out_and_come_back() {
        let session = SessionId::generate();
        assert_eq!(session_of(&call_id(session)), Some(session));
        for text in ["", "call_", "call_x", "sess_1", &session.to_string()] {
            assert_eq!(session_of(text), None, "{text}");
        }
    }
}
