//! The subset of Gemini's function declarations: a selection of OpenAPI 3.0 schemas without references.
//!
//! Source: Google, Gemini API, "Schema" of `FunctionDeclaration.parameters`.

use serde_json::{Map, Value, json};

use super::Lowered;
use super::inline::inline;
use super::loss::Losses;

/// Keywords that pass with their values.
const PASSING: [&str; 12] = [
    "title",
    "description",
    "default",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
    "pattern",
];
/// Keywords that are walked through or turned into others.
const WALKED: [&str; 15] = [
    "type",
    "enum",
    "const",
    "format",
    "properties",
    "required",
    "items",
    "anyOf",
    "oneOf",
    "allOf",
    "$schema",
    "nullable",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "examples",
];
/// Formats per type; others are refused by the provider.
const FORMATS: [(&str, &[&str]); 3] =
    [("string", &["enum", "date-time"]), ("integer", &["int32", "int64"]), ("number", &["float", "double"])];
/// Deepest nesting.
const MOST_DEPTH: usize = 32;

pub(super) fn lower(schema: &Value) -> Lowered {
    let (whole, was_cut) = inline(schema);
    let mut losses = Losses::new();
    if was_cut {
        losses.add("refers to itself: where it does so it is shown as an open object");
    }
    let mut schema = lower_schema(&whole, &mut losses, 0);
    // Arguments are an object, whether it is said or not.
    if let Some(members) = schema.as_object_mut()
        && !members.contains_key("anyOf")
    {
        members.entry("type").or_insert_with(|| Value::from("object"));
    }
    Lowered { schema, is_strict: false, losses: losses.found }
}

fn lower_schema(schema: &Value, losses: &mut Losses, depth: usize) -> Value {
    let Some(members) = schema.as_object() else {
        if *schema != Value::Bool(true) {
            losses.add("admits nothing; shown as anything");
        }
        return json!({});
    };
    if depth > MOST_DEPTH {
        losses.add("is nested too deep to be shown");
        return json!({});
    }
    let merged = merge_all_of(members, losses);
    let members = merged.as_ref().unwrap_or(members);
    let mut lowered = Map::new();
    for (name, value) in members {
        if PASSING.contains(&name.as_str()) {
            lowered.insert(name.clone(), value.clone());
        } else if !WALKED.contains(&name.as_str()) {
            losses.add_at(name, "is not shown to the model");
        }
    }
    let is_nullable = lower_type(members, &mut lowered, losses);
    lower_values(members, &mut lowered, losses);
    lower_bounds(members, &mut lowered, losses);
    lower_parts(members, &mut lowered, losses, depth);
    if is_nullable || members.get("nullable") == Some(&Value::Bool(true)) {
        lowered.insert("nullable".to_owned(), Value::Bool(true));
    }
    Value::Object(lowered)
}

/// Several schemas at once: their members side by side where they do not contradict.
fn merge_all_of(members: &Map<String, Value>, losses: &mut Losses) -> Option<Map<String, Value>> {
    let parts = members.get("allOf")?.as_array()?;
    let mut merged = members.clone();
    merged.shift_remove("allOf");
    for part in parts.iter().filter_map(Value::as_object) {
        for (name, value) in part {
            match (name.as_str(), merged.get_mut(name)) {
                (_, None) => drop(merged.insert(name.clone(), value.clone())),
                (_, Some(own)) if own == value => {}
                ("properties", Some(Value::Object(own))) => {
                    for (property, schema) in value.as_object().into_iter().flatten() {
                        if own.get(property).is_some_and(|one| one != schema) {
                            losses.add_at("allOf", format!("one of two schemas of {property:?} is shown"));
                        }
                        own.entry(property.clone()).or_insert_with(|| schema.clone());
                    }
                }
                ("required", Some(Value::Array(own))) => {
                    for one in value.as_array().into_iter().flatten() {
                        if !own.contains(one) {
                            own.push(one.clone());
                        }
                    }
                }
                (name, Some(_)) => losses.add_at("allOf", format!("one of two {name:?} is shown")),
            }
        }
    }
    Some(merged)
}

/// One type; null becomes `nullable`, several become a choice. Gives whether null is admitted.
fn lower_type(members: &Map<String, Value>, lowered: &mut Map<String, Value>, losses: &mut Losses) -> bool {
    let kinds: Vec<&str> = match members.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ if members.contains_key("properties") => vec!["object"],
        _ => Vec::new(),
    };
    let is_nullable = kinds.contains(&"null");
    let others: Vec<&str> = kinds.into_iter().filter(|kind| *kind != "null").collect();
    match others.as_slice() {
        [] if is_nullable => losses.add_at("type", "only null is not shown"),
        [] => {}
        [one] => drop(lowered.insert("type".to_owned(), Value::from(*one))),
        several if members.contains_key("anyOf") || members.contains_key("oneOf") => {
            losses.add_at("type", format!("{} types beside a choice are not shown", several.len()));
        }
        several => {
            let one = |kind: &&str| match *kind {
                "array" => json!({"type": "array", "items": {}}),
                kind => json!({"type": kind}),
            };
            lowered.insert("anyOf".to_owned(), several.iter().map(one).collect());
            losses.add_at("type", "several types are shown as a choice without their keywords");
        }
    }
    if let Some(format) = members.get("format") {
        let known = FORMATS.iter().find(|(kind, _)| others == [*kind]).map_or(&[][..], |(_, known)| known);
        if known.iter().any(|word| format == word) {
            lowered.insert("format".to_owned(), format.clone());
        } else {
            losses.add_at("format", "is not shown to the model");
        }
    }
    is_nullable
}

