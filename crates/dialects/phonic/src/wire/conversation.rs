//! Conversations: sessions with their tool calls (contract: 2.9).

use std::collections::HashMap;

use hookswitch_model::execution::{Execution, RequestRecord};
use hookswitch_model::secret::{REDACTED, is_secret_name};
use hookswitch_model::session::{Channel, EndReason, Session};
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Stamp, ToolId};
use serde_json::{Map, Value, json};

use super::ids;
use super::tool::kind::ToolType;

/// A session and what belongs to it.
#[derive(Debug)]
pub struct Told<'c> {
    /// The session.
    pub session: &'c Session,
    /// Name of the organisation.
    pub workspace: &'c str,
    /// Name of the project; none when it is gone.
    pub project: Option<&'c str>,
    /// The agent as shown; none when there was none or it is gone.
    pub agent: Option<&'c Value>,
    /// Its executions, oldest first.
    pub executions: &'c [Execution],
    /// The tools that are still there.
    pub tools: &'c HashMap<ToolId, StoredTool>,
    /// When user turns ended, oldest first.
    pub user_turns: &'c [Stamp],
}

/// A conversation as it is shown.
pub fn conversation(told: &Told<'_>) -> Value {
    let session = told.session;
    let mut shown = Map::new();
    let mut set = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    set("id", json!(ids::conversation(session.id)));
    set("agent", agent_of(told));
    set("workspace", json!(told.workspace));
    set("project", json!({"id": ids::project(session.project), "name": told.project}));
    set("external_id", session.metadata.get("external_id").cloned().unwrap_or_default());
    set("origin", json!(origin(session)));
    set("started_at", json!(session.created_at));
    set("ended_at", json!(session.ended_at));
    set("ended_by", session.end_reason.map_or(Value::Null, |reason| json!(ended_by(reason))));
    let duration = session.ended_at.map(|end| end.since(session.created_at).as_millis() as u64);
    set("duration_ms", json!(duration));
    set("call_info", call_info(session));
    set("template_variables", texts(&session.variables));
    set("metadata", json!(session.metadata));
    // The settings of the conversation: its agent's.
    for name in SETTINGS {
        let value = told.agent.and_then(|agent| agent.get(name)).cloned().unwrap_or_default();
        set(name, value);
    }
    set("task_results", json!({}));
    set("analysis", json!({"latencies_ms": [], "interruptions_count": 0}));
    set("live_transcript", Value::Null);
    set("items", items(told));
    Value::Object(shown)
}

/// Settings that a conversation has from its agent.
const SETTINGS: [&str; 24] = [
    "welcome_message",
    "generate_welcome_message",
    "is_welcome_message_interruptible",
    "system_prompt",
    "background_noise_level",
    "background_noise",
    "boosted_keywords",
    "pronunciation_dictionary",
    "min_words_to_interrupt",
    "default_language",
    "additional_languages",
    "multilingual_mode",
    "push_to_talk",
    "intelligence_level",
    "generate_no_input_poke_text",
    "no_input_poke_sec",
    "no_input_poke_text",
    "no_input_end_conversation_sec",
    "websocket_timeout_sec",
    "vad_prebuffer_duration_ms",
    "vad_min_speech_duration_ms",
    "vad_min_silence_duration_ms",
    "vad_threshold",
    "enable_redaction",
];

fn agent_of(told: &Told<'_>) -> Value {
    let Some(id) = told.session.agent else { return Value::Null };
    let name = told.agent.and_then(|agent| agent.get("name")).cloned();
    let name = name.or_else(|| told.session.system.get("agent_name").cloned());
    json!({"id": ids::agent(id), "name": name, "is_deleted": told.agent.is_none()})
}

fn origin(session: &Session) -> &'static str {
    match (session.channel, session.system.get("direction").and_then(Value::as_str)) {
        (Channel::Phone, Some("outbound")) => "outbound",
        (Channel::Phone, _) => "inbound",
        _ => "direct",
    }
}

const fn ended_by(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Ended | EndReason::Erased => "user",
        EndReason::Idle => "assistant_silence_limit_reached",
        EndReason::TooLong => "error",
    }
}

fn call_info(session: &Session) -> Value {
    if session.channel != Channel::Phone {
        return Value::Null;
    }
    let value = |name: &str| session.system.get(name).cloned().unwrap_or_default();
    let mut info = Map::new();
    info.insert("from_phone_number".to_owned(), value("from"));
    info.insert("to_phone_number".to_owned(), value("to"));
    if let Some(sid) = session.system.get("twilio_call_sid") {
        info.insert("twilio_call_sid".to_owned(), sid.clone());
    }
    Value::Object(info)
}

