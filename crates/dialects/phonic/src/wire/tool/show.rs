//! Tools in answers (contract: 2.5).

use hookswitch_model::tool::StoredTool;
use serde_json::{Map, Value, json};

use super::form::{Flow, Form, NO_ANSWER, SPEECH_BEFORE};
use super::kind::ToolType;
use super::parameters::Parameters;
use super::{Known, headers, stored};
use crate::wire::ids;

/// A tool as it is shown; none where this API has no type for it.
pub fn tool(tool: &StoredTool, project: &str, known: Known<'_>) -> Option<Value> {
    let form = stored::form_of(&tool.draft, known.agents)?;
    let mut shown = Map::new();
    shown.insert("id".to_owned(), json!(ids::tool(tool.id)));
    shown.insert("project".to_owned(), json!({"id": ids::project(tool.project), "name": project}));
    shown.extend(fields(&form, known));
    Some(Value::Object(shown))
}

/// The fields of a tool's type.
pub(super) fn fields(form: &Form, known: Known<'_>) -> Map<String, Value> {
    let mut shown = Map::new();
    let mut set = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    set("type", json!(form.kind.as_str()));
    set("name", json!(form.name));
    set("description", json!(form.description));
    set("execution_mode", json!(if form.is_async { "async" } else { "sync" }));
    match form.kind {
        ToolType::Context => set("context", json!(form.context)),
        ToolType::Webhook => {
            set("endpoint_method", json!(form.request.method));
            set("endpoint_url", json!(form.request.url));
            let headers = headers::render(&form.request.headers, known.opened, known.shows_secrets);
            set(headers::FIELD, headers);
            set("endpoint_timeout_ms", json!(form.timeout_ms));
        }
        ToolType::WebSocket => set("tool_call_output_timeout_ms", json!(form.timeout_ms)),
        ToolType::TransferPhone => transfer(form, &mut set),
        ToolType::TransferAgent => set("agents_to_transfer_to", json!(form.agents)),
        ToolType::Ending | ToolType::Keypad => {
            let word = SPEECH_BEFORE.iter().find(|(_, speech)| *speech == form.speech_before);
            set("speech_before_tool_call", json!(word.map(|(word, _)| word)));
        }
        ToolType::Silence => set("respond_after_sec", form.respond_after.map_or(Value::Null, number)),
    }
    set("require_speech_before_tool_call", json!(form.require_speech));
    flow(form.kind, form.flow, &mut set);
    set("parameters", form.parameters.render(form.kind));
    if form.kind == ToolType::Webhook
        && let Parameters::Object(object) = &form.parameters
    {
        let places = object.locations.iter().map(|(name, place)| (name.clone(), json!(place.as_str())));
        set("parameter_locations", Value::Object(places.collect()));
    }
    shown
}

fn transfer(form: &Form, set: &mut impl FnMut(&str, Value)) {
    let transfer = &form.transfer;
    set("phone_number", json!(transfer.phone_number));
    set("dtmf", json!(transfer.dtmf));
    set("dynamic_dtmf", json!(transfer.dynamic_dtmf));
    set("use_agent_phone_number", json!(transfer.use_agent_phone_number));
    set("detect_voicemail", json!(transfer.detect_voicemail));
    set("keep_listening", json!(transfer.keeps_listening()));
    let word = NO_ANSWER.iter().find(|(_, rule)| *rule == transfer.no_answer);
    set("on_transfer_no_answer", json!(word.map(|(word, _)| word)));
    set("post_transfer_message", json!(transfer.message));
}

fn flow(kind: ToolType, flow: Flow, set: &mut impl FnMut(&str, Value)) {
    let all = [
        ("wait_for_speech_before_tool_call", flow.wait_for_speech),
        ("forbid_speech_after_tool_call", flow.forbid_speech_after),
        ("forbid_tool_call_after_speech", flow.forbid_call_after_speech),
        ("allow_tool_chaining", flow.allow_chaining),
        ("wait_for_response", flow.wait_for_response),
        ("uninterruptible", flow.uninterruptible),
        ("can_run_during_user_speech", flow.can_run_during_user_speech),
    ];
    for (name, value) in all.into_iter().filter(|(name, _)| kind.has(name)) {
        set(name, json!(value));
    }
}

/// Whole numbers without a fraction.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 { json!(value as u64) } else { json!(value) }
}
