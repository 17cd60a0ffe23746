//! What a model does not see of a tool's schema in the subset of its provider.

use hookswitch_schema::{Target, lower};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::words;

/// A tool's schema in the subset of a provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lowering)]
pub struct LoweredBody {
    /// Whose subset, as in an agent's `brain.schemas`.
    #[schema(value_type = words::SchemaForm)]
    pub schemas: &'static str,
    /// Whether the function is declared strict; its optional arguments then come as null.
    pub strict: bool,
    /// What is left out or loosened. Arguments are checked against the original all the same.
    pub losses: Vec<LossBody>,
}

/// Something that is left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Loss)]
pub struct LossBody {
    /// JSON path in the schema.
    #[schema(example = "$.properties.date.minLength")]
    pub path: String,
    /// What becomes of it.
    pub message: String,
}

impl LoweredBody {
    /// The subsets of all providers that have one.
    pub fn all(schema: &Value) -> Vec<Self> {
        let subsets = [("openai_strict", Target::OpenaiStrict), ("gemini", Target::Gemini)];
        let lowered = subsets.map(|(schemas, target)| {
            let lowered = lower(schema, target);
            let losses = lowered.losses.into_iter();
            let losses = losses.map(|loss| LossBody { path: loss.path, message: loss.message });
            Self { schemas, strict: lowered.is_strict, losses: losses.collect() }
        });
        lowered.into()
    }
}
