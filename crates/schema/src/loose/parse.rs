//! From an `input_schema` to the JSON Schema that it implies.

use serde_json::{Map, Value, json};

use crate::decode::decode_value;
use crate::json_path::{push_member, shorten};
use crate::{SchemaFinding, SchemaLimits};

pub(super) struct Parsed {
    pub(super) model_schema: Value,
    pub(super) example: Option<Value>,
}

pub(super) fn parse(input_schema: &Value, limits: SchemaLimits) -> Result<Parsed, Vec<SchemaFinding>> {
    let read = match input_schema {
        Value::String(text) if text.len() > limits.max_bytes => None,
        Value::String(text) => decode_value(text, limits.max_depth).ok(),
        Value::Null => Some(json!({})),
        other => Some(other.clone()),
    };
    let Some(Value::Object(shape)) = read else {
        return Err(vec![SchemaFinding::new("$", "an input_schema is a JSON object, or JSON text of one")]);
    };
    let model_schema = object(&shape, 0, limits.max_depth, &mut "$".to_owned())?;
    Ok(Parsed { model_schema, example: shape.get("example").cloned() })
}

/// Keys that every shape may have beside its properties. `additionalProperties` is one of them because a shape that is
/// closed without properties could never be called.
const NEUTRAL: [&str; 4] = ["additionalProperties", "example", "required", "type"];

/// A property value with one of these is JSON Schema.
const MARKS: [&str; 10] =
    ["type", "properties", "items", "enum", "anyOf", "oneOf", "allOf", "const", "format", "pattern"];

const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];

/// Keywords of JSON Schema 2020-12; a shape with one of these has no implied properties.
const KEYWORDS: [&str; 57] = [
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$ref",
    "$schema",
    "$vocabulary",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "description",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "then",
    "title",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
    "dependencies",
];

/// The schema of an object shape. Keywords of its own (`$defs`, `additionalProperties` …) stay and count.
fn object(
    shape: &Map<String, Value>,
    depth: usize,
    max_depth: usize,
    path: &mut String,
) -> Result<Value, Vec<SchemaFinding>> {
    if depth > max_depth {
        return Err(vec![SchemaFinding::new(path.as_str(), "the shape is nested too deep")]);
    }
    let mut properties = Map::new();
    for (name, value) in implied(shape) {
        let length = path.len();
        push_member(path, name);
        properties.insert(name.clone(), property(value, depth, max_depth, path)?);
        path.truncate(length);
    }
    if let (false, Some(Value::Object(example))) = (has_properties(shape), shape.get("example")) {
        for (name, value) in example {
            properties
                .entry(name.clone())
                .or_insert_with(|| described(&format!("for example: {}", text_of(value))));
        }
    }
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    for (keyword, value) in shape.iter().filter(|(name, _)| KEYWORDS.contains(&name.as_str())) {
        if keyword != "properties" {
            schema.insert(keyword.clone(), value.clone());
        }
    }
    let required = required(shape);
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    Ok(Value::Object(schema))
}

/// The properties that a shape declares, or that its remaining keys are.
fn implied(shape: &Map<String, Value>) -> Vec<(&String, &Value)> {
    if let Some(Value::Object(properties)) = shape.get("properties") {
        return properties.iter().collect();
    }
    let rest = || shape.iter().filter(|(name, _)| !NEUTRAL.contains(&name.as_str()));
    if rest().any(|(name, _)| KEYWORDS.contains(&name.as_str())) { Vec::new() } else { rest().collect() }
}

/// Whether the keys of `example` are no longer asked.
fn has_properties(shape: &Map<String, Value>) -> bool {
    shape.contains_key("properties") || !implied(shape).is_empty()
}

fn required(shape: &Map<String, Value>) -> Vec<Value> {
    let names = shape.get("required").and_then(Value::as_array).into_iter().flatten();
    let mut names: Vec<_> = names.filter(|name| name.is_string()).cloned().collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.to_string()));
    names
}

fn property(
    value: &Value,
    depth: usize,
    max_depth: usize,
    path: &mut String,
) -> Result<Value, Vec<SchemaFinding>> {
    Ok(match value {
        Value::Object(members) if MARKS.iter().any(|mark| members.contains_key(*mark)) => {
            json_schema(members)
        }
        Value::Object(members) => object(members, depth + 1, max_depth, path)?,
        Value::String(text) => named_or_hint(text),
        other => described(&format!("for example: {}", text_of(other))),
    })
}

/// A property meant as JSON Schema. One whose `type` names no type (`"type": "YYYY-MM-DD"`) is a hint; the old
/// `"required": true` in a property says nothing in JSON Schema and is dropped.
fn json_schema(members: &Map<String, Value>) -> Value {
    match members.get("type") {
        Some(Value::String(name)) if !TYPES.contains(&name.as_str()) && name != "null" => {
            let description = members.get("description").and_then(Value::as_str);
            described(
                &description.map_or_else(|| name.clone(), |description| format!("{name}; {description}")),
            )
        }
        _ => {
            let kept = members.iter().filter(|(name, value)| *name != "required" || value.is_array());
            let kept = kept.map(|(name, value)| match (name.as_str(), value) {
                ("properties", Value::Object(properties)) => (name.clone(), with_hints(properties)),
                _ => (name.clone(), value.clone()),
            });
            Value::Object(kept.collect())
        }
    }
}

/// Properties of a JSON Schema in which hints stand where schemas are expected: hints never refuse.
fn with_hints(properties: &Map<String, Value>) -> Value {
    let read = |value: &Value| match value {
        Value::Object(members) if MARKS.iter().any(|mark| members.contains_key(*mark)) => {
            json_schema(members)
        }
        Value::String(name) => named_or_hint(name),
        other => other.clone(),
    };
    Value::Object(properties.iter().map(|(name, value)| (name.clone(), read(value))).collect())
}

/// The name of a type, or a hint.
fn named_or_hint(text: &str) -> Value {
    if TYPES.contains(&text) { json!({"type": text}) } else { described(text) }
}

fn described(hint: &str) -> Value {
    json!({"description": hint})
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| shorten(&value.to_string()), str::to_owned)
}
