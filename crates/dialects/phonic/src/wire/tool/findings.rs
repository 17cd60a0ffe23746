//! Findings of the model in this API's paths.

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::parameter::ParameterSource;
use hookswitch_model::{Findings, Severity};
use serde_json::Value;

use super::kind::ToolType;
use super::parameters::OBJECT;
use super::stored::extras_of;
use crate::wire::param_errors::{ParamErrors, item, member};

/// Fields under other names.
const NAMES: [(&str, &str); 14] = [
    ("$.webhook.url", "endpoint_url"),
    ("$.webhook.method", "endpoint_method"),
    ("$.webhook.headers", "endpoint_headers"),
    ("$.context.text", "context"),
    ("$.call_control.on_no_answer", "on_transfer_no_answer"),
    ("$.call_control.agents", "agents_to_transfer_to"),
    ("$.call_control", "agents_to_transfer_to"),
    ("$.speech.require_speech_before", "require_speech_before_tool_call"),
    ("$.speech.wait_for_speech_before", "wait_for_speech_before_tool_call"),
    ("$.speech.forbid_speech_after", "forbid_speech_after_tool_call"),
    ("$.speech.forbid_call_after_speech", "forbid_tool_call_after_speech"),
    ("$.speech.allow_chaining", "allow_tool_chaining"),
    ("$.input_schema", "parameters"),
    ("$.loose_input", "parameters"),
];

/// Notes the errors among findings about a definition, under the paths of this API.
pub fn note_findings(findings: &Findings, draft: &ToolDraft, errors: &mut ParamErrors) {
    let known: Vec<String> = errors.paths().into_iter().map(str::to_owned).collect();
    for finding in findings.iter().filter(|finding| finding.severity == Severity::Error) {
        if let Some(path) = path_of(&finding.path, draft)
            && !known.iter().any(|other| is_same_thing(other, &path))
        {
            errors.note(path, finding.message.clone());
        }
    }
}

/// Whether one path leads into the other, or both into one parameter: what was found there has been said.
fn is_same_thing(a: &str, b: &str) -> bool {
    let parameter = |path: &str| {
        path.starts_with("parameters[").then(|| path.split(']').next().unwrap_or_default().to_owned())
    };
    // A place and the property that it is for.
    let is_placed = |a: &str, b: &str| {
        let name = a.strip_prefix("parameter_locations");
        name.is_some_and(|name| b.strip_prefix("parameters.properties") == Some(name))
    };
    a.starts_with(b)
        || b.starts_with(a)
        || is_placed(a, b)
        || parameter(a).is_some() && parameter(a) == parameter(b)
}

/// Nothing where the finding is about what no body says: the call's own values.
fn path_of(path: &str, draft: &ToolDraft) -> Option<String> {
    if let Some(rest) = path.strip_prefix("$.parameters[") {
        return parameter_path(rest, draft);
    }
    Some(field_of(path, draft))
}

fn field_of(path: &str, draft: &ToolDraft) -> String {
    if let Some((_, name)) = NAMES.iter().find(|(other, _)| *other == path) {
        return (*name).to_owned();
    }
    if path == "$.timeout_ms" {
        let is_webhook = ToolType::of(draft) == Some(ToolType::Webhook);
        return if is_webhook { "endpoint_timeout_ms" } else { "tool_call_output_timeout_ms" }.to_owned();
    }
    if let Some(rest) = path.strip_prefix("$.webhook.headers[") {
        let name = rest.strip_suffix(']').and_then(|text| serde_json::from_str::<String>(text).ok());
        return name.map_or_else(|| "endpoint_headers".to_owned(), |name| member("endpoint_headers", &name));
    }
    for prefix in ["$.call_control.", "$.speech.", "$.webhook.", "$."] {
        if let Some(rest) = path.strip_prefix(prefix) {
            return rest.to_owned();
        }
    }
    path.to_owned()
}

/// The place of a parameter: the n-th of the model's among all, by number in the list form, else by name.
fn parameter_path(rest: &str, draft: &ToolDraft) -> Option<String> {
    let (index, field) = rest.split_once(']')?;
    let index: usize = index.parse().ok()?;
    let all = draft.parameters.as_ref()?;
    let parameter = all.get(index).filter(|one| one.source == ParameterSource::Model)?;
    let is_object = extras_of(draft).get(OBJECT).is_some_and(Value::is_object);
    if is_object {
        return Some(match field {
            ".place" => member("parameter_locations", &parameter.name),
            _ => member("parameters.properties", &parameter.name),
        });
    }
    let number = all[..index].iter().filter(|one| one.source == ParameterSource::Model).count();
    let at = item("parameters", number);
    Some(match field {
        ".place" => member(&at, "location"),
        ".name" => member(&at, "name"),
        ".required" => member(&at, "is_required"),
        _ => at,
    })
}
