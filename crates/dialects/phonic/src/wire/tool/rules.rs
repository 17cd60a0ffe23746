//! Rules between fields, checked on the result of a change.

use hookswitch_model::draft::NameRule;
use serde_json::{Map, Value};

use super::form::{Form, Given};
use super::kind::ToolType;
use super::{parameters, transfer};
use crate::wire::param_errors::ParamErrors;

/// Checks a form as a whole, and settles what follows from what the body gave.
pub(super) fn check(
    form: &mut Form,
    body: &Map<String, Value>,
    given: &Given,
    own_urls: Option<&NameRule>,
    errors: &mut ParamErrors,
) {
    if matches!(form.kind, ToolType::Webhook | ToolType::WebSocket) {
        check_waiting(form, body, given, errors);
        if given.has_any(&["parameters", "parameter_locations", "endpoint_method", "endpoint_url"]) {
            parameters::check(form, given, own_urls, errors);
        }
    }
    if form.kind == ToolType::TransferPhone {
        transfer::check(&form.transfer, errors);
    }
}

fn check_waiting(form: &mut Form, body: &Map<String, Value>, given: &Given, errors: &mut ParamErrors) {
    if form.flow.wait_for_response {
        if !form.is_async {
            errors.note("wait_for_response", "Only for tools with execution_mode async");
        }
        let is_touched = given.has_any(&["wait_for_response", "allow_tool_chaining"]);
        if is_touched && body.get("allow_tool_chaining") == Some(&Value::Bool(true)) {
            errors.note("allow_tool_chaining", "Can't be true together with wait_for_response");
        }
        if is_touched {
            form.flow.allow_chaining = false;
        }
    }
    if form.flow.uninterruptible && form.is_async {
        errors.note("uninterruptible", "Only for tools with execution_mode sync");
    }
}
