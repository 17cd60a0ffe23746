//! What can go wrong around a request, in this dialect's shape (burki: 1).

use hookswitch_api::{Failure, JsonFault};
use hookswitch_engine::EngineError;
use hookswitch_registry::RegistryError;
use serde_json::Value;

use super::finding::refusal_of;
use super::refusal::Refusal;
use super::style::{Item, Problem, Style};

/// How a failure is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// With one text.
    Text(u16, &'static str),
    /// As a refused request.
    Refused(Refusal),
    /// As a fault of the server; its source goes to the log.
    Internal,
}

/// The answer for a failure.
pub fn answer_of(failure: &Failure) -> Answer {
    match failure {
        Failure::Unauthorized => {
            Answer::Text(401, "Authentication required. Provide a valid API key or login session.")
        }
        Failure::Forbidden(_) | Failure::NotAllowed(_) => {
            Answer::Text(403, "You don't have permission to access this tool")
        }
        Failure::NotFound(_) => Answer::Text(404, "Not Found"),
        Failure::MethodNotAllowed => Answer::Text(405, "Method Not Allowed"),
        Failure::TooLarge => Answer::Text(413, "Request body too large"),
        Failure::BodyTimeout => Answer::Text(408, "Request body took too long"),
        Failure::BodyBroken => Answer::Text(400, "Request body ended early"),
        Failure::UnsupportedMediaType => Answer::Text(415, "Unsupported media type"),
        Failure::Json(JsonFault::Malformed { message, .. } | JsonFault::Unfit { message, .. }) => {
            Answer::Refused(not_json(message))
        }
        Failure::Invalid { message, .. } => Answer::Refused(Refusal::bad(message.clone())),
        Failure::IdempotencyConflict => {
            Answer::Text(409, "Idempotency-Key was used with a different request")
        }
        Failure::IdempotencyInProgress => {
            Answer::Text(409, "A request with this Idempotency-Key is in progress")
        }
        Failure::TooMany(_) => Answer::Text(429, "Rate limit exceeded"),
        Failure::Unavailable(text) => Answer::Text(503, text),
        Failure::Internal => Answer::Internal,
        Failure::Registry(error) => of_registry(error),
        Failure::Engine(error) => of_engine(error),
    }
}

/// A body that is no JSON.
pub fn not_json(message: &str) -> Refusal {
    let problem = Problem::NotJson(message.to_owned());
    Refusal::item(Item::new(vec!["body".into()], problem, &Value::Object(serde_json::Map::new())))
}

fn of_registry(error: &RegistryError) -> Answer {
    match error {
        RegistryError::Invalid(findings) => Answer::Refused(refusal_of(findings)),
        RegistryError::NotFound("tool") => Answer::Text(404, "Tool not found"),
        RegistryError::NotFound(_) => Answer::Text(404, "Not Found"),
        RegistryError::NameTaken { .. } => Answer::Text(400, "The name is taken"),
        RegistryError::VersionMismatch { .. } => {
            Answer::Text(409, "The tool was changed by somebody else meanwhile")
        }
        RegistryError::Store(source) if source.is_transient() => {
            Answer::Text(503, "The database is not available")
        }
        RegistryError::Store(_) | RegistryError::Vault(_) => Answer::Internal,
    }
}

fn of_engine(error: &EngineError) -> Answer {
    match error {
        EngineError::NotFound(_) => Answer::Text(404, "Not Found"),
        EngineError::Crowded(_) => Answer::Text(429, "Too many active calls"),
        EngineError::SessionEnded => Answer::Text(409, "The call has ended"),
        EngineError::Invalid(findings) => Answer::Refused(refusal_of(findings)),
        EngineError::Draining => Answer::Text(503, "The server is shutting down"),
        EngineError::Unavailable(text) => Answer::Text(503, text),
        EngineError::NotUnknown => Answer::Text(409, "The outcome is known"),
        EngineError::Store(source) if source.is_transient() => {
            Answer::Text(503, "The database is not available")
        }
        EngineError::Ledger(_) => Answer::Text(503, "The database is not available"),
        EngineError::Store(_) => Answer::Internal,
        EngineError::Registry(error) => of_registry(error),
    }
}

/// The style of the problems below a path.
pub fn style_of(path: &str) -> Style {
    if path.starts_with("/api/v1/") { Style::V1 } else { Style::V2 }
}

/// What a request was to do, for the text of a 500.
pub fn verb_of(method: &str, path: &str) -> &'static str {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    match (method, last) {
        (_, "assign") => "assign",
        (_, "unassign") => "unassign",
        (_, "duplicate") => "duplicate",
        (_, "test") => "test",
        (_, "import") => "import",
        (_, "export") => "export",
        (_, "configure") => "configure",
        (_, "rotate-secret") => "rotate secret of",
        ("POST", "list-functions") | ("GET", "discover-lambda") => "discover",
        ("POST", _) => "create",
        ("PUT" | "PATCH", _) => "update",
        ("DELETE", _) => "delete",
        _ => "get",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_styles_go_by_the_path() {
        assert_eq!(verb_of("POST", "/api/v1/tools/"), "create");
        assert_eq!(verb_of("POST", "/api/organization/tools/7/duplicate"), "duplicate");
        assert_eq!(verb_of("DELETE", "/api/v1/tools/7"), "delete");
        assert_eq!(style_of("/api/v1/tools"), Style::V1);
        assert_eq!(style_of("/api/tools/test"), Style::V2);
    }
}
