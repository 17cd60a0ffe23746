//! Bodies into the form, field by field; what is read changes the form and is noted as given.

use serde_json::{Map, Value};

use super::Known;
use super::form::{Flow, Form, Given, SPEECH_BEFORE};
use super::kind::{BUILT_IN_NAMES, ToolType, is_no_parameters};
use super::{headers, parameters, transfer};
use crate::wire::fields::{Fields, is_slug};
use crate::wire::param_errors::ParamErrors;

/// Longest description, in characters.
const MOST_DESCRIPTION: usize = 8192;
/// Longest context, in characters.
const MOST_CONTEXT: usize = 65_536;
/// Longest URL, in characters.
const MOST_URL: usize = 2048;
/// Budget of a call, in milliseconds.
const TIMEOUTS: std::ops::RangeInclusive<u64> = 1000..=180_000;

/// A flag of [`Flow`].
type Flag = fn(&mut Flow) -> &mut bool;

const FLAGS: [(&str, Flag); 7] = [
    ("wait_for_speech_before_tool_call", |flow| &mut flow.wait_for_speech),
    ("forbid_speech_after_tool_call", |flow| &mut flow.forbid_speech_after),
    ("forbid_tool_call_after_speech", |flow| &mut flow.forbid_call_after_speech),
    ("allow_tool_chaining", |flow| &mut flow.allow_chaining),
    ("wait_for_response", |flow| &mut flow.wait_for_response),
    ("uninterruptible", |flow| &mut flow.uninterruptible),
    ("can_run_during_user_speech", |flow| &mut flow.can_run_during_user_speech),
];

/// Reads what a body gives. `is_own`: header values are literals, as this API has them.
pub(super) fn read(
    body: &Map<String, Value>,
    form: &mut Form,
    known: Known<'_>,
    is_own: bool,
    errors: &mut ParamErrors,
) -> Given {
    let mut given = Given::default();
    let fields = &mut Fields::new(body, "", errors);
    common(fields, form, &mut given);
    for (name, flag) in FLAGS {
        if let Some(value) = fields.flag(name) {
            *flag(&mut form.flow) = value;
            given.add(name);
        }
    }
    match form.kind {
        ToolType::Webhook => {
            request(fields, form, known, is_own, &mut given);
            timeout(fields, "endpoint_timeout_ms", form, &mut given);
        }
        ToolType::WebSocket => timeout(fields, "tool_call_output_timeout_ms", form, &mut given),
        ToolType::TransferPhone => transfer::read(fields, &mut form.transfer, &mut given),
        ToolType::TransferAgent => transfer::read_agents(fields, form, known.agents, &mut given),
        ToolType::Ending | ToolType::Keypad => {
            if let Some(word) = fields.word("speech_before_tool_call", &SPEECH_BEFORE) {
                form.speech_before = word;
                given.add("speech_before_tool_call");
            }
        }
        ToolType::Silence => transfer::read_pause(fields, form, &mut given),
        ToolType::Context => {
            if let Some(text) = fields.text("context", MOST_CONTEXT) {
                text.clone_into(&mut form.context);
                given.add("context");
            }
        }
    }
    read_parameters(body, form, &mut given, errors);
    given
}

fn common(fields: &mut Fields<'_, '_>, form: &mut Form, given: &mut Given) {
    if let Some(name) = fields.text("name", 4096) {
        let owner = BUILT_IN_NAMES.iter().find(|(other, _)| *other == name).map(|(_, owner)| *owner);
        if !is_slug(name, '_') {
            fields.wrong("name", "1 to 64 of a-z 0-9 _");
        } else if owner.is_some_and(|owner| owner != Some(form.kind)) {
            fields.wrong("name", "This name is reserved for a built-in tool");
        }
        name.clone_into(&mut form.name);
        given.add("name");
    }
    if let Some(text) = fields.text("description", MOST_DESCRIPTION) {
        text.clone_into(&mut form.description);
        given.add("description");
    }
    if let Some(is_async) = fields.word("execution_mode", &[("sync", false), ("async", true)]) {
        form.is_async = is_async;
        given.add("execution_mode");
    }
    if let Some(value) = fields.flag("require_speech_before_tool_call") {
        form.require_speech = value;
        given.add("require_speech_before_tool_call");
    }
}

fn timeout(fields: &mut Fields<'_, '_>, name: &'static str, form: &mut Form, given: &mut Given) {
    if let Some(millis) = fields.integer(name, TIMEOUTS) {
        form.timeout_ms = millis;
        given.add(name);
    }
}

fn request(fields: &mut Fields<'_, '_>, form: &mut Form, known: Known<'_>, is_own: bool, given: &mut Given) {
    if let Some(method) = fields.word("endpoint_method", &[("GET", "GET"), ("POST", "POST")]) {
        method.clone_into(&mut form.request.method);
        given.add("endpoint_method");
    }
    if let Some(url) = fields.text("endpoint_url", MOST_URL) {
        let authority = url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
        if url.contains('#') {
            fields.wrong("endpoint_url", "Must not have a fragment");
        } else if authority.is_some_and(|authority| authority.contains('@')) {
            fields.wrong("endpoint_url", "Must not hold credentials");
        }
        url.clone_into(&mut form.request.url);
        given.add("endpoint_url");
    }
    if let Some(map) = fields.object(headers::FIELD) {
        form.request.headers = headers::read(map, &form.request.headers, known.opened, is_own, fields.errors);
        given.add(headers::FIELD);
    }
}

fn read_parameters(body: &Map<String, Value>, form: &mut Form, given: &mut Given, errors: &mut ParamErrors) {
    let value = body.get("parameters").filter(|value| !value.is_null());
    if !form.kind.has_parameters() {
        if value.is_some_and(|value| !is_no_parameters(value)) {
            errors.note("parameters", format!("{} tools take no parameters", form.kind.as_str()));
        }
        return;
    }
    if let Some(value) = value {
        let stored = form.parameters.locations();
        if let Some(parameters) = parameters::read(value, form.kind, &stored, errors) {
            form.parameters = parameters;
            given.add("parameters");
        }
    }
    if let Some(value) = body.get("parameter_locations").filter(|value| !value.is_null()) {
        let is_nothing = value.as_object().is_some_and(Map::is_empty);
        if !(is_nothing && matches!(form.parameters, parameters::Parameters::List(_))) {
            parameters::read_locations(value, &mut form.parameters, errors);
            given.add("parameter_locations");
        }
    }
    if form.request.is_bodyless() && given.has_any(&["parameters", "parameter_locations", "endpoint_method"])
    {
        form.parameters.place_in_query();
    }
}
