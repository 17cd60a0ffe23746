//! The arguments: one schema out of parameters, an `input_schema` or a loose shape.

use hookswitch_schema::{ArgumentSchema, LooseShape, SchemaFinding, SchemaLimits};
use hookswitch_template::JsonTemplate;
use serde_json::{Map, Value, json};

use crate::definition::{Arguments, FixedParameter, FixedSource};
use crate::draft::{NameRule, ToolDraft};
use crate::finding::Findings;
use crate::name::{ParameterName, SecretName};
use crate::parameter::{ParameterDraft, ParameterSource};

/// Most parameters of one tool.
const MOST_PARAMETERS: usize = 128;
/// What a `system` source may name.
const SYSTEM_VALUES: [&str; 26] = [
    "session_id",
    "session_uuid",
    "session_number",
    "call_id",
    "agent_id",
    "agent_uuid",
    "agent_long_id",
    "agent_number",
    "agent_name",
    "tool_call_id",
    "tool_id",
    "tool_uuid",
    "tool_long_id",
    "tool_number",
    "tool",
    "function",
    "act_id",
    "test",
    "from",
    "to",
    "direction",
    "channel",
    "timezone",
    "now",
    "now_utc",
    "timestamp",
];

pub(super) fn parse(draft: &ToolDraft, findings: &mut Findings) -> Option<Arguments> {
    let forms = [
        ("parameters", draft.parameters.is_some()),
        ("input_schema", draft.input_schema.is_some()),
        ("loose_input", draft.loose_input.is_some()),
    ];
    let given: Vec<&str> =
        forms.into_iter().filter_map(|(form, is_given)| is_given.then_some(form)).collect();
    if given.len() > 1 {
        let message = format!("give one of {}", given.join(", "));
        findings.error(format!("$.{}", given[1]), "conflict", message);
    }
    let arguments = if let Some(parameters) = &draft.parameters {
        check_parameters(draft, parameters, findings);
        let shown = schema_of(parameters);
        compile(&shown, "$.parameters", true, findings)
    } else if let Some(shape) = &draft.loose_input {
        match LooseShape::parse(shape, SchemaLimits::default()) {
            Ok(shape) => Some(Arguments::Loose(shape)),
            Err(found) => {
                note(found, "$.loose_input", false, findings);
                None
            }
        }
    } else {
        let own = draft.input_schema.is_none().then(|| super::call_control::arguments(draft));
        let own = own.flatten().unwrap_or_else(|| json!({"type": "object", "properties": {}}));
        compile(draft.input_schema.as_ref().unwrap_or(&own), "$.input_schema", false, findings)
    };
    if let Some(arguments) = &arguments {
        check_names(draft, arguments, findings);
    }
    arguments
}

/// The parameters that do not come from the model.
pub(super) fn fixed(draft: &ToolDraft, findings: &mut Findings) -> Vec<FixedParameter> {
    let mut fixed = Vec::new();
    for (index, parameter) in draft.parameters.iter().flatten().enumerate() {
        let source = match &parameter.source {
            ParameterSource::Model => continue,
            ParameterSource::Static(value) => FixedSource::Static(value.clone()),
            ParameterSource::System(name) => FixedSource::System(name.clone()),
            ParameterSource::Config(key) => FixedSource::Config(key.clone()),
            // Names that are none were found before.
            ParameterSource::Secret(name) => match SecretName::parse(name.as_str()) {
                Ok(name) => FixedSource::Secret(name),
                Err(_) => continue,
            },
            ParameterSource::Template { value, only_on } => {
                match JsonTemplate::parse(value, NameRule::default().text_syntax()) {
                    Ok(template) => FixedSource::Template(template, *only_on),
                    Err(error) => {
                        let at = format!("$.parameters[{index}].source");
                        findings.error(at, "invalid_template", error.to_string());
                        continue;
                    }
                }
            }
        };
        fixed.push(FixedParameter { name: parameter.name.clone(), source });
    }
    fixed
}

