//! `POST /tools`: a body into a new definition.

use serde_json::{Map, Value};

use super::form::{Form, Given};
use super::kind::{TYPES, ToolType, refuse_foreign};
use super::{Change, Known, read, rules, write};
use crate::wire::fields::Fields;
use crate::wire::param_errors::ParamErrors;

/// What a type can't be without.
const fn required(kind: ToolType) -> &'static [&'static str] {
    match kind {
        ToolType::Context => &["context"],
        ToolType::Webhook => &["endpoint_method", "endpoint_url"],
        ToolType::TransferAgent => &["agents_to_transfer_to"],
        _ => &[],
    }
}

/// The definition that a body makes.
pub fn create(body: &Map<String, Value>, known: Known<'_>) -> Change {
    let mut errors = ParamErrors::default();
    let mut fields = Fields::new(body, "", &mut errors);
    for field in ["name", "description", "type", "execution_mode"] {
        fields.require(field);
    }
    let Some(kind) = fields.word("type", &TYPES) else {
        return Change { draft: None, errors, url: None };
    };
    for field in required(kind) {
        fields.require(field);
    }
    if kind == ToolType::TransferPhone && fields.raw("phone_number").is_none() {
        fields.wrong("phone_number", "Required; null where the agent names the number");
    }
    let mut body: Map<String, Value> = body.clone();
    refuse_foreign(kind, &mut body, &mut errors);
    // Null means that it is not given, but for the number that the agent is to name.
    body.retain(|name, value| !value.is_null() || name == "phone_number");
    let mut form = Form::new(kind);
    let given = read::read(&body, &mut form, known, true, &mut errors);
    let names = write::own_names();
    rules::check(&mut form, &body, &given, Some(&names), &mut errors);
    let mut draft = write::blank(&form);
    let all = with_defaults(kind, given);
    write::write(&form, &all, true, known.agents, &mut draft);
    let url = body.get("endpoint_url").and_then(Value::as_str).map(str::to_owned);
    Change { draft: Some(draft), errors, url }
}

/// Defaults are written down: what is not given now must not change when a default does.
fn with_defaults(kind: ToolType, mut given: Given) -> Given {
    match kind {
        ToolType::Webhook => {
            given.add("endpoint_timeout_ms");
            // The call's own values come with every request.
            given.add("endpoint_url");
        }
        ToolType::WebSocket => given.add("tool_call_output_timeout_ms"),
        _ => {}
    }
    given
}
