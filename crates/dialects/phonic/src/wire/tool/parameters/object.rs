//! The schema form.

use serde_json::{Map, Value};

use crate::wire::param_errors::{ParamErrors, item, member};

/// Deepest level; a top-level parameter is level 1.
const MOST_LEVELS: usize = 5;
/// Deepest nesting of schemas that stand beside one another (`anyOf` and the like).
const MOST_NESTED: usize = 32;
/// Keywords that lead out of the schema.
const REFUSED: [&str; 3] = ["$ref", "$dynamicRef", "$id"];
/// Keywords of the root that would constrain the arguments as a whole: parameters are placed one by one.
const REFUSED_AT_ROOT: [&str; 16] = [
    "allOf",
    "anyOf",
    "const",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "enum",
    "if",
    "maxProperties",
    "minProperties",
    "not",
    "oneOf",
    "patternProperties",
    "propertyNames",
    "then",
    "unevaluatedProperties",
];
/// Types of values.
const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "null", "array", "object"];

pub(super) fn check(root: &Map<String, Value>, errors: &mut ParamErrors) {
    if root.get("type").and_then(Value::as_str) != Some("object") {
        errors.note("parameters.type", "Must be object");
    }
    if root.get("additionalProperties").is_some_and(|value| *value != Value::Bool(false)) {
        errors.note("parameters.additionalProperties", "Must be false");
    }
    for keyword in REFUSED.iter().chain(&REFUSED_AT_ROOT) {
        if root.contains_key(*keyword) {
            errors.note(member("parameters", keyword), "Not available at the root of parameters");
        }
    }
    let none = Map::new();
    let properties = match root.get("properties") {
        None => &none,
        Some(Value::Object(properties)) => properties,
        Some(_) => {
            errors.note("parameters.properties", "Expected an object");
            return;
        }
    };
    check_required(root, properties, errors);
    for (name, schema) in properties {
        check_value(schema, &member("parameters.properties", name), 1, 0, errors);
    }
}

fn check_required(root: &Map<String, Value>, properties: &Map<String, Value>, errors: &mut ParamErrors) {
    let names = match root.get("required") {
        None => return,
        Some(Value::Array(names)) => names,
        Some(_) => {
            errors.note("parameters.required", "Expected an array");
            return;
        }
    };
    for (index, name) in names.iter().enumerate() {
        let is_known = name.as_str().is_some_and(|name| properties.contains_key(name));
        if !is_known || names[..index].contains(name) {
            errors.note(item("parameters.required", index), "Must name one of the properties, each once");
        }
    }
}

fn check_value(schema: &Value, at: &str, level: usize, nested: usize, errors: &mut ParamErrors) {
    if level > MOST_LEVELS || nested > MOST_NESTED {
        errors.note(at, format!("Nested deeper than {MOST_LEVELS} levels"));
        return;
    }
    let Some(keywords) = schema.as_object() else {
        // `true` and `false` are schemas; at the top a parameter says what it is.
        if level == 1 && nested == 0 || !schema.is_boolean() {
            errors.note(at, "Expected a schema");
        }
        return;
    };
    for keyword in REFUSED {
        if keywords.contains_key(keyword) {
            errors.note(member(at, keyword), "Not available");
        }
    }
    if let Some(types) = keywords.get("type") {
        let is_type = |value: &Value| value.as_str().is_some_and(|word| TYPES.contains(&word));
        let fits = match types {
            Value::Array(several) => !several.is_empty() && several.iter().all(is_type),
            one => is_type(one),
        };
        if !fits {
            errors.note(member(at, "type"), format!("One of {}, or a list of them", TYPES.join(", ")));
        }
    }
    if keywords.get("description").is_some_and(|text| !text.is_string()) {
        errors.note(member(at, "description"), "Expected a string");
    }
    if let Some(values) = keywords.get("enum")
        && !values
            .as_array()
            .is_some_and(|values| values.iter().all(|value| !value.is_array() && !value.is_object()))
    {
        errors.note(member(at, "enum"), "Expected an array of strings, numbers, booleans or null");
    }
    for (keyword, below) in BELOW {
        let Some(value) = keywords.get(keyword) else { continue };
        let at = member(at, keyword);
        let (level, nested) = if below { (level + 1, nested) } else { (level, nested + 1) };
        match value {
            Value::Object(many) if MANY.contains(&keyword) => {
                for (name, schema) in many {
                    check_value(schema, &member(&at, name), level, nested, errors);
                }
            }
            Value::Array(list) => {
                for (index, schema) in list.iter().enumerate() {
                    check_value(schema, &item(&at, index), level, nested, errors);
                }
            }
            one => check_value(one, &at, level, nested, errors),
        }
    }
}

/// Keywords that hold schemas, and whether these are a level below.
const BELOW: [(&str, bool); 18] = [
    ("properties", true),
    ("items", true),
    ("prefixItems", true),
    ("additionalProperties", true),
    ("patternProperties", true),
    ("unevaluatedProperties", true),
    ("unevaluatedItems", true),
    ("contains", true),
    ("propertyNames", true),
    ("$defs", true),
    ("dependentSchemas", false),
    ("anyOf", false),
    ("oneOf", false),
    ("allOf", false),
    ("not", false),
    ("if", false),
    ("then", false),
    ("else", false),
];

/// Those of them that hold schemas by name.
const MANY: [&str; 4] = ["properties", "patternProperties", "$defs", "dependentSchemas"];
