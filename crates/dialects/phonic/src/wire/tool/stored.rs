//! A stored definition in this API's terms.

use hookswitch_model::AgentId;
use hookswitch_model::draft::{CallControlDraft, ToolDraft};
use serde_json::{Map, Value};

use super::form::{DEFAULT_TIMEOUT_MS, Flow, Form, Request, SpeechBefore, Transfer};
use super::kind::ToolType;
use super::{EXTRAS, parameters};

/// Ours among the extras.
pub(super) const MODE: &str = "execution_mode";
pub(super) const REQUIRE_SPEECH: &str = "require_speech_before_tool_call";

/// Our extras of a definition.
pub(super) fn extras_of(draft: &ToolDraft) -> Map<String, Value> {
    draft.extras.get(EXTRAS).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The tool of a definition; none where this API has no type for it.
pub(super) fn form_of(draft: &ToolDraft, agents: &[(AgentId, String)]) -> Option<Form> {
    let kind = ToolType::of(draft)?;
    let extras = extras_of(draft);
    let speech = &draft.speech;
    let is_built_in = kind.operation().is_some();
    let has_speech_word = matches!(kind, ToolType::Ending | ToolType::Keypad);
    let mut form = Form {
        name: draft.name.clone(),
        description: draft.description.clone(),
        is_async: if is_built_in {
            extras.get(MODE).and_then(Value::as_str) == Some("async")
        } else {
            speech.is_async
        },
        require_speech: if has_speech_word {
            extras.get(REQUIRE_SPEECH) == Some(&Value::Bool(true))
        } else {
            speech.require_speech_before
        },
        parameters: parameters::of(draft, kind, &extras),
        timeout_ms: draft.timeout_ms.map_or(DEFAULT_TIMEOUT_MS, |millis| millis.0),
        flow: Flow {
            wait_for_speech: speech.wait_for_speech_before,
            forbid_speech_after: speech.forbid_speech_after,
            forbid_call_after_speech: speech.forbid_call_after_speech,
            allow_chaining: speech.allow_chaining,
            wait_for_response: speech.wait_for_response,
            uninterruptible: speech.uninterruptible,
            can_run_during_user_speech: speech.can_run_during_user_speech,
        },
        speech_before: match (speech.suppress_speech_before, speech.require_speech_before) {
            (true, _) => SpeechBefore::Suppressed,
            (false, true) => SpeechBefore::Required,
            (false, false) => SpeechBefore::Optional,
        },
        context: draft.context.as_ref().map(|context| context.text.clone()).unwrap_or_default(),
        ..Form::new(kind)
    };
    if let Some(webhook) = &draft.webhook {
        form.request = Request {
            method: webhook.method.as_deref().unwrap_or("GET").to_ascii_uppercase(),
            url: webhook.url.clone(),
            headers: webhook.headers.clone(),
        };
    }
    if let Some(control) = &draft.call_control {
        form.transfer = transfer_of(control);
        form.respond_after = control.respond_after_sec;
        form.agents = control.agents.iter().filter_map(|agent| name_of(agent, agents)).collect();
    }
    Some(form)
}

/// Agents are held by id, where they were named here.
fn name_of(agent: &str, agents: &[(AgentId, String)]) -> Option<String> {
    match agent.parse::<AgentId>() {
        Ok(id) => agents.iter().find(|(other, _)| *other == id).map(|(_, name)| name.clone()),
        Err(_) => Some(agent.to_owned()),
    }
}

fn transfer_of(control: &CallControlDraft) -> Transfer {
    Transfer {
        phone_number: control.phone_number.clone(),
        dtmf: control.dtmf.clone(),
        dynamic_dtmf: control.dynamic_dtmf,
        message: control.post_transfer_message.clone(),
        use_agent_phone_number: control.use_agent_phone_number,
        detect_voicemail: control.detect_voicemail,
        keep_listening: control.keep_listening,
        no_answer: control.on_no_answer,
    }
}
