//! Validation errors as lines for a model.

mod requirement;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::paths::{Location, LocationSegment};
use serde_json::Value;

use crate::json_path::{push_index, push_member, shorten};
use crate::{ArgumentError, SchemaFinding};

/// One line for most errors; one for each name when several parameters are unknown. `arguments` is what was checked.
pub(super) fn render(error: &ValidationError<'_>, arguments: &Value) -> Vec<ArgumentError> {
    let place = Place::of(error.instance_path());
    let unknown = |name: &str| place.member(name).says(|name| format!("unknown parameter \"{name}\""));
    match error.kind() {
        Kind::Required { property } => {
            let missing = place.member(property.as_str().unwrap_or_default());
            vec![missing.says(|name| format!("missing required parameter \"{name}\""))]
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| unknown(name)).collect()
        }
        // An object closed without any property: the library names the object only.
        Kind::FalseSchema if is_closed_object(error) => {
            let members = arguments.pointer(error.instance_path().as_str()).and_then(Value::as_object);
            members.into_iter().flatten().map(|(name, _)| unknown(name)).collect()
        }
        Kind::FalseSchema => vec![place.says(|name| format!("unknown parameter \"{name}\""))],
        _ => vec![ArgumentError {
            message: format!("{} {}", place.subject(), requirement::of(error)),
            path: place.path,
        }],
    }
}

fn is_closed_object(error: &ValidationError<'_>) -> bool {
    let schema_path = error.schema_path().as_str();
    let keyword = schema_path.strip_suffix("/additionalProperties");
    keyword.or_else(|| schema_path.strip_suffix("/unevaluatedProperties")).is_some_and(|above| {
        // A property that happens to have such a name.
        !above.ends_with("/properties")
    })
}

/// What is wrong with the schema itself.
pub(super) fn finding(error: &ValidationError<'_>) -> SchemaFinding {
    let path = Place::of(error.instance_path()).path;
    let message = match error.kind() {
        Kind::Referencing(_) => "a $ref can't be resolved".to_owned(),
        Kind::Required { property } => format!("{property} is missing"),
        Kind::Format { format } if format == "regex" => {
            "not a regular expression that runs in linear time (no look-around, no back-references)"
                .to_owned()
        }
        Kind::Format { format } => format!("must have the format {format}"),
        Kind::Custom { message, .. } => shorten(message),
        _ => requirement::of(error),
    };
    SchemaFinding { path, message }
}

/// Where an error lies, for programs and for readers.
struct Place {
    /// `$.items[0].id`
    path: String,
}

impl Place {
    fn of(location: &Location) -> Self {
        let mut path = String::from("$");
        for segment in location.segments() {
            match segment {
                LocationSegment::Property(name) => push_member(&mut path, &name),
                LocationSegment::Index(index) => push_index(&mut path, index),
            }
        }
        Self { path }
    }

    fn member(&self, name: &str) -> Self {
        let mut path = self.path.clone();
        push_member(&mut path, name);
        Self { path }
    }

    /// The path without its root: `items[0].id`, `full name`. Empty for the root.
    fn name(&self) -> String {
        let name = self.path.trim_start_matches('$').trim_start_matches('.');
        let only = name.strip_prefix("['").and_then(|name| name.strip_suffix("']"));
        only.filter(|name| !name.contains("']")).unwrap_or(name).to_owned()
    }

    fn subject(&self) -> String {
        match self.name() {
            name if name.is_empty() => "the arguments".to_owned(),
            name => format!("parameter \"{name}\""),
        }
    }

    fn says(self, line: impl Fn(&str) -> String) -> ArgumentError {
        ArgumentError { message: line(&self.name()), path: self.path }
    }
}

/// A value in a message: compact JSON, cut to 64 characters.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", shorten(text)),
        Value::Array(_) => "a certain array".to_owned(),
        Value::Object(_) => "a certain object".to_owned(),
        scalar => scalar.to_string(),
    }
}
