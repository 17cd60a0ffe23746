//! How a tool is shown to a model: providers take subsets of JSON Schema, and what does not fit is left out with a
//! report. A lowered schema only ever allows more; arguments are checked against the original.

mod gemini;
mod inline;
mod loss;
mod openai;

use serde_json::{Value, json};

pub use loss::Loss;

use crate::nulls::{admits_null, is_required};
use crate::{ArgumentSchema, SchemaLimits};

/// Whose subset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Everything passes.
    AsIs,
    /// Functions with `strict: true` of OpenAI.
    OpenaiStrict,
    /// Function declarations of Gemini: a subset of OpenAPI 3.0.
    Gemini,
}

/// A schema as a provider takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowered {
    /// The schema.
    pub schema: Value,
    /// Whether the function may be declared `strict`: its optional arguments then come as null.
    pub is_strict: bool,
    /// What the model does not see.
    pub losses: Vec<Loss>,
}

/// A schema of a tool's arguments in a provider's subset. Never fails: what no subset can say is left out, and a
/// schema that can't be strict at all stays as it is and is not declared so.
pub fn lower(schema: &Value, target: Target) -> Lowered {
    match target {
        Target::AsIs => Lowered { schema: schema.clone(), is_strict: false, losses: Vec::new() },
        Target::OpenaiStrict => openai::lower(schema),
        Target::Gemini => gemini::lower(schema),
    }
}

/// Takes the nulls out of arguments that stand for optional ones not given: a strict function has to send every
/// argument. Where the original admits null, it stays.
pub fn drop_lowered_nulls(original: &Value, arguments: &mut Value) {
    let (whole, _) = inline::inline(original);
    drop_nulls(&whole, arguments);
}

fn drop_nulls(schema: &Value, value: &mut Value) {
    let choices = ["anyOf", "oneOf"].into_iter().find_map(|word| schema.get(word).and_then(Value::as_array));
    if let Some(choices) = choices {
        // The first choice that the value fits without them.
        let fitting = choices.iter().find_map(|choice| {
            let mut candidate = value.clone();
            drop_nulls(choice, &mut candidate);
            fits(choice, &candidate).then_some(candidate)
        });
        if let Some(candidate) = fitting {
            *value = candidate;
        }
        return;
    }
    match value {
        Value::Object(members) => {
            let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
            members.retain(|name, member| {
                let refuses = properties.get(name).is_some_and(|one| !admits_null(one));
                !(member.is_null() && refuses && !is_required(schema, name))
            });
            for (name, member) in members {
                if let Some(property) = properties.get(name) {
                    drop_nulls(property, member);
                }
            }
        }
        Value::Array(items) => {
            let Some(schema) = schema.get("items") else { return };
            for item in items.iter_mut() {
                drop_nulls(schema, item);
            }
        }
        _ => {}
    }
}

fn fits(schema: &Value, value: &Value) -> bool {
    let whole = json!({"type": "object", "properties": {"value": schema}, "required": ["value"]});
    let compiled = ArgumentSchema::compile(&whole, SchemaLimits::default());
    compiled.is_ok_and(|compiled| compiled.check(&json!({ "value": value })).is_ok())
}

/// The function shape of OpenAI-compatible endpoints; the schema is passed through.
pub fn to_openai(name: &str, description: &str, schema: &Value) -> Value {
    json!({"type": "function", "function": {"name": name, "description": description, "parameters": schema}})
}