fn texts(variables: &Map<String, Value>) -> Value {
    let shown = variables.iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (name.clone(), Value::from(text))
    });
    Value::Object(shown.collect())
}

/// The agent's turns that called tools: between two turns of the user there is one.
fn items(told: &Told<'_>) -> Value {
    let turn_of = |at: Stamp| told.user_turns.partition_point(|end| *end <= at);
    let turns = told.executions.chunk_by(|a, b| turn_of(a.created_at) == turn_of(b.created_at));
    let items = turns.enumerate().filter_map(|(index, calls)| {
        let (first, last) = (calls.first()?, calls.last()?);
        let end = last.ended_at.unwrap_or(last.created_at);
        Some(json!({
            "id": format!("item_{}", first.id.uuid()),
            "item_idx": index,
            "role": "assistant",
            "live_transcript": null,
            "duration_ms": end.since(first.created_at).as_millis() as u64,
            "started_at": first.created_at,
            "tool_calls": calls.iter().map(|call| tool_call(call, told.tools)).collect::<Vec<_>>(),
        }))
    });
    items.collect()
}

/// A tool call as it is shown.
fn tool_call(call: &Execution, tools: &HashMap<ToolId, StoredTool>) -> Value {
    let tool = call.tool.and_then(|id| tools.get(&id));
    let name = tool.map_or(call.tool_name.as_str(), |tool| tool.name.as_str());
    let kind = tool.and_then(|tool| ToolType::of(&tool.draft));
    let timeout = |wanted: ToolType| {
        let millis = tool.and_then(|tool| tool.draft.timeout_ms).map_or(5000, |millis| millis.0);
        (kind == Some(wanted)).then_some(millis)
    };
    let request = call.detail.request.as_ref();
    let is_webhook = request.is_some() || kind == Some(ToolType::Webhook);
    let called_at = call.detail.attempts.first().map(|attempt| attempt.started_at);
    let (body, answer) = if is_webhook {
        (request.map_or(Value::Null, |request| request.body.clone()), &call.detail.response)
    } else {
        (call.detail.arguments.clone(), &call.detail.told)
    };
    json!({
        "id": ids::tool_call(call.id),
        "tool": {"id": call.tool.map(ids::tool), "name": name},
        "integration": null,
        "endpoint_method": request.map(|request| &request.method),
        "endpoint_url": request.map(|request| request.url.split('?').next().unwrap_or_default()),
        "endpoint_headers": request.map(|request| sent_headers(request, tool)),
        "endpoint_timeout_ms": timeout(ToolType::Webhook),
        "endpoint_called_at": called_at.filter(|_| is_webhook),
        "query_params": request.map_or(Value::Null, query),
        "response_status_code": if call.timed_out { None } else { call.detail.response_status },
        "tool_call_output_timeout_ms": timeout(ToolType::WebSocket),
        "request_body": body,
        "response_body": if call.timed_out { Value::Null } else { wrapped(answer) },
        "timed_out": call.timed_out,
        "error_message": call.error,
    })
}

/// An object as it is, nothing as null, anything else as `{"value": …}`.
fn wrapped(answer: &Value) -> Value {
    match answer {
        Value::Null | Value::Object(_) => answer.clone(),
        other => json!({ "value": other }),
    }
}

/// The headers that the tool set; those of secret names always redacted.
fn sent_headers(request: &RequestRecord, tool: Option<&StoredTool>) -> Value {
    let named = tool.and_then(|tool| tool.draft.webhook.as_ref()).map(|webhook| &webhook.headers);
    let shown = request.headers.iter().filter_map(|(name, value)| {
        let written = match named {
            Some(named) => named.keys().find(|other| other.eq_ignore_ascii_case(name))?,
            None => name,
        };
        let text = if is_secret_name(name) { REDACTED } else { value.as_str() };
        Some((written.clone(), Value::from(text)))
    });
    Value::Object(shown.collect())
}

/// The query as it was sent; null when there was none.
fn query(request: &RequestRecord) -> Value {
    let Some((_, query)) = request.url.split_once('?').filter(|(_, query)| !query.is_empty()) else {
        return Value::Null;
    };
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    Value::Object(pairs.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect())
}
