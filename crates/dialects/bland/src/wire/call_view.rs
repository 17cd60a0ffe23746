//! A call as it is shown: its session with what its tools did (bland: 2.6).

use std::collections::HashMap;

use hookswitch_model::execution::Execution;
use hookswitch_model::session::Session;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Outcome, Stamp, ToolId};
use serde_json::{Map, Value, json};

use super::call::PLACE;
use super::ids::{call_text, tool_text};
use super::shown::skipped_mappings;
use super::trial::{mappings, milliseconds, request};

/// Values of a call's session that are shown as variables.
const SHOWN_VALUES: [&str; 11] = [
    "phone_number",
    "from",
    "to",
    "short_from",
    "short_to",
    "timezone",
    "country",
    "state",
    "city",
    "zip",
    "language",
];

/// The tools of executions, by tool and version; those that are gone are absent.
pub type Tools = HashMap<(ToolId, u32), StoredTool>;

/// A bare object. `executions` are in the order in which they came.
pub fn call(session: &Session, executions: &[Execution], tools: &Tools) -> Value {
    let id = call_text(session.id);
    let ours = session.metadata.get(PLACE).and_then(Value::as_object);
    let metadata = match ours {
        Some(ours) => ours.get("metadata").cloned().unwrap_or(json!({})),
        None => Value::Object(session.metadata.clone()),
    };
    let request_data = ours.and_then(|ours| ours.get("request_data")).cloned().unwrap_or(json!({}));
    let text = |name: &str| session.system.get(name).filter(|value| value.is_string());
    let ended = session.ended_at;
    json!({
        "call_id": id,
        "c_id": id,
        "completed": ended.is_some(),
        "queue_status": if ended.is_some() { "complete" } else { "started" },
        "inbound": text("direction").is_some_and(|direction| direction == "inbound"),
        "from": text("from"),
        "to": text("to"),
        "batch_id": null,
        "created_at": session.created_at,
        "started_at": session.created_at,
        "end_at": ended,
        "call_length": ended.map(|end| minutes(session.created_at, end)),
        "error_message": null,
        "answered_by": null,
        "record": false,
        "recording_url": null,
        "metadata": metadata,
        "request_data": request_data,
        "summary": null,
        "concatenated_transcript": "",
        "transcripts": [],
        "variables": variables(session, executions),
        "tool_calls": executions.iter().map(|execution| tool_call(execution, tools)).collect::<Vec<_>>(),
    })
}

/// Minutes with two decimals.
fn minutes(from: Stamp, to: Stamp) -> f64 {
    (to.since(from).as_secs_f64() / 60.0 * 100.0).round() / 100.0
}

/// Values of the call, the last input, then everything that was set.
fn variables(session: &Session, executions: &[Execution]) -> Value {
    let mut shown = Map::new();
    shown.insert("call_id".to_owned(), json!(call_text(session.id)));
    for name in SHOWN_VALUES {
        if let Some(value) = session.system.get(name) {
            shown.insert(name.to_owned(), value.clone());
        }
    }
    // What was refused was no input: it may not even fit. Of an erased one nothing is left.
    let was_input = |execution: &&Execution| {
        execution.outcome != Some(Outcome::Refused) && !execution.detail.arguments.is_null()
    };
    if let Some(last) = executions.iter().rev().find(was_input) {
        shown.insert("input".to_owned(), last.detail.arguments.clone());
    }
    for (name, value) in &session.variables {
        // The values of the call win over variables of their names, as they do in templates.
        let is_value =
            matches!(name.as_str(), "call_id" | "phone_number" | "from" | "to" | "short_from" | "short_to");
        if !is_value || !shown.contains_key(name) {
            shown.insert(name.clone(), value.clone());
        }
    }
    Value::Object(shown)
}

fn tool_call(execution: &Execution, tools: &Tools) -> Value {
    let tool = execution.tool.zip(execution.tool_version).and_then(|key| tools.get(&key));
    let detail = &execution.detail;
    let skipped = match (tool, execution.outcome) {
        (Some(tool), Some(Outcome::Done)) => skipped_mappings(&tool.draft),
        _ => Vec::new(),
    };
    json!({
        "id": execution.tool_call_id,
        "tool_id": execution.tool.map(tool_text),
        "name": tool.map_or(execution.tool_name.as_str(), |tool| tool.draft.name.as_str()),
        "outcome": execution.outcome,
        "request": detail.request.as_ref().map(request),
        "status_code": detail.response_status,
        "response": detail.response,
        "mappings": mappings(&detail.variables, &skipped),
        "unset_variables": detail.unset,
        "duration_ms": milliseconds(execution.total_us),
        "timed_out": execution.timed_out,
        "error": execution.error,
    })
}