fn compile(shown: &Value, at: &str, is_list: bool, findings: &mut Findings) -> Option<Arguments> {
    match ArgumentSchema::compile(shown, SchemaLimits::default()) {
        Ok(schema) => Some(Arguments::Strict(schema)),
        Err(found) => {
            note(found, at, is_list, findings);
            None
        }
    }
}

fn note(found: Vec<SchemaFinding>, at: &str, is_list: bool, findings: &mut Findings) {
    for finding in found {
        // A path into the schema made from a list of parameters would point nowhere in the draft.
        let path = if is_list { at.to_owned() } else { finding.path.replacen('$', at, 1) };
        findings.error(path, "invalid_schema", finding.message);
    }
}

fn schema_of(parameters: &[ParameterDraft]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in parameters.iter().filter(|parameter| parameter.source == ParameterSource::Model) {
        let mut schema = parameter.schema.clone().unwrap_or_else(|| json!({}));
        if let (Some(object), Some(description)) = (schema.as_object_mut(), &parameter.description) {
            object.entry("description").or_insert_with(|| json!(description));
        }
        properties.insert(parameter.name.clone(), schema);
        if parameter.required {
            required.push(json!(parameter.name));
        }
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn check_parameters(draft: &ToolDraft, parameters: &[ParameterDraft], findings: &mut Findings) {
    if parameters.len() > MOST_PARAMETERS {
        findings.error("$.parameters", "too_many", format!("at most {MOST_PARAMETERS} parameters"));
    }
    for (index, parameter) in parameters.iter().enumerate() {
        let at = format!("$.parameters[{index}]");
        if let Err(error) = ParameterName::parse(parameter.name.as_str()) {
            findings.error(format!("{at}.name"), "invalid_name", error.to_string());
        }
        if parameters[..index].iter().any(|other| other.name == parameter.name) {
            let message = format!("{:?} is there twice", parameter.name);
            findings.error(format!("{at}.name"), "duplicate_name", message);
        }
        if parameter.place.is_some() && draft.webhook.is_none() {
            findings.error(format!("{at}.place"), "conflict", "only webhooks have places");
        }
        check_source(draft, parameter, &at, findings);
    }
}

fn check_source(draft: &ToolDraft, parameter: &ParameterDraft, at: &str, findings: &mut Findings) {
    let at = format!("{at}.source");
    match &parameter.source {
        ParameterSource::Model | ParameterSource::Static(_) | ParameterSource::Template { .. } => {}
        ParameterSource::System(name) if SYSTEM_VALUES.contains(&name.as_str()) => {}
        ParameterSource::System(_) => {
            findings.error(at, "unknown_value", format!("known: {}", SYSTEM_VALUES.join(", ")));
        }
        ParameterSource::Secret(name) => {
            if let Err(error) = crate::name::SecretName::parse(name.as_str()) {
                findings.error(at, "invalid_name", error.to_string());
            }
        }
        ParameterSource::Config(key) => {
            let fields = draft.config_schema.iter().flat_map(|schema| &schema.fields);
            if !fields.into_iter().any(|field| field.key == *key) {
                findings.error(at, "unknown_value", format!("config_schema has no field {key:?}"));
            }
        }
    }
}

fn check_names(draft: &ToolDraft, arguments: &Arguments, findings: &mut Findings) {
    let Some(properties) = arguments.shown().get("properties").and_then(Value::as_object) else { return };
    let lists = [
        ("act_arguments", draft.act_arguments.as_deref()),
        ("sensitive.arguments", Some(&draft.sensitive.arguments[..])),
    ];
    for (list, names) in lists {
        for (index, name) in names.into_iter().flatten().enumerate() {
            if !properties.is_empty() && !properties.contains_key(name) {
                let message = format!("there is no argument {name:?}");
                findings.error(format!("$.{list}[{index}]"), "unknown_argument", message);
            }
        }
    }
}
