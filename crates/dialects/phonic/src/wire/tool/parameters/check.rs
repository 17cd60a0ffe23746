//! Rules over all parameters of a tool and the request that they go into.

use hookswitch_model::draft::NameRule;
use hookswitch_template::UrlTemplate;
use serde_json::Value;

use super::{Location, ParameterType, Parameters};
use crate::wire::param_errors::{ParamErrors, item, member};
use crate::wire::tool::form::{Form, Given};
use crate::wire::tool::kind::ToolType;

/// Most top-level parameters.
pub(super) const MOST_PARAMETERS: usize = 64;
/// Names that the request itself uses.
const RESERVED: [&str; 6] = [
    "call_info",
    "conversation_id",
    "from_phone_number",
    "pre_tool_text",
    "to_phone_number",
    "twilio_call_sid",
];

/// Checks what the form says as a whole. `own_urls`: `{name}` in the URL is a placeholder.
pub fn check(form: &Form, given: &Given, own_urls: Option<&NameRule>, errors: &mut ParamErrors) {
    if given.has("parameters") {
        check_names(&form.parameters, errors);
    }
    // Without a method nothing can be said about places.
    if form.kind == ToolType::Webhook && !form.request.method.is_empty() {
        check_places(form, errors);
        if let Some(names) = own_urls {
            check_placeholders(form, names, errors);
        }
    }
}

fn check_names(parameters: &Parameters, errors: &mut ParamErrors) {
    let names: Vec<(String, &str)> = match parameters {
        Parameters::List(list) => (list.iter().enumerate())
            .map(|(index, one)| (member(&item("parameters", index), "name"), one.name.as_str()))
            .collect(),
        Parameters::Object(object) => object
            .properties()
            .map(|(name, _)| (member("parameters.properties", name), name.as_str()))
            .collect(),
    };
    if names.len() > MOST_PARAMETERS {
        errors.note("parameters", format!("At most {MOST_PARAMETERS} parameters"));
    }
    for (index, (at, name)) in names.iter().enumerate() {
        let fits = (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
        if !fits {
            errors.note(at, "1 to 64 of A-Z a-z 0-9 _ . -");
        } else if RESERVED.contains(name) {
            errors.note(at, "This name is reserved");
        } else if names[..index].iter().any(|(_, other)| other == name) {
            errors.note(at, "This name is there twice");
        }
    }
}

fn check_places(form: &Form, errors: &mut ParamErrors) {
    for (_, location, at) in form.parameters.placed() {
        match location {
            None => errors.note(at, "Required in POST webhook tool parameters"),
            Some(Location::Body) if form.request.is_bodyless() => {
                errors.note(at, "Not available in GET webhook tool parameters");
            }
            Some(_) => {}
        }
    }
}

fn check_placeholders(form: &Form, names: &NameRule, errors: &mut ParamErrors) {
    let url = match UrlTemplate::parse(&form.request.url, names.url_syntax()) {
        Ok(url) => url,
        Err(error) => {
            if !form.request.url.is_empty() {
                errors.note("endpoint_url", error.to_string());
            }
            return;
        }
    };
    let held: Vec<&str> = url.paths().filter_map(|path| names.argument_of(path)).collect();
    let written: Vec<&str> = url.paths().map(hookswitch_template::Path::text).collect();
    let mut filled: Vec<&str> = Vec::new();
    for (name, location, at) in form.parameters.placed() {
        if location != Some(Location::Path) {
            continue;
        }
        filled.push(name);
        if !written.contains(&name) && !held.contains(&name) {
            errors.note(at, format!("endpoint_url has no {{{name}}} placeholder"));
        } else if !is_required_scalar(&form.parameters, name) {
            errors.note(at, "Must be required, and a string, an integer, a number, a boolean or an enum");
        }
    }
    if let Some(open) = written.iter().find(|name| !filled.contains(*name)) {
        let message = format!("{{{open}}} needs a parameter of this name with location url_path");
        errors.note("endpoint_url", message);
    }
}

fn is_required_scalar(parameters: &Parameters, name: &str) -> bool {
    match parameters {
        Parameters::List(list) => list
            .iter()
            .any(|one| one.name == name && one.required && !matches!(one.kind, ParameterType::Array(_))),
        Parameters::Object(object) => {
            let schema = object.properties().find(|(other, _)| *other == name).map(|(_, schema)| schema);
            object.requires(name) && schema.is_some_and(is_scalar)
        }
    }
}

fn is_scalar(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(word)) => ["string", "integer", "number", "boolean"].contains(&word.as_str()),
        Some(_) => false,
        None => {
            let values = schema.get("enum").and_then(Value::as_array);
            values.is_some_and(|values| values.iter().all(|value| !value.is_null()))
        }
    }
}