/// Enums are of strings; a single value is an enum of one.
fn lower_values(members: &Map<String, Value>, lowered: &mut Map<String, Value>, losses: &mut Losses) {
    let values = match (members.get("enum"), members.get("const")) {
        (Some(Value::Array(values)), _) => values.clone(),
        (_, Some(value)) => vec![value.clone()],
        _ => return,
    };
    let word = if members.contains_key("enum") { "enum" } else { "const" };
    if values.iter().any(Value::is_null) {
        lowered.insert("nullable".to_owned(), Value::Bool(true));
    }
    let values: Vec<Value> = values.into_iter().filter(|value| !value.is_null()).collect();
    if values.is_empty() || !values.iter().all(Value::is_string) {
        let list: Vec<String> = values.iter().take(50).map(Value::to_string).collect();
        losses.add_at(word, "values that are no text are told in the description only");
        let before = lowered.get("description").and_then(Value::as_str).unwrap_or_default();
        let text = format!("{before}{}one of {}", if before.is_empty() { "" } else { "; " }, list.join(", "));
        lowered.insert("description".to_owned(), Value::from(text));
        return;
    }
    lowered.entry("type").or_insert_with(|| Value::from("string"));
    lowered.insert("enum".to_owned(), Value::from(values));
}

/// Exclusive bounds become the next wider inclusive ones.
fn lower_bounds(members: &Map<String, Value>, lowered: &mut Map<String, Value>, losses: &mut Losses) {
    for (exclusive, inclusive) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        let Some(bound) = members.get(exclusive).filter(|bound| bound.is_number()) else { continue };
        losses.add_at(exclusive, format!("is shown as {inclusive:?}"));
        lowered.entry(inclusive).or_insert_with(|| bound.clone());
    }
}

fn lower_parts(
    members: &Map<String, Value>,
    lowered: &mut Map<String, Value>,
    losses: &mut Losses,
    depth: usize,
) {
    if let Some(properties) = members.get("properties").and_then(Value::as_object) {
        let here = losses.enter("properties");
        let mut listed = Map::new();
        for (name, property) in properties {
            let there = losses.enter(name);
            listed.insert(name.clone(), lower_schema(property, losses, depth + 1));
            losses.leave(there);
        }
        losses.leave(here);
        let required = members.get("required").and_then(Value::as_array).into_iter().flatten();
        let (known, unknown): (Vec<_>, Vec<_>) =
            required.cloned().partition(|name| name.as_str().is_some_and(|name| listed.contains_key(name)));
        if !unknown.is_empty() {
            losses.add_at("required", "members that are not listed are not shown");
        }
        if !known.is_empty() {
            lowered.insert("required".to_owned(), Value::from(known));
        }
        lowered.insert("properties".to_owned(), Value::Object(listed));
    } else if members.contains_key("required") {
        losses.add_at("required", "members that are not listed are not shown");
    }
    if let Some(items) = members.get("items") {
        let here = losses.enter("items");
        lowered.insert("items".to_owned(), lower_schema(items, losses, depth + 1));
        losses.leave(here);
    } else if lowered.get("type").is_some_and(|kind| kind == "array") {
        // The provider refuses a list without it.
        lowered.insert("items".to_owned(), json!({}));
    }
    for word in ["anyOf", "oneOf"] {
        let Some(choices) = members.get(word).and_then(Value::as_array) else { continue };
        if lowered.contains_key("anyOf") {
            losses.add_at(word, "a second choice is not shown");
            continue;
        }
        if word == "oneOf" {
            losses.add_at(word, "more than one choice may fit");
        }
        let is_null = |choice: &Value| choice.get("type").is_some_and(|kind| kind == "null");
        let mut shown = Vec::new();
        for (index, choice) in choices.iter().enumerate() {
            if is_null(choice) {
                lowered.insert("nullable".to_owned(), Value::Bool(true));
                continue;
            }
            let here = losses.enter_item(word, index);
            shown.push(lower_schema(choice, losses, depth + 1));
            losses.leave(here);
        }
        lowered.insert("anyOf".to_owned(), Value::from(shown));
    }
}
