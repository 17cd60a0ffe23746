//! A form into a definition: only what was given, so that a tool made elsewhere keeps all that this API does not know.

use hookswitch_model::draft::{
    AnswerRule, CallControlDraft, ContextDraft, EmptyAnswer, ErrorWords, NameRule, Namespace, NullRule,
    RedirectPolicy, SignatureScheme, Success, TextAnswer, ToolDraft, UnsetRule, VariableSyntax, WebhookDraft,
};
use hookswitch_model::parameter::{ParameterDraft, ParameterSource};
use hookswitch_model::{AgentId, Millis};
use serde_json::{Map, Value, json};

use super::context_values::context_values;
use super::form::{Form, Given, SpeechBefore};
use super::kind::ToolType;
use super::parameters::{self, Parameters};
use super::stored::{MODE, REQUIRE_SPEECH, extras_of};
use super::{EXTRAS, headers};

/// A definition of a type with what this API sets for all its tools.
pub(super) fn blank(form: &Form) -> ToolDraft {
    let mut draft = ToolDraft::new(form.name.clone(), form.kind.kind());
    match form.kind {
        ToolType::Webhook => draft.webhook = Some(blank_webhook()),
        ToolType::Context => draft.context = Some(ContextDraft { text: String::new(), literal: true }),
        _ => {}
    }
    if form.kind.has_parameters() {
        draft.parameters = Some(Vec::new());
        draft.nulls = NullRule::Drop;
    }
    if let Some(operation) = form.kind.operation() {
        draft.call_control = Some(CallControlDraft {
            operation,
            phone_number: None,
            destinations: Vec::new(),
            dtmf: None,
            dynamic_dtmf: false,
            post_transfer_message: None,
            use_agent_phone_number: true,
            detect_voicemail: false,
            keep_listening: None,
            on_no_answer: hookswitch_model::draft::NoAnswer::default(),
            agents: Vec::new(),
            respond_after_sec: None,
        });
    }
    draft
}

/// The request of a tool of this API (contract: 3.2, 3.3).
fn blank_webhook() -> WebhookDraft {
    WebhookDraft {
        redirects: RedirectPolicy::SameOrigin,
        signature: SignatureScheme::Project,
        variables: Some(own_names()),
        unset: UnsetRule::RefuseInPath,
        answer: AnswerRule {
            success: Success::Ok,
            empty: EmptyAnswer::Ok,
            text: TextAnswer::Plain,
            error: ErrorWords::NamedOrText,
            ..AnswerRule::default()
        },
        ..WebhookDraft::new("")
    }
}

/// How `{name}` in URLs is resolved: arguments, nothing else.
pub(super) fn own_names() -> NameRule {
    NameRule {
        url_syntax: Some(VariableSyntax::Single),
        prefixes: Vec::new(),
        bare: vec![Namespace::Input],
        ..NameRule::default()
    }
}

/// Writes what was given into a definition.
pub(super) fn write(
    form: &Form,
    given: &Given,
    is_own: bool,
    agents: &[(AgentId, String)],
    draft: &mut ToolDraft,
) {
    let mut extras = extras_of(draft);
    draft.name.clone_from(&form.name);
    draft.description.clone_from(&form.description);
    if given.has_any(&["endpoint_timeout_ms", "tool_call_output_timeout_ms"]) {
        draft.timeout_ms = Some(Millis(form.timeout_ms));
    }
    speech(form, given, draft, &mut extras);
    if let Some(webhook) = &mut draft.webhook {
        if given.has("endpoint_method") {
            webhook.method = Some(form.request.method.clone());
        }
        if given.has("endpoint_url") {
            webhook.url.clone_from(&form.request.url);
        }
        if given.has(headers::FIELD) {
            webhook.headers.clone_from(&form.request.headers);
        }
    }
    if form.kind.has_parameters() {
        write_parameters(form, given, is_own, draft, &mut extras);
    }
    if let Some(context) = draft.context.as_mut().filter(|_| given.has("context")) {
        context.text.clone_from(&form.context);
    }
    if let Some(control) = &mut draft.call_control {
        call_control(form, given, agents, control);
    }
    if extras.is_empty() {
        draft.extras.shift_remove(EXTRAS);
    } else {
        draft.extras.insert(EXTRAS.to_owned(), Value::Object(extras));
    }
}

