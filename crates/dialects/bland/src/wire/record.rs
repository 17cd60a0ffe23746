//! A tool in answers: flat fields, and the same fields nested under `tool` (bland: 2.1).

use hookswitch_model::tool::StoredTool;
use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::ids::tool_text;

/// Fields of the nested form, in the order of the page.
const NESTED: [&str; 13] = [
    "name",
    "description",
    "speech",
    "method",
    "timeout",
    "url",
    "headers",
    "body",
    "query",
    "input_schema",
    "response",
    "response_data",
    "public",
];

/// The record of a tool with its fields as they are shown to the caller.
pub fn record(tool: &StoredTool, fields: &Fields) -> Value {
    let mut record = Map::new();
    record.insert("tool_id".to_owned(), json!(tool_text(tool.id)));
    record.insert("type".to_owned(), json!("custom_tool"));
    record.insert("label".to_owned(), fields.get("label").cloned().unwrap_or_default());
    record.insert("public".to_owned(), fields.get("public").cloned().unwrap_or(json!(false)));
    record.insert("created_at".to_owned(), json!(tool.created_at));
    let mut nested = Map::new();
    for name in NESTED {
        if let Some(value) = fields.get(name) {
            nested.insert(name.to_owned(), value.clone());
        }
    }
    for (name, value) in &nested {
        record.entry(name.clone()).or_insert_with(|| value.clone());
    }
    record.insert("tool".to_owned(), Value::Object(nested));
    Value::Object(record)
}
