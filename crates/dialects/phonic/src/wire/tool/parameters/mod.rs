//! Parameters in their two forms, a list or a JSON Schema object, with their places in a request (contract: 2.3).

mod array;
mod check;
mod drafts;
mod object;
mod stored;

use indexmap::IndexMap;
use serde_json::{Map, Value};

pub use array::{ItemType, Parameter, ParameterType};
pub use check::check;
pub use drafts::{drafts, schema};
pub use stored::{OBJECT, of};

use super::kind::ToolType;
use crate::wire::param_errors::{ParamErrors, item, member};

/// Where in the request a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// `request_body`
    Body,
    /// `query_string`
    Query,
    /// `url_path`
    Path,
    /// `header`: of tools made in other dialects; shown, and kept where it is given back.
    Header,
}

/// The words that may be written.
const LOCATIONS: [(&str, Location); 3] =
    [("request_body", Location::Body), ("query_string", Location::Query), ("url_path", Location::Path)];

impl Location {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        LOCATIONS.iter().find(|(_, location)| *location == self).map_or("header", |(word, _)| word)
    }

    /// The place of a word. That of a header is known where the stored tool has it.
    fn read(value: &Value, stored: Option<Self>) -> Option<Self> {
        let word = value.as_str()?;
        let known = LOCATIONS.iter().find(|(other, _)| *other == word).map(|(_, location)| *location);
        known.or_else(|| stored.filter(|location| location.as_str() == word))
    }
}

/// Where parameters go, by name.
pub type Locations = IndexMap<String, Location>;

/// A JSON Schema of the arguments with their places.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObjectForm {
    /// The schema's root, as given.
    pub root: Map<String, Value>,
    /// Where they go; webhooks only.
    pub locations: Locations,
}

impl ObjectForm {
    /// The parameters and their schemas.
    pub fn properties(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.root.get("properties").and_then(Value::as_object).into_iter().flatten()
    }

    /// Whether a parameter must be given.
    pub fn requires(&self, name: &str) -> bool {
        let names = self.root.get("required").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|other| other.as_str() == Some(name)))
    }
}

/// The parameters of a tool.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameters {
    /// A list.
    List(Vec<Parameter>),
    /// A schema.
    Object(ObjectForm),
}

impl Default for Parameters {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Parameters {
    /// Where each parameter goes, as far as that is known.
    pub fn locations(&self) -> Locations {
        match self {
            Self::Object(object) => object.locations.clone(),
            Self::List(list) => list
                .iter()
                .filter_map(|one| one.location.map(|location| (one.name.clone(), location)))
                .collect(),
        }
    }

    /// Name, place, and the path of the place in a body.
    fn placed(&self) -> Vec<(&str, Option<Location>, String)> {
        match self {
            Self::List(list) => (list.iter().enumerate())
                .map(|(index, one)| {
                    (one.name.as_str(), one.location, member(&item("parameters", index), "location"))
                })
                .collect(),
            Self::Object(object) => object
                .properties()
                .map(|(name, _)| {
                    let at = member("parameter_locations", name);
                    (name.as_str(), object.locations.get(name).copied(), at)
                })
                .collect(),
        }
    }

    /// Places that nobody gave, where a request without a body decides them.
    pub fn place_in_query(&mut self) {
        match self {
            Self::List(list) => {
                for one in list {
                    one.location.get_or_insert(Location::Query);
                }
            }
            Self::Object(object) => {
                let names: Vec<String> = object.properties().map(|(name, _)| name.clone()).collect();
                for name in names {
                    object.locations.entry(name).or_insert(Location::Query);
                }
            }
        }
    }

    /// As it is shown, without the places of a schema.
    pub fn render(&self, kind: ToolType) -> Value {
        match self {
            Self::List(list) => list.iter().map(|one| one.render(kind)).collect(),
            Self::Object(object) => Value::Object(object.root.clone()),
        }
    }
}

/// Reads `parameters`; `stored` tells the places that remain. Nothing when it is neither a list nor an object.
pub fn read(
    value: &Value,
    kind: ToolType,
    stored: &Locations,
    errors: &mut ParamErrors,
) -> Option<Parameters> {
    match value {
        Value::Array(items) => Some(Parameters::List(array::read(items, kind, stored, errors))),
        Value::Object(root) => {
            object::check(root, errors);
            let mut object = ObjectForm { root: root.clone(), locations: Locations::new() };
            if kind == ToolType::Webhook {
                let remaining = object
                    .properties()
                    .filter_map(|(name, _)| stored.get(name).map(|location| (name.clone(), *location)));
                object.locations = remaining.collect();
            }
            Some(Parameters::Object(object))
        }
        _ => {
            errors.note("parameters", "Expected an array or an object");
            None
        }
    }
}

/// Merges `parameter_locations` over the places of a schema.
pub fn read_locations(value: &Value, parameters: &mut Parameters, errors: &mut ParamErrors) {
    let Some(given) = value.as_object() else {
        errors.note("parameter_locations", "Expected an object");
        return;
    };
    let Parameters::Object(object) = parameters else {
        errors.note("parameter_locations", "Only for parameters in the form of a JSON Schema object");
        return;
    };
    for (name, value) in given {
        let at = member("parameter_locations", name);
        let is_known = object.properties().any(|(known, _)| known == name);
        let stored = object.locations.get(name).copied();
        match Location::read(value, stored) {
            _ if !is_known => errors.note(at, "There is no such top-level parameter"),
            Some(location) => drop(object.locations.insert(name.clone(), location)),
            None => errors.note(at, "Must be one of request_body, query_string, url_path"),
        }
    }
}
