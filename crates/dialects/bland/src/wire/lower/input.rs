//! `input_schema`: a loose shape for tools of this dialect; tools of others keep the form that they have.

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::parameter::{ParameterDraft, ParameterSource};
use hookswitch_schema::{LooseShape, SchemaLimits};
use serde_json::{Map, Value, json};

use super::Lowering;
use super::request::object_of;

const MOST_BYTES: usize = 64 * 1024;

/// The JSON Schema that a loose shape implies; nothing for one that can't be read.
pub(in crate::wire) fn implied_schema(shape: &Value) -> Option<Value> {
    LooseShape::parse(shape, SchemaLimits::default()).ok().map(|shape| shape.model_schema().clone())
}

impl Lowering<'_> {
    pub(super) fn input(&mut self) {
        let Some(value) = self.changed("input_schema") else { return };
        let length = match value {
            Value::String(text) => text.len(),
            other => other.to_string().len(),
        };
        if !value.is_null() && object_of(value).is_none() {
            return self.refuse("input_schema", "input_schema must be an object.");
        }
        if length > MOST_BYTES {
            return self
                .refuse("input_schema", format!("input_schema must have at most {MOST_BYTES} bytes."));
        }
        let shape = if value.is_null() { json!({}) } else { value.clone() };
        if self.draft.parameters.is_none() && self.draft.input_schema.is_none() {
            self.draft.loose_input = Some(shape);
        } else {
            match LooseShape::parse(&shape, SchemaLimits::default()) {
                Ok(loose) => set_strict(&mut self.draft, loose.model_schema()),
                Err(findings) => {
                    for finding in findings {
                        let field = finding.path.replacen('$', "input_schema", 1);
                        self.refuse(field.clone(), format!("{field}: {}", finding.message));
                    }
                    return;
                }
            }
        }
        self.note_spelling("input_schema", Some(value));
    }
}

/// Replaces what the model may give in a tool whose arguments are strict; sources and places of its parameters stay.
fn set_strict(draft: &mut ToolDraft, schema: &Value) {
    let Some(parameters) = draft.parameters.take() else {
        draft.input_schema = Some(schema.clone());
        return;
    };
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_required = |name: &str| required.iter().any(|listed| listed == name);
    let is_models = |parameter: &ParameterDraft| parameter.source == ParameterSource::Model;
    let mut kept: Vec<ParameterDraft> = parameters
        .into_iter()
        .filter(|parameter| !is_models(parameter) || properties.contains_key(&parameter.name))
        .collect();
    for (name, property) in properties {
        let is_required = is_required(&name);
        match kept.iter_mut().find(|parameter| parameter.name == name) {
            Some(parameter) if is_models(parameter) => {
                parameter.description = None;
                parameter.schema = Some(property);
                parameter.required = is_required;
            }
            // The model may not give what comes from elsewhere.
            Some(_) => {}
            None => kept.push(model_parameter(name, property, is_required)),
        }
    }
    draft.parameters = Some(kept);
}

fn model_parameter(name: String, schema: Value, required: bool) -> ParameterDraft {
    ParameterDraft {
        name,
        description: None,
        schema: Some(schema),
        required,
        source: ParameterSource::Model,
        place: None,
        send_as: None,
    }
}

/// The schema of a list of parameters as the model sees them.
pub(in crate::wire) fn schema_of(parameters: &[ParameterDraft]) -> Option<Value> {
    let models = || parameters.iter().filter(|parameter| parameter.source == ParameterSource::Model);
    let mut properties = Map::new();
    for parameter in models() {
        let mut schema = parameter.schema.clone().unwrap_or_else(|| json!({}));
        if let (Some(object), Some(description)) = (schema.as_object_mut(), &parameter.description) {
            object.entry("description").or_insert_with(|| json!(description));
        }
        properties.insert(parameter.name.clone(), schema);
    }
    if properties.is_empty() {
        return None;
    }
    let required: Vec<&str> =
        models().filter(|parameter| parameter.required).map(|parameter| parameter.name.as_str()).collect();
    Some(json!({"type": "object", "properties": properties, "required": required}))
}
