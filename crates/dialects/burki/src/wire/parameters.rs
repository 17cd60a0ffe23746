//! Lists of parameters as the Python client sends and reads them, and JSON Schemas.

use serde_json::{Map, Value, json};

use super::aliases::schema_type;
use super::read::{Members, Reader};
use super::style::{Problem, Step};

/// The schema of `parameters`: a list, or a schema itself.
pub fn schema_of(reader: &mut Reader, value: &Value, at: &[Step]) -> Option<Value> {
    match value {
        Value::Object(_) => Some(value.clone()),
        Value::Array(items) => of_list(reader, items, at),
        other => {
            reader.note(at.to_vec(), Problem::NotList, other);
            None
        }
    }
}

fn of_list(reader: &mut Reader, items: &[Value], at: &[Step]) -> Option<Value> {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (index, item) in items.iter().enumerate() {
        let mut at = at.to_vec();
        at.push(index.into());
        let Some(map) = item.as_object() else {
            reader.note(at, Problem::NotObject, item);
            return None;
        };
        let members = Members::new(map, at);
        reader.required(&members, "name")?;
        let name = reader.text(&members, "name", 1, 64)?;
        let kind = reader.text(&members, "type", 0, 64).unwrap_or_default();
        if reader.boolean(&members, "required").unwrap_or(false) {
            required.push(json!(name));
        }
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!(schema_type(&kind)));
        for keyword in ["description", "default", "enum"] {
            if let Some(value) = members.get(keyword) {
                schema.insert(keyword.to_owned(), value.clone());
            }
        }
        properties.insert(name, Value::Object(schema));
    }
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = Value::Array(required);
    }
    Some(schema)
}

/// The list of a schema's properties.
pub fn list_of(schema: &Value) -> Vec<Value> {
    let required: Vec<&str> = match schema.get("required").and_then(Value::as_array) {
        Some(names) => names.iter().filter_map(Value::as_str).collect(),
        None => Vec::new(),
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    let items = properties.into_iter().flatten().map(|(name, property)| {
        json!({
            "name": name,
            "type": type_of(property),
            "description": property.get("description").and_then(Value::as_str),
            "required": required.contains(&name.as_str()),
            "default": property.get("default"),
            "enum": property.get("enum").and_then(Value::as_array).map(|words| texts(words)),
        })
    });
    items.collect()
}

/// One word: of a union the first that is not null.
fn type_of(property: &Value) -> &str {
    match property.get("type") {
        Some(Value::String(word)) => word,
        Some(Value::Array(words)) => {
            words.iter().filter_map(Value::as_str).find(|word| *word != "null").unwrap_or("string")
        }
        _ => "string",
    }
}

/// Words of an `enum`: texts only, other values as JSON text.
fn texts(words: &[Value]) -> Vec<String> {
    let text = |word: &Value| word.as_str().map_or_else(|| word.to_string(), str::to_owned);
    words.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_list_becomes_a_schema_and_comes_back() {
        let list = json!([
            {"name": "n", "type": "int", "description": "Number", "required": true},
            {"name": "kind", "enum": ["a", "b"], "default": "a"},
            {"name": "flag", "type": "bool"}, {"name": "items", "type": "list"}, {"name": "x", "type": "thing"}
        ]);
        let mut reader = Reader::default();
        let schema = schema_of(&mut reader, &list, &["body".into(), "parameters".into()]).unwrap();
        reader.finish().unwrap();
        assert_eq!(
            schema,
            json!({"type": "object", "properties": {
                "n": {"type": "integer", "description": "Number"},
                "kind": {"type": "string", "default": "a", "enum": ["a", "b"]},
                "flag": {"type": "boolean"}, "items": {"type": "array"}, "x": {"type": "string"}},
                "required": ["n"]})
        );
        let shown = list_of(&schema);
        assert_eq!(
            shown[0],
            json!({"name": "n", "type": "integer", "description": "Number", "required": true, "default": null,
                "enum": null})
        );
        assert_eq!(shown[1]["enum"], json!(["a", "b"]));
        let mut reader = Reader::default();
        assert_eq!(schema_of(&mut reader, &Value::Array(shown), &[]).unwrap(), schema);
    }

    #[test]
    fn any_schema_has_a_list() {
        let schema = json!({"type": "object", "properties": {
            "a": {"type": ["null", "integer"], "enum": [1, null, "x"], "description": 7}, "b": true}});
        let list = list_of(&schema);
        assert_eq!(
            list[0],
            json!({"name": "a", "type": "integer", "description": null, "required": false, "default": null,
                "enum": ["1", "null", "x"]})
        );
        assert_eq!(list[1]["type"], json!("string"));
        assert_eq!(list_of(&json!({})), Vec::<Value>::new());
    }
}
