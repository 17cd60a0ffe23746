//! `tool_call_output_processed`: a call that is over.

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::execution::{Execution, RequestRecord};
use serde_json::{Map, Value, json};

use crate::wire::ids;
use crate::wire::tool::form::DEFAULT_TIMEOUT_MS;
use crate::wire::tool::kind::ToolType;

/// A call with what is known of its tool.
#[derive(Debug, Clone, Copy)]
pub struct Call<'c> {
    /// Its record.
    pub execution: &'c Execution,
    /// The id of its tool in messages.
    pub tool_id: &'c str,
    /// The tool's name.
    pub tool_name: &'c str,
    /// The tool's definition, while it is there.
    pub draft: Option<&'c ToolDraft>,
    /// Whether it ran while the user spoke.
    pub is_of_user: bool,
}

/// The message.
pub fn processed(call: Call<'_>) -> Value {
    let Call { execution, tool_id, tool_name, draft, is_of_user } = call;
    let detail = &execution.detail;
    let kind = draft.and_then(ToolType::of);
    let is_webhook = kind.map_or_else(|| detail.response_status.is_some(), |kind| kind == ToolType::Webhook);
    let request = detail.request.as_ref().filter(|_| is_webhook);
    let timeout = draft.and_then(|draft| draft.timeout_ms).map_or(DEFAULT_TIMEOUT_MS, |millis| millis.0);
    let called_at = detail.attempts.first().map(|attempt| attempt.started_at);
    let is_get = request.is_some_and(|request| request.method == "GET");
    let none = Value::Null;
    let response = if is_webhook && !execution.timed_out { &detail.response } else { &none };
    let error = execution.error.as_deref().or_else(|| execution.timed_out.then_some("tool timed out"));
    json!({
        "type": "tool_call_output_processed",
        "tool_call_id": ids::tool_call(execution.id),
        "tool": {"id": tool_id, "name": tool_name},
        "tool_config": draft.map(|draft| config(draft, timeout)),
        "endpoint_method": request.map(|request| &request.method),
        "endpoint_url": request.map(|request| request.url.split('?').next().unwrap_or_default()),
        "endpoint_timeout_ms": is_webhook.then_some(timeout),
        "endpoint_called_at": called_at.filter(|_| is_webhook),
        "query_params": request.map_or(Value::Null, query),
        "request_body": request.filter(|_| !is_get).map(|request| &request.body),
        "response_body": response,
        "response_status_code": detail.response_status.filter(|_| is_webhook && !execution.timed_out),
        "parameters": (!is_webhook).then_some(&detail.arguments),
        "output": if is_webhook || execution.timed_out { &none } else { &detail.told },
        "duration_ms": millis(execution.total_us),
        "timed_out": execution.timed_out,
        "error_message": error,
        "conversation_item_role": if is_of_user { "user" } else { "assistant" },
    })
}

fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// How the tool behaves: never its URL or headers.
fn config(draft: &ToolDraft, timeout: u64) -> Value {
    let speech = &draft.speech;
    let mut config = Map::new();
    let mut set = |name: &str, value: Value| drop(config.insert(name.to_owned(), value));
    set("execution_mode", json!(if speech.is_async { "async" } else { "sync" }));
    set("require_speech_before_tool_call", json!(speech.require_speech_before));
    set("wait_for_speech_before_tool_call", json!(speech.wait_for_speech_before));
    set("forbid_speech_after_tool_call", json!(speech.forbid_speech_after));
    set("forbid_tool_call_after_speech", json!(speech.forbid_call_after_speech));
    set("allow_tool_chaining", json!(speech.allow_chaining));
    set("wait_for_response", json!(speech.wait_for_response));
    set("uninterruptible", json!(speech.uninterruptible));
    set("can_run_during_user_speech", json!(speech.can_run_during_user_speech));
    match ToolType::of(draft) {
        Some(ToolType::Webhook) => set("endpoint_timeout_ms", json!(timeout)),
        Some(ToolType::WebSocket) => set("tool_call_output_timeout_ms", json!(timeout)),
        _ => {}
    }
    Value::Object(config)
}

/// The query as it was sent; null when there was none.
fn query(request: &RequestRecord) -> Value {
    let Some((_, query)) = request.url.split_once('?').filter(|(_, query)| !query.is_empty()) else {
        return Value::Null;
    };
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    Value::Object(pairs.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect())
}
