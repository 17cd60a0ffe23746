//! Arguments: one schema on this wire, whatever the tool's own dialect made of them.

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::parameter::{ParameterDraft, ParameterSource};
use serde_json::{Map, Value, json};

/// The schema of a tool without any.
fn empty() -> Value {
    json!({"type": "object", "properties": {}})
}

/// The schema that the model sees.
pub(super) fn shown(draft: &ToolDraft) -> Value {
    if let Some(schema) = &draft.input_schema {
        return schema.clone();
    }
    if draft.parameters.is_none() && draft.loose_input.is_none() {
        return empty();
    }
    // Only the arguments matter here; the rest of an older definition may no longer parse.
    let mut only = ToolDraft::new("arguments", hookswitch_model::draft::Kind::Client);
    only.loose_input.clone_from(&draft.loose_input);
    only.parameters = draft.parameters.as_ref().map(|list| list.iter().filter_map(of_the_model).collect());
    only.parse().0.map_or_else(empty, |definition| definition.arguments.shown().clone())
}

fn of_the_model(parameter: &ParameterDraft) -> Option<ParameterDraft> {
    let placeless = ParameterDraft { place: None, send_as: None, ..parameter.clone() };
    (parameter.source == ParameterSource::Model).then_some(placeless)
}

/// Sets the schema. Where the tool has a list of parameters, fixed values and places stay what they are.
pub(super) fn set(draft: &mut ToolDraft, schema: Option<Value>) {
    let schema = schema.unwrap_or_else(empty);
    if schema == shown(draft) {
        return;
    }
    let kept = draft.parameters.take().unwrap_or_default();
    let is_special = |parameter: &ParameterDraft| {
        parameter.source != ParameterSource::Model || parameter.place.is_some() || parameter.send_as.is_some()
    };
    draft.loose_input = None;
    if kept.iter().any(is_special) {
        draft.input_schema = None;
        draft.parameters = Some(rebuilt(&kept, &schema));
    } else {
        draft.input_schema = Some(schema);
    }
}

fn rebuilt(kept: &[ParameterDraft], schema: &Value) -> Vec<ParameterDraft> {
    let nothing = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&nothing);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|other| other == name));
    let model = |name: &str, schema: &Value, before: Option<&ParameterDraft>| ParameterDraft {
        name: name.to_owned(),
        schema: Some(schema.clone()),
        description: None,
        required: is_required(name),
        source: ParameterSource::Model,
        place: before.and_then(|before| before.place),
        send_as: before.and_then(|before| before.send_as.clone()),
    };
    let mut list: Vec<ParameterDraft> = Vec::new();
    for parameter in kept {
        if parameter.source != ParameterSource::Model {
            list.push(parameter.clone());
        } else if let Some(schema) = properties.get(&parameter.name) {
            list.push(model(&parameter.name, schema, Some(parameter)));
        }
    }
    for (name, schema) in properties {
        if !kept.iter().any(|parameter| parameter.name == *name) {
            list.push(model(name, schema, None));
        }
    }
    list
}