fn speech(form: &Form, given: &Given, draft: &mut ToolDraft, extras: &mut Map<String, Value>) {
    let rules = &mut draft.speech;
    let is_built_in = form.kind.operation().is_some();
    if given.has("execution_mode") {
        if !is_built_in {
            rules.is_async = form.is_async;
        } else if form.is_async {
            // Built-ins run as `sync` whatever is written.
            extras.insert(MODE.to_owned(), json!("async"));
        } else {
            extras.shift_remove(MODE);
        }
    }
    if matches!(form.kind, ToolType::Ending | ToolType::Keypad) {
        if given.has("speech_before_tool_call") {
            rules.require_speech_before = form.speech_before == SpeechBefore::Required;
            rules.suppress_speech_before = form.speech_before == SpeechBefore::Suppressed;
        }
        if given.has("require_speech_before_tool_call") {
            // The other field wins, so this one is only kept.
            if form.require_speech {
                extras.insert(REQUIRE_SPEECH.to_owned(), json!(true));
            } else {
                extras.shift_remove(REQUIRE_SPEECH);
            }
        }
    } else {
        rules.require_speech_before = form.require_speech;
    }
    let flow = &form.flow;
    if !is_built_in {
        rules.wait_for_speech_before = flow.wait_for_speech;
        rules.forbid_speech_after = flow.forbid_speech_after;
        rules.forbid_call_after_speech = flow.forbid_call_after_speech;
        rules.allow_chaining = flow.allow_chaining;
        rules.wait_for_response = flow.wait_for_response;
        rules.can_run_during_user_speech = flow.can_run_during_user_speech;
    }
    if form.kind.has("uninterruptible") {
        rules.uninterruptible = flow.uninterruptible;
    }
}

fn write_parameters(
    form: &Form,
    given: &Given,
    is_own: bool,
    draft: &mut ToolDraft,
    extras: &mut Map<String, Value>,
) {
    let replaced = given.has_any(&["parameters", "parameter_locations"]);
    let moved = given.has_any(&["endpoint_method", "endpoint_url"]);
    let has_schema = draft.parameters.is_none();
    if has_schema && !replaced {
        return;
    }
    if has_schema && !given.has("parameter_locations") {
        draft.input_schema = Some(parameters::schema(&form.parameters));
        draft.loose_input = None;
        return;
    }
    if !(replaced || moved) {
        return;
    }
    let request = (form.kind == ToolType::Webhook).then_some(&form.request);
    let mut all = parameters::drafts(&form.parameters, request, draft);
    if !is_own {
        let fixed = |one: &&ParameterDraft| one.source != ParameterSource::Model;
        all.extend(draft.parameters.iter().flatten().filter(fixed).cloned());
    } else if let Some(request) = request {
        all.extend(context_values(request.is_bodyless()));
    }
    draft.parameters = Some(all);
    draft.input_schema = None;
    draft.loose_input = None;
    if replaced {
        match &form.parameters {
            Parameters::List(_) => drop(extras.shift_remove(parameters::OBJECT)),
            Parameters::Object(object) => {
                let mut root = object.root.clone();
                root.shift_remove("properties");
                extras.insert(parameters::OBJECT.to_owned(), Value::Object(root));
            }
        }
    }
}

fn call_control(form: &Form, given: &Given, agents: &[(AgentId, String)], control: &mut CallControlDraft) {
    if form.kind == ToolType::TransferPhone {
        let transfer = &form.transfer;
        control.phone_number.clone_from(&transfer.phone_number);
        control.dtmf.clone_from(&transfer.dtmf);
        control.dynamic_dtmf = transfer.dynamic_dtmf;
        control.post_transfer_message.clone_from(&transfer.message);
        control.use_agent_phone_number = transfer.use_agent_phone_number;
        control.detect_voicemail = transfer.detect_voicemail;
        control.keep_listening = transfer.keep_listening;
        control.on_no_answer = transfer.no_answer;
    }
    if given.has("respond_after_sec") {
        control.respond_after_sec = form.respond_after;
    }
    if given.has("agents_to_transfer_to") {
        let id = |name: &String| agents.iter().find(|(_, other)| other == name).map(|(id, _)| id.to_string());
        control.agents = form.agents.iter().filter_map(id).collect();
    }
}
