//! The subset of JSON Schema that strict functions take.

use serde_json::Value;

/// Keywords that strict schemas know.
const KNOWN: [&str; 24] = [
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "description",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "multipleOf",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
    "$schema",
    "$id",
    "definitions",
];
/// Formats that strict schemas know.
const FORMATS: [&str; 9] =
    ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

pub(super) fn check(schema: &Value) -> Result<(), String> {
    if schema["type"] != "object" {
        return Err("schema must be a JSON Schema of 'type: \"object\"'".to_owned());
    }
    one(schema, 0)
}

fn one(schema: &Value, depth: usize) -> Result<(), String> {
    if depth > 10 {
        return Err("nested too deep".to_owned());
    }
    let members = schema.as_object().ok_or("a schema must be an object")?;
    if let Some(unknown) = members.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(format!("'{unknown}' is not permitted"));
    }
    if let Some(format) = members.get("format")
        && !FORMATS.iter().any(|known| format == known)
    {
        return Err(format!("{format} is not a valid format"));
    }
    let is_typed = ["type", "anyOf", "$ref", "enum", "const"].iter().any(|name| members.contains_key(*name));
    if !is_typed {
        return Err("schema must have a 'type' key".to_owned());
    }
    let is_object = schema["type"] == "object"
        || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "object"));
    let mut deeper = depth;
    if is_object {
        deeper += 1;
        if schema["additionalProperties"] != false {
            return Err("'additionalProperties' is required to be supplied and to be false".to_owned());
        }
        let listed: Vec<&String> =
            schema["properties"].as_object().into_iter().flat_map(|map| map.keys()).collect();
        let required = schema["required"].as_array().ok_or("'required' is required to be supplied")?;
        let is_whole = listed.len() == required.len()
            && listed.iter().all(|name| required.iter().any(|other| other == name.as_str()));
        if !is_whole {
            return Err("'required' must include every key in properties".to_owned());
        }
    }
    if schema["type"] == "array" && !members.contains_key("items") {
        return Err("array schema missing items".to_owned());
    }
    let below = schema["properties"].as_object().into_iter().flat_map(|map| map.values());
    let choices = schema["anyOf"].as_array().into_iter().flatten();
    let defs = schema["$defs"].as_object().into_iter().flat_map(|map| map.values());
    below.chain(choices).chain(defs).chain(members.get("items")).try_for_each(|part| one(part, deeper))
}
