//! The subset of OpenAI's strict functions: every object lists all its members and takes no others, optional ones
//! come as null.
//!
//! Source: OpenAI, "Structured model outputs", Supported schemas.

use serde_json::{Map, Value, json};

use super::Lowered;
use super::inline::inline;
use super::loss::Losses;

/// Keywords that pass with their values.
const PASSING: [&str; 13] = [
    "type",
    "description",
    "title",
    "enum",
    "const",
    "pattern",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
];
/// Keywords that are walked through, or say what the lowered form says anyway.
const WALKED: [&str; 7] =
    ["properties", "required", "additionalProperties", "items", "anyOf", "$schema", "unevaluatedProperties"];
/// Formats that are understood.
const FORMATS: [&str; 9] =
    ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];
/// Deepest nesting of objects.
const MOST_DEPTH: usize = 10;
/// Most properties in all.
const MOST_PROPERTIES: usize = 5_000;
/// Most values of enums in all.
const MOST_ENUM_VALUES: usize = 1_000;

/// The schema can't be said strictly; the last loss says why.
struct NotStrict;

struct Walk {
    losses: Losses,
    depth: usize,
    properties: usize,
    enum_values: usize,
}

pub(super) fn lower(schema: &Value) -> Lowered {
    let (whole, was_cut) = inline(schema);
    let empty = Map::new();
    let mut walk = Walk { losses: Losses::new(), depth: 0, properties: 0, enum_values: 0 };
    let is_object = whole.get("anyOf").is_none()
        && whole.get("oneOf").is_none()
        && whole.get("type").is_none_or(|kind| kind == "object");
    let lowered = if was_cut {
        walk.refuse("refers to itself")
    } else if is_object {
        walk.object(whole.as_object().unwrap_or(&empty))
    } else {
        walk.refuse("is not one object")
    };
    let mut losses = walk.losses.found;
    if let Ok(schema) = lowered {
        return Lowered { schema: Value::Object(schema), is_strict: true, losses };
    }
    // As it is: most of it is a help to the model all the same.
    losses.drain(..losses.len().saturating_sub(1));
    Lowered { schema: schema.clone(), is_strict: false, losses }
}

impl Walk {
    fn refuse<T>(&mut self, why: &str) -> Result<T, NotStrict> {
        self.losses.add(format!("{why}; the function is not declared strict"));
        Err(NotStrict)
    }

    fn schema(&mut self, schema: &Value) -> Result<Value, NotStrict> {
        let Some(members) = schema.as_object() else { return self.refuse("admits anything or nothing") };
        for word in ["anyOf", "oneOf"] {
            if let Some(choices) = members.get(word).and_then(Value::as_array) {
                return self.choice(members, word, choices);
            }
        }
        let kinds = kinds(members);
        let is_of = |kind: &str| kinds.contains(&kind);
        if is_of("object") || kinds.is_empty() && members.contains_key("properties") {
            return match kinds.as_slice() {
                [] | [_] => self.object(members).map(Value::Object),
                [_, _] if is_of("null") => self.object(members).map(|object| nullable(Value::Object(object))),
                _ => self.refuse("is an object or something else"),
            };
        }
        let values = members.get("enum").and_then(Value::as_array).map_or(0, Vec::len);
        self.enum_values += values;
        if self.enum_values > MOST_ENUM_VALUES {
            return self.refuse("has too many values");
        }
        if kinds.is_empty() && values == 0 && !members.contains_key("const") {
            return self.refuse("has no type");
        }
        let mut lowered = self.passing(members);
        if is_of("array") {
            let items = members.get("items").filter(|items| items.is_object());
            let (Some(items), false) = (items, members.contains_key("prefixItems")) else {
                return self.refuse("is a list without one schema of its items");
            };
            let here = self.losses.enter("items");
            let items = self.schema(items)?;
            self.losses.leave(here);
            lowered.insert("items".to_owned(), items);
        }
        Ok(Value::Object(lowered))
    }

