//! From a draft to its fields, whatever dialect it was made in (bland: 2.1). A spelling that is kept beside the draft
//! is shown as long as it still means what the draft says.

mod headers;

use std::collections::HashMap;

use hookswitch_model::SealId;
use hookswitch_model::draft::ToolDraft;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::lower::answer::{Mappings, mappings};
use super::lower::input::{implied_schema, schema_of};
use super::lower::request::{is_bodyless, object_of};
use super::number::budget_ms;
use super::rule::DEFAULT_METHOD;
use super::secret_ids::resolved;
use super::written::Written;

/// Sealed values, opened, and who looks at them.
#[derive(Debug, Clone, Copy)]
pub struct Reveal<'a> {
    /// The sealed values of the draft.
    pub opened: &'a HashMap<SealId, SecretString>,
    /// Whether the caller may read secrets in clear.
    pub in_clear: bool,
}

/// The fields of a tool. Those that are not set are absent, but for `label`, which is null.
pub fn shown(draft: &ToolDraft, reveal: Reveal<'_>) -> Fields {
    let written = Written::of(draft);
    let mut fields = Fields::default();
    fields.set("name", json!(draft.name));
    fields.set("description", json!(draft.description));
    fields.set("label", json!(draft.display_name));
    let method = draft.webhook.as_ref().and_then(|webhook| webhook.method.as_deref());
    fields.set("method", json!(method.unwrap_or(DEFAULT_METHOD)));
    fields.set("public", json!(written.public));
    for field in ["speech", "timeout", "url", "body", "query", "input_schema"] {
        let spelt = written.fields.get(field).filter(|spelt| means(draft, &written, field, spelt));
        fields.set_some(field, spelt.cloned().or_else(|| canonical(draft, field)));
    }
    fields.set_some("headers", headers::headers(draft, &written, reveal));
    let (response, response_data) = (written.fields.get("response"), written.fields.get("response_data"));
    if mappings_hold(draft, response, response_data) {
        fields.set_some("response", response.cloned());
        fields.set_some("response_data", response_data.cloned());
    } else {
        fields.set_some("response", canonical(draft, "response"));
    }
    fields
}

/// Entries of both mappings that can't be set: name and path.
pub fn skipped_mappings(draft: &ToolDraft) -> Vec<(String, String)> {
    let written = Written::of(draft);
    let (response, response_data) = (written.fields.get("response"), written.fields.get("response_data"));
    if mappings_hold(draft, response, response_data) {
        mappings(response, response_data, &mut Vec::new()).skipped
    } else {
        Vec::new()
    }
}

fn mappings_hold(draft: &ToolDraft, response: Option<&Value>, response_data: Option<&Value>) -> bool {
    if response.is_none() && response_data.is_none() {
        return false;
    }
    let Mappings { extract, context, .. } = mappings(response, response_data, &mut Vec::new());
    extract == draft.extract && (response_data.is_none() || context == draft.answer_context)
}

/// What the draft alone shows of a field.
pub(super) fn canonical(draft: &ToolDraft, field: &str) -> Option<Value> {
    let webhook = draft.webhook.as_ref();
    match field {
        "speech" => draft.speech.line.as_ref().map(|line| json!(line)),
        "timeout" => {
            let default = hookswitch_model::plan::DEFAULT_TIMEOUT.as_millis() as u64;
            Some(json!(draft.timeout_ms.map_or(default, |timeout| timeout.0)))
        }
        "url" => Some(json!(webhook.map_or("", |webhook| webhook.url.as_str()))),
        "body" => webhook.and_then(|webhook| webhook.body.clone()).filter(|body| !body.is_null()),
        "query" => webhook
            .map(|webhook| Value::Object(webhook.query.clone()))
            .filter(|query| query.as_object().is_some_and(|members| !members.is_empty())),
        "input_schema" => match (&draft.loose_input, &draft.input_schema, &draft.parameters) {
            (Some(shape), ..) => Some(shape.clone()).filter(|shape| *shape != json!({})),
            (None, Some(schema), _) => Some(schema.clone()),
            (None, None, Some(parameters)) => schema_of(parameters),
            (None, None, None) => None,
        },
        "response" if draft.extract.is_empty() => None,
        "response" => {
            let members = draft.extract.iter().map(|(name, path)| (name.clone(), json!(path)));
            Some(Value::Object(members.collect::<Map<_, _>>()))
        }
        _ => None,
    }
}

/// Whether a spelling means what the draft says.
fn means(draft: &ToolDraft, written: &Written, field: &str, spelt: &Value) -> bool {
    let Some(webhook) = &draft.webhook else { return false };
    match field {
        "speech" => spelt.as_str().filter(|text| !text.is_empty()) == draft.speech.line.as_deref(),
        "timeout" => budget_ms(spelt) == draft.timeout_ms.map(|timeout| timeout.0),
        "url" => resolved(spelt, &written.secrets) == webhook.url.as_str(),
        "body" if is_bodyless(webhook) => webhook.body.is_none(),
        "body" => webhook.body.as_ref() == Some(&resolved(spelt, &written.secrets)),
        "query" => object_of(&resolved(spelt, &written.secrets)).as_ref() == Some(&webhook.query),
        "input_schema" => match (&draft.loose_input, &draft.input_schema) {
            (Some(shape), _) => shape == spelt,
            (None, Some(schema)) => implied_schema(spelt).as_ref() == Some(schema),
            (None, None) => false,
        },
        _ => false,
    }
}
