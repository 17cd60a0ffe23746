//! Events as lines of a call's log: one as a tool call starts, one as it ends.

use hookswitch_model::event::{EventKind, SessionEvent};
use hookswitch_model::execution::Execution;
use hookswitch_model::session::Session;
use serde_json::{Value, json};

/// The body of an event; none for events that are no line of the log.
pub(crate) fn line(event: &SessionEvent, session: &Session, execution: Option<&Execution>) -> Option<Value> {
    let message = match event.kind {
        EventKind::CallStarted => started(event, execution),
        EventKind::CallAnswered => answered(event, execution),
        _ => return None,
    };
    let call_id = session.id.uuid().to_string();
    Some(json!({"message": message, "call_id": call_id, "category": "call", "log_level": "info"}))
}

fn started(event: &SessionEvent, execution: Option<&Execution>) -> String {
    let name = event.data["tool"].as_str().unwrap_or("unknown");
    let input = match &event.data["arguments"] {
        Value::Null => execution.map_or(Value::Null, |execution| execution.detail.arguments.clone()),
        given => given.clone(),
    };
    format!("Executing custom tool: {name} with input: {input}")
}

fn answered(event: &SessionEvent, execution: Option<&Execution>) -> String {
    let outcome = event.data["outcome"].as_str().unwrap_or("unknown");
    let Some(execution) = execution else { return format!("Webhook Response: {outcome}") };
    let millis = (execution.total_us + 500) / 1000;
    let detail = &execution.detail;
    if let Some(status) = detail.response_status {
        return format!(
            "Webhook Response: {status} | Webhook Response Data: {} | Response Time: {millis}ms",
            detail.response
        );
    }
    let told = if detail.told.is_null() { json!(execution.error) } else { detail.told.clone() };
    format!("Webhook Response: {outcome} | Webhook Response Data: {told} | Response Time: {millis}ms")
}
