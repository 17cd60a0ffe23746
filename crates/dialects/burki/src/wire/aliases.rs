//! Other spellings: camel case on `/api/v1`, words for types, words for tool types.

use hookswitch_model::draft::Kind;
use serde_json::{Map, Value};

/// Members of a tool's body and of its configuration that have a camel-case spelling.
const MEMBERS: [&str; 31] = [
    "display_name",
    "tool_type",
    "function_definition",
    "http_config",
    "python_config",
    "lambda_config",
    "is_active",
    "is_public",
    "timeout_seconds",
    "retry_attempts",
    "endpoint_url",
    "python_code",
    "function_name",
    "function_arn",
    "aws_region",
    "invocation_type",
    "request_template",
    "body_template",
    "request_body_template",
    "response_mapping",
    "follow_redirects",
    "verify_ssl",
    "send_unused_arguments",
    "max_memory_mb",
    "allowed_modules",
    "allowed_imports",
    "environment_variables",
    "payload_template",
    "event_shape",
    "access_key",
    "secret_key",
];

/// An object with its camel-case members under their own names. A member that is there in both spellings keeps the
/// canonical one.
pub fn snake_case(map: &Map<String, Value>) -> Map<String, Value> {
    let mut plain = Map::with_capacity(map.len());
    for (name, value) in map {
        match snake_name(name) {
            Some(snake) if map.contains_key(snake) => {}
            Some(snake) => drop(plain.insert(snake.to_owned(), value.clone())),
            None => drop(plain.insert(name.clone(), value.clone())),
        }
    }
    plain
}

fn snake_name(name: &str) -> Option<&'static str> {
    if name == "sessionToken" {
        return Some("session_token");
    }
    MEMBERS.into_iter().find(|member| camel(member) == name)
}

fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.extend(letters);
    }
    name
}

/// The words of `tool_type`.
pub const TOOL_TYPES: &[&str] = &["endpoint", "python_function", "lambda"];

/// The kind of a word; `/api/v1` knows two more.
pub fn kind_of(word: &str, is_v1: bool) -> Option<Kind> {
    match word {
        "endpoint" => Some(Kind::Webhook),
        "python_function" => Some(Kind::Python),
        "lambda" => Some(Kind::Lambda),
        "http" if is_v1 => Some(Kind::Webhook),
        "python" if is_v1 => Some(Kind::Python),
        _ => None,
    }
}

/// The word of a kind; none for kinds that this dialect can't express.
pub const fn word_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Webhook => Some("endpoint"),
        Kind::Python => Some("python_function"),
        Kind::Lambda => Some("lambda"),
        Kind::Client | Kind::Context | Kind::CallControl | Kind::Hosted => None,
    }
}

/// The JSON Schema type of a word in a list of parameters.
pub fn schema_type(word: &str) -> &'static str {
    match word {
        "int" | "integer" => "integer",
        "float" | "number" => "number",
        "bool" | "boolean" => "boolean",
        "list" | "array" => "array",
        "dict" | "object" => "object",
        "null" => "null",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn camel_case_becomes_snake_case() {
        let given = json!({"toolType": "http", "bodyTemplate": "x", "functionArn": "f", "isActive": true,
            "timeoutSeconds": 3, "timeout_seconds": 4, "ownThing": 1, "sessionToken": "t", "max_memory_mb": 64});
        let plain = given.as_object().map(snake_case).unwrap_or_default();
        assert_eq!(
            Value::Object(plain),
            json!({"tool_type": "http", "body_template": "x", "function_arn": "f", "is_active": true,
                "timeout_seconds": 4, "ownThing": 1, "session_token": "t", "max_memory_mb": 64})
        );
    }

    #[test]
    fn kinds_have_words() {
        assert_eq!(kind_of("http", true), Some(Kind::Webhook));
        assert_eq!(kind_of("http", false), None);
        assert_eq!(kind_of("python", true), Some(Kind::Python));
        for word in TOOL_TYPES {
            assert_eq!(kind_of(word, false).and_then(word_of), Some(*word));
        }
        assert_eq!(word_of(Kind::Context), None);
    }
}
