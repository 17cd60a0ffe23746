//! How a tool is shown to a model: providers take subsets of JSON Schema, and what does not fit is left out with a
//! report. A lowered schema only ever allows more; arguments are checked against the original.

mod gemini;
mod inline;
mod loss;
mod openai;

use serde_json::{Value, json};

pub use loss::Loss;

use crate::nulls::drop_refused_nulls;

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
    drop_refused_nulls(&whole, arguments);
}

/// The function shape of OpenAI-compatible endpoints; the schema is passed through.
pub fn to_openai(name: &str, description: &str, schema: &Value) -> Value {
    json!({"type": "function", "function": {"name": name, "description": description, "parameters": schema}})
}
