//! How a tool is shown to a model.

use serde_json::{Value, json};

/// The function shape of OpenAI-compatible endpoints; the schema is passed through.
pub fn to_openai(name: &str, description: &str, schema: &Value) -> Value {
    json!({"type": "function", "function": {"name": name, "description": description, "parameters": schema}})
}