    fn object(&mut self, members: &Map<String, Value>) -> Result<Map<String, Value>, NotStrict> {
        let properties = members.get("properties").and_then(Value::as_object);
        let is_closed = members.get("additionalProperties") == Some(&Value::Bool(false));
        if members.get("additionalProperties").is_some_and(|free| *free != Value::Bool(false))
            || members.contains_key("patternProperties")
            || self.depth > 0 && !is_closed && properties.is_none_or(Map::is_empty)
        {
            return self.refuse("takes members that it does not list");
        }
        let no_properties = Map::new();
        let properties = properties.unwrap_or(&no_properties);
        self.properties += properties.len();
        self.depth += 1;
        if self.depth > MOST_DEPTH || self.properties > MOST_PROPERTIES {
            return self.refuse("is too large or too deep");
        }
        let required: Vec<&str> = required(members);
        if required.iter().any(|name| !properties.contains_key(*name)) {
            return self.refuse("requires a member that it does not list");
        }
        let mut lowered = self.passing(members);
        let mut listed = Map::new();
        let here = self.losses.enter("properties");
        for (name, property) in properties {
            let there = self.losses.enter(name);
            let one = self.schema(property)?;
            self.losses.leave(there);
            let is_required = required.contains(&name.as_str());
            listed.insert(name.clone(), if is_required { one } else { nullable(one) });
        }
        self.losses.leave(here);
        self.depth -= 1;
        lowered.insert("type".to_owned(), Value::from("object"));
        lowered.insert("required".to_owned(), listed.keys().map(String::as_str).collect());
        lowered.insert("properties".to_owned(), Value::Object(listed));
        lowered.insert("additionalProperties".to_owned(), Value::Bool(false));
        Ok(lowered)
    }

    fn choice(
        &mut self,
        members: &Map<String, Value>,
        word: &str,
        choices: &[Value],
    ) -> Result<Value, NotStrict> {
        if choices.is_empty() {
            return self.refuse("is a choice of nothing");
        }
        if word == "oneOf" {
            self.losses.add_at(word, "more than one choice may fit");
        }
        let mut lowered = Vec::with_capacity(choices.len());
        for (index, choice) in choices.iter().enumerate() {
            let here = self.losses.enter_item(word, index);
            lowered.push(self.schema(choice)?);
            self.losses.leave(here);
        }
        let mut choice = Map::new();
        for (name, value) in members.iter().filter(|(name, _)| *name != word) {
            if matches!(name.as_str(), "description" | "title") {
                choice.insert(name.clone(), value.clone());
            } else {
                self.losses.add_at(name, "is not shown beside a choice");
            }
        }
        choice.insert("anyOf".to_owned(), Value::from(lowered));
        Ok(Value::Object(choice))
    }

    /// The keywords that pass; the others are losses.
    fn passing(&mut self, members: &Map<String, Value>) -> Map<String, Value> {
        let mut passing = Map::new();
        for (name, value) in members {
            let passes = PASSING.contains(&name.as_str())
                || name == "format" && FORMATS.iter().any(|known| value == known);
            if passes {
                passing.insert(name.clone(), value.clone());
            } else if !WALKED.contains(&name.as_str()) {
                self.losses.add_at(name, "is not shown to the model");
            }
        }
        passing
    }
}

fn kinds(members: &Map<String, Value>) -> Vec<&str> {
    match members.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn required(members: &Map<String, Value>) -> Vec<&str> {
    let names = members.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The same, or null.
fn nullable(schema: Value) -> Value {
    let Value::Object(mut members) = schema else { return schema };
    if !members.contains_key("enum") && !members.contains_key("const") && !members.contains_key("properties")
    {
        match members.get_mut("type") {
            Some(kind @ Value::String(_)) => {
                let one = kind.take();
                *kind = if one == "null" { one } else { json!([one, "null"]) };
                return Value::Object(members);
            }
            Some(Value::Array(kinds)) => {
                if !kinds.iter().any(|kind| kind == "null") {
                    kinds.push(Value::from("null"));
                }
                return Value::Object(members);
            }
            _ => {}
        }
    }
    if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
        choices.push(json!({"type": "null"}));
        return Value::Object(members);
    }
    // What it is for stays in sight.
    let description = members.shift_remove("description");
    let mut choice = Map::new();
    choice.extend(description.map(|text| ("description".to_owned(), text)));
    choice.insert("anyOf".to_owned(), json!([members, {"type": "null"}]));
    Value::Object(choice)
}
