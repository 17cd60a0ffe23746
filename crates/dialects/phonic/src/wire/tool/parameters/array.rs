//! The list form.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{Location, Locations};
use crate::wire::fields::Fields;
use crate::wire::param_errors::{ParamErrors, item};
use crate::wire::tool::kind::ToolType;

/// Most values of an enumeration.
const MOST_VALUES: usize = 500;
/// Longest description of a parameter, in characters.
const MOST_DESCRIPTION: usize = 8192;

/// The type of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterType {
    /// One value.
    Scalar(ItemType),
    /// A list of values of one type.
    Array(ItemType),
    /// One of some texts.
    Enum(Vec<String>),
}

/// A scalar type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemType {
    /// `string`
    String,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `boolean`
    Boolean,
}

const ITEM_TYPES: [(&str, ItemType); 4] = [
    ("string", ItemType::String),
    ("integer", ItemType::Integer),
    ("number", ItemType::Number),
    ("boolean", ItemType::Boolean),
];

impl ItemType {
    fn as_str(self) -> &'static str {
        ITEM_TYPES.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    fn from_word(word: &str) -> Option<Self> {
        ITEM_TYPES.iter().find(|(other, _)| *other == word).map(|(_, kind)| *kind)
    }
}

impl ParameterType {
    /// The JSON Schema of its values.
    pub fn schema(&self) -> Value {
        match self {
            Self::Scalar(scalar) => json!({"type": scalar.as_str()}),
            Self::Array(item) => json!({"type": "array", "items": {"type": item.as_str()}}),
            Self::Enum(values) => json!({"type": "string", "enum": values}),
        }
    }

    /// The type that has exactly this schema, if there is one.
    pub fn of(schema: &Value) -> Option<Self> {
        let keywords = schema.as_object()?;
        let word = keywords.get("type")?.as_str()?;
        match (word, keywords.len()) {
            ("array", 2) => {
                let items = keywords.get("items")?.as_object().filter(|items| items.len() == 1)?;
                Some(Self::Array(ItemType::from_word(items.get("type")?.as_str()?)?))
            }
            ("string", 2) => {
                let values = keywords.get("enum")?.as_array().filter(|values| !values.is_empty())?;
                let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
                texts.collect::<Option<_>>().map(Self::Enum)
            }
            (_, 1) => ItemType::from_word(word).map(Self::Scalar),
            _ => None,
        }
    }
}

/// A parameter of the list form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// `type`, `item_type` and `enum_values`
    pub kind: ParameterType,
    /// `name`
    pub name: String,
    /// `description`
    pub description: String,
    /// `is_required`
    pub required: bool,
    /// `location`; webhooks only.
    pub location: Option<Location>,
}

impl Parameter {
    pub(super) fn render(&self, kind: ToolType) -> Value {
        let mut shown = Map::new();
        let word = match &self.kind {
            ParameterType::Scalar(scalar) => scalar.as_str(),
            ParameterType::Array(_) => "array",
            ParameterType::Enum(_) => "enum",
        };
        shown.insert("type".to_owned(), json!(word));
        shown.insert("name".to_owned(), json!(self.name));
        shown.insert("description".to_owned(), json!(self.description));
        shown.insert("is_required".to_owned(), json!(self.required));
        match &self.kind {
            ParameterType::Array(item) => drop(shown.insert("item_type".to_owned(), json!(item.as_str()))),
            ParameterType::Enum(values) => drop(shown.insert("enum_values".to_owned(), json!(values))),
            ParameterType::Scalar(_) => {}
        }
        if let Some(location) = self.location.filter(|_| kind == ToolType::Webhook) {
            shown.insert("location".to_owned(), json!(location.as_str()));
        }
        Value::Object(shown)
    }
}

pub(super) fn read(
    items: &[Value],
    kind: ToolType,
    stored: &Locations,
    errors: &mut ParamErrors,
) -> Vec<Parameter> {
    let mut parameters = Vec::with_capacity(items.len().min(super::check::MOST_PARAMETERS));
    // One more than allowed is enough to know that there are too many.
    for (index, value) in items.iter().enumerate().take(super::check::MOST_PARAMETERS + 1) {
        let at = item("parameters", index);
        match value.as_object() {
            Some(members) => parameters.extend(read_one(members, &at, kind, stored, errors)),
            None => errors.note(at, "Expected an object"),
        }
    }
    parameters
}

fn read_one(
    members: &Map<String, Value>,
    at: &str,
    kind: ToolType,
    stored: &Locations,
    errors: &mut ParamErrors,
) -> Option<Parameter> {
    let mut fields = Fields::new(members, at, errors);
    for field in ["type", "name", "description", "is_required"] {
        fields.require(field);
    }
    let name = fields.text("name", 256);
    let description = fields.text("description", MOST_DESCRIPTION);
    let required = fields.flag("is_required");
    let parameter_type = read_type(&mut fields);
    let location = match fields.given("location") {
        None => None,
        Some(_) if kind != ToolType::Webhook => {
            fields.wrong("location", format!("Not available for {} tools", kind.as_str()));
            None
        }
        Some(value) => {
            let known = Location::read(value, name.and_then(|name| stored.get(name).copied()));
            if known.is_none() {
                fields.wrong("location", "Must be one of request_body, query_string, url_path");
            }
            // One place is enough to complain about.
            Some(known.unwrap_or(Location::Query))
        }
    };
    Some(Parameter {
        kind: parameter_type?,
        name: name?.to_owned(),
        description: description?.to_owned(),
        required: required?,
        location,
    })
}

fn read_type(fields: &mut Fields<'_, '_>) -> Option<ParameterType> {
    let words = ITEM_TYPES.map(|(word, _)| (word, word));
    let words = [&words[..], &[("array", "array"), ("enum", "enum")]].concat();
    let word = fields.word("type", &words)?;
    for (field, owner) in [("item_type", "array"), ("enum_values", "enum")] {
        if word == owner {
            fields.require(field);
        } else if fields.given(field).is_some() {
            fields.wrong(field, format!("Only for parameters of type {owner}"));
        }
    }
    match word {
        "array" => fields.word("item_type", &ITEM_TYPES).map(ParameterType::Array),
        "enum" => read_values(fields).map(ParameterType::Enum),
        scalar => ItemType::from_word(scalar).map(ParameterType::Scalar),
    }
}

fn read_values(fields: &mut Fields<'_, '_>) -> Option<Vec<String>> {
    let values = fields.list("enum_values")?;
    let texts: Option<Vec<String>> = values
        .iter()
        .map(|value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned))
        .collect();
    let distinct: HashSet<&Value> = values.iter().collect();
    if !(1..=MOST_VALUES).contains(&values.len()) || distinct.len() != values.len() || texts.is_none() {
        fields.wrong("enum_values", format!("1 to {MOST_VALUES} different strings, none of them empty"));
        return None;
    }
    texts
}
