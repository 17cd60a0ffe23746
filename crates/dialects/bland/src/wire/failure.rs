//! From what went wrong to what the caller reads (bland: 1.1).

use hookswitch_api::{Failure, JsonFault};
use hookswitch_engine::EngineError;
use hookswitch_registry::RegistryError;

use super::finding;
use super::problem::{
    AUTH_FAILURE, CALL_NOT_FOUND, Code, DUPLICATE_NAME, FORBIDDEN, IDEMPOTENCY_CONFLICT, INTERNAL,
    INVALID_PARAMETER, NOT_FOUND, PAYLOAD_TOO_LARGE, Problem, RATE_LIMITED, REQUEST_TIMEOUT,
    SECRET_NOT_FOUND, TOOL_NOT_FOUND, UNAVAILABLE,
};

/// A failure worded for a caller.
pub fn problem_of(failure: &Failure) -> Problem {
    let plain = |code: Code| Problem::new(code, sentence(&failure.to_string()));
    match failure {
        Failure::Unauthorized => Problem::new(AUTH_FAILURE, "Unauthorized"),
        Failure::Forbidden(_) | Failure::NotAllowed(_) => plain(FORBIDDEN),
        Failure::NotFound(what) => absent(what),
        Failure::MethodNotAllowed => absent("path"),
        Failure::TooLarge => plain(PAYLOAD_TOO_LARGE),
        Failure::BodyTimeout => plain(REQUEST_TIMEOUT),
        Failure::BodyBroken | Failure::UnsupportedMediaType => plain(INVALID_PARAMETER),
        Failure::Json(JsonFault::Malformed { message, .. }) => {
            Problem::new(INVALID_PARAMETER, format!("The body is not valid JSON: {message}."))
        }
        Failure::Json(JsonFault::Unfit { path, message, .. }) | Failure::Invalid { path, message, .. } => {
            let field = path.trim_start_matches("$.").trim_start_matches("$query.").to_owned();
            Problem::at(INVALID_PARAMETER, field.clone(), format!("{field}: {message}"))
        }
        Failure::IdempotencyConflict => plain(IDEMPOTENCY_CONFLICT),
        Failure::IdempotencyInProgress => plain(IDEMPOTENCY_CONFLICT).retry_after(1),
        Failure::TooMany(refused) => plain(RATE_LIMITED).retry_after(refused.retry_after_s),
        Failure::Unavailable(_) => plain(UNAVAILABLE).retry_after(2),
        Failure::Internal => internal(),
        Failure::Registry(error) => of_registry(error),
        Failure::Engine(error) => of_engine(error),
    }
}

fn of_registry(error: &RegistryError) -> Problem {
    match error {
        RegistryError::Invalid(findings) => finding::problem_of(findings),
        RegistryError::NotFound(what) => absent(what),
        RegistryError::NameTaken { name, .. } => {
            let message = format!("A tool named {name:?} already exists.");
            Problem::at(DUPLICATE_NAME, "name", message)
        }
        RegistryError::VersionMismatch { .. } => {
            Problem::new(UNAVAILABLE, "The tool is being changed by somebody else.").retry_after(1)
        }
        RegistryError::Store(source) => of_store(source.is_transient()),
        RegistryError::Vault(_) => internal(),
    }
}

fn of_engine(error: &EngineError) -> Problem {
    match error {
        EngineError::NotFound(what) => absent(what),
        EngineError::Invalid(findings) => finding::problem_of(findings),
        EngineError::Draining => Problem::new(UNAVAILABLE, "The server is shutting down.").retry_after(5),
        EngineError::Unavailable(_) => Problem::new(UNAVAILABLE, sentence(&error.to_string())).retry_after(2),
        EngineError::Crowded(_) => Problem::new(RATE_LIMITED, sentence(&error.to_string())).retry_after(5),
        EngineError::SessionEnded | EngineError::NotUnknown => {
            Problem::new(INVALID_PARAMETER, sentence(&error.to_string()))
        }
        EngineError::Store(source) => of_store(source.is_transient()),
        EngineError::Ledger(_) => of_store(true),
        EngineError::Registry(error) => of_registry(error),
    }
}

/// The same words whatever is absent of a kind, and whoever owns it.
fn absent(what: &str) -> Problem {
    match what {
        "tool" => Problem::new(TOOL_NOT_FOUND, "Tool not found."),
        "secret" => Problem::new(SECRET_NOT_FOUND, "Secret not found."),
        "call" | "session" => Problem::new(CALL_NOT_FOUND, "Call not found."),
        _ => Problem::new(NOT_FOUND, "Not found."),
    }
}

fn internal() -> Problem {
    Problem::new(INTERNAL, "Something went wrong on our side.")
}

fn of_store(is_transient: bool) -> Problem {
    if is_transient {
        Problem::new(UNAVAILABLE, "The database is not available.").retry_after(2)
    } else {
        internal()
    }
}

/// A message with a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
