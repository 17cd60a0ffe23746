//! What a value must be, as the end of a sentence: `must be an integer`.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use super::shown;
use crate::json_path::shorten;

/// Most values of an `enum` that are listed, and most alternatives.
const MAX_CHOICES: usize = 20;
const MAX_ALTERNATIVES: usize = 4;

pub(super) fn of(error: &ValidationError<'_>) -> String {
    match error.kind() {
        Kind::Type { kind } => format!("must be {}", types(kind)),
        Kind::Enum { options } => format!("must be one of {}", choices(options)),
        Kind::Constant { expected_value } => format!("must be {}", shown(expected_value)),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be greater than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("must have at least {}", counted(*limit, "character")),
        Kind::MaxLength { limit } => format!("must have at most {}", counted(*limit, "character")),
        Kind::MinItems { limit } => format!("must have at least {}", counted(*limit, "item")),
        Kind::MaxItems { limit } => format!("must have at most {}", counted(*limit, "item")),
        Kind::AdditionalItems { limit } => format!("must have at most {}", counted(*limit as u64, "item")),
        Kind::MinProperties { limit } => format!("must have at least {}", counted(*limit, "member")),
        Kind::MaxProperties { limit } => format!("must have at most {}", counted(*limit, "member")),
        Kind::UniqueItems => "must not hold the same item twice".to_owned(),
        Kind::Contains => "lacks an item of the required form".to_owned(),
        Kind::UnevaluatedItems { .. } => "has items that are not allowed".to_owned(),
        Kind::Format { format } => format_name(format),
        Kind::Pattern { pattern } => format!("must match the pattern {}", shorten(pattern)),
        Kind::PropertyNames { .. } => "has a member whose name is not allowed".to_owned(),
        Kind::Not { .. } => "has a value that is not allowed".to_owned(),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => alternatives(error, context),
        Kind::OneOfMultipleValid { .. } => "fits more than one of its allowed forms".to_owned(),
        kind => format!("is not valid ({})", kind.keyword()),
    }
}

fn types(kind: &TypeKind) -> String {
    let name = |kind: String| match kind.as_str() {
        "null" => "null".to_owned(),
        "boolean" => "true or false".to_owned(),
        "integer" | "array" | "object" => format!("an {kind}"),
        _ => format!("a {kind}"),
    };
    match kind {
        TypeKind::Single(kind) => name(kind.to_string()),
        TypeKind::Multiple(kinds) => {
            kinds.iter().map(|kind| name(kind.to_string())).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn choices(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut listed: Vec<_> = options.iter().take(MAX_CHOICES).map(shown).collect();
    if options.len() > MAX_CHOICES {
        listed.push("…".to_owned());
    }
    listed.join(", ")
}

/// What the alternatives ask of the value itself; what they ask of its parts would be a list of riddles.
fn alternatives(error: &ValidationError<'_>, branches: &[Vec<ValidationError<'static>>]) -> String {
    let mut asked = Vec::new();
    for branch in branches {
        match branch.iter().find(|nested| nested.instance_path() == error.instance_path()).map(plain) {
            Some(Some(requirement)) if asked.len() < MAX_ALTERNATIVES => {
                if !asked.contains(&requirement) {
                    asked.push(requirement);
                }
            }
            _ => return "does not fit any of its allowed forms".to_owned(),
        }
    }
    asked.join(", or ")
}

/// The requirement, unless it is about names or holds alternatives itself.
fn plain(error: &ValidationError<'_>) -> Option<String> {
    match error.kind() {
        Kind::Required { property } => Some(format!("must have \"{}\"", shorten(property.as_str()?))),
        Kind::AnyOf { .. }
        | Kind::OneOfNotValid { .. }
        | Kind::AdditionalProperties { .. }
        | Kind::UnevaluatedProperties { .. }
        | Kind::FalseSchema => None,
        _ => Some(of(error)),
    }
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn format_name(format: &str) -> String {
    let described = match format {
        "date" => "a date like 2026-01-31",
        "date-time" => "a date and time with offset like 2026-01-31T17:00:00Z",
        "time" => "a time with offset like 17:00:00Z",
        "duration" => "an ISO 8601 duration like PT30M",
        "email" | "idn-email" => "an email address",
        "uuid" => "a UUID",
        "uri" | "iri" => "a URI like https://example.com/",
        "ipv4" => "an IPv4 address",
        "ipv6" => "an IPv6 address",
        "hostname" | "idn-hostname" => "a host name",
        other => return format!("must have the format \"{}\"", shorten(other)),
    };
    format!("must be {described}")
}
