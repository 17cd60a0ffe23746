//! `response` and `response_data`: what is taken out of an answer (bland: 3.5).

use std::collections::BTreeMap;

use hookswitch_template::Extraction;
use serde_json::Value;

use super::Lowering;
use crate::wire::problem::{INVALID_PARAMETER, Item};

/// Longest text that explains a value, in characters.
const MOST_CONTEXT: usize = 8192;
/// Most mappings of one tool.
const MOST_MAPPINGS: usize = 64;

/// What both fields together mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::wire) struct Mappings {
    /// Variable → path.
    pub(in crate::wire) extract: BTreeMap<String, String>,
    /// Texts that explain the values.
    pub(in crate::wire) context: Vec<String>,
    /// Entries without a name or a path: kept as they are, never set. Name and path.
    pub(in crate::wire) skipped: Vec<(String, String)>,
}

/// Reads both; `response_data` comes second and wins.
pub(in crate::wire) fn mappings(
    response: Option<&Value>,
    response_data: Option<&Value>,
    items: &mut Vec<Item>,
) -> Mappings {
    let mut mappings = Mappings::default();
    match response {
        None | Some(Value::Null) => {}
        Some(Value::Object(members)) => {
            for (name, path) in members {
                read(&mut mappings, Some(name), Some(path), &format!("response.{name}"), items);
            }
        }
        Some(_) => refuse(items, "response", "response must be an object of names and JSON paths."),
    }
    match response_data {
        None | Some(Value::Null) => {}
        Some(Value::Array(entries)) => {
            for (index, entry) in entries.iter().enumerate() {
                entry_of(&mut mappings, entry, &format!("response_data[{index}]"), items);
            }
        }
        Some(_) => refuse(items, "response_data", "response_data must be an array."),
    }
    if mappings.extract.len() > MOST_MAPPINGS {
        refuse(items, "response", &format!("at most {MOST_MAPPINGS} values can be mapped."));
    }
    mappings
}

fn entry_of(mappings: &mut Mappings, entry: &Value, at: &str, items: &mut Vec<Item>) {
    let Some(members) = entry.as_object() else {
        return refuse(items, at, &format!("{at} must be an object."));
    };
    let name = match members.get("name") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return refuse(items, &format!("{at}.name"), &format!("{at}.name must be a string.")),
    };
    let is_set = read(mappings, name, members.get("data"), &format!("{at}.data"), items);
    match members.get("context") {
        Some(Value::String(text)) if text.chars().count() > MOST_CONTEXT => {
            let message = format!("{at}.context must have at most {MOST_CONTEXT} characters.");
            refuse(items, &format!("{at}.context"), &message);
        }
        Some(Value::String(text)) if is_set && !text.is_empty() => mappings.context.push(text.clone()),
        None | Some(Value::Null | Value::String(_)) => {}
        Some(_) => refuse(items, &format!("{at}.context"), &format!("{at}.context must be a string.")),
    }
}

/// One mapping; whether it can be set.
fn read(
    mappings: &mut Mappings,
    name: Option<&String>,
    path: Option<&Value>,
    at: &str,
    items: &mut Vec<Item>,
) -> bool {
    let path = match path {
        None | Some(Value::Null) => "",
        Some(Value::String(path)) => path.as_str(),
        Some(_) => {
            refuse(items, at, &format!("{at} must be a JSON path."));
            return false;
        }
    };
    let name = name.map(String::as_str).unwrap_or_default();
    if name.trim().is_empty() || path.trim().is_empty() {
        mappings.skipped.push((name.to_owned(), path.to_owned()));
        return false;
    }
    match Extraction::parse(name, path) {
        Ok(_) => {
            mappings.extract.insert(name.to_owned(), path.to_owned());
            true
        }
        Err(error) => {
            refuse(items, at, &format!("{at}: not a JSON path: {error}."));
            false
        }
    }
}

fn refuse(items: &mut Vec<Item>, field: &str, message: &str) {
    items.push(Item::at(INVALID_PARAMETER, field, message));
}

impl Lowering<'_> {
    pub(super) fn answer(&mut self) {
        if self.changed("response").is_none() && self.changed("response_data").is_none() {
            return;
        }
        let (given, shown) = (self.given, self.shown.clone());
        let of = |field| given.get(field).or_else(|| shown.get(field)).filter(|value| !value.is_null());
        let (response, response_data) = (of("response"), of("response_data"));
        let mappings = mappings(response, response_data, &mut self.items);
        self.draft.extract = mappings.extract;
        // Texts that another dialect gave stay where nothing is said of such texts.
        if given.get("response_data").is_some() || shown.get("response_data").is_some() {
            self.draft.answer_context = mappings.context;
        }
        if response_data.is_some() {
            // Both are spelt, or the draft alone would show what came of both.
            for (field, value) in [("response", response), ("response_data", response_data)] {
                match value {
                    Some(value) => drop(self.written.fields.insert(field.to_owned(), value.clone())),
                    None => drop(self.written.fields.shift_remove(field)),
                }
            }
        } else {
            self.written.fields.shift_remove("response_data");
            self.note_spelling("response", response);
        }
    }
}
