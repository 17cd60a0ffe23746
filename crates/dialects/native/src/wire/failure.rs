//! From what went wrong to what the caller reads.

use hookswitch_api::{Failure, JsonFault, Limits};
use hookswitch_engine::EngineError;
use hookswitch_model::{Findings, RequestId, Severity};
use hookswitch_registry::RegistryError;

use super::problem::{self, Code, Problem, ProblemItem};

/// What the log gets beside the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The request; nobody needs to look.
    Caller,
    /// The server or what it stands on; the source goes to the log.
    Server,
}

/// A failure worded for a caller.
pub fn problem_of(failure: &Failure, base: &str, request: Option<RequestId>) -> (Problem, Blame) {
    let (code, detail, errors) = words(failure);
    let blame = if code.status >= 500 && code != problem::DRAINING { Blame::Server } else { Blame::Caller };
    let problem = Problem {
        kind: format!("{base}/problems/{}", code.word),
        title: code.title,
        status: code.status,
        detail,
        code: code.word,
        request_id: request,
        errors,
    };
    (problem, blame)
}

/// How many seconds to wait before the same request is worth sending again.
pub fn retry_after(code: &str) -> Option<&'static str> {
    match code {
        "idempotency_in_progress" => Some("1"),
        "draining" | "too_many_at_once" => Some("5"),
        "unavailable" => Some("2"),
        _ => None,
    }
}

type Words = (Code, String, Vec<ProblemItem>);

fn words(failure: &Failure) -> Words {
    let plain = |code: Code| (code, failure.to_string(), Vec::new());
    match failure {
        Failure::Unauthorized => plain(problem::UNAUTHORIZED),
        Failure::Forbidden(_) | Failure::NotAllowed(_) => plain(problem::FORBIDDEN),
        Failure::NotFound(_) => absent(),
        Failure::MethodNotAllowed => plain(problem::METHOD_NOT_ALLOWED),
        Failure::TooLarge => plain(problem::REQUEST_TOO_LARGE),
        Failure::BodyTimeout => plain(problem::REQUEST_TIMEOUT),
        Failure::BodyBroken => plain(problem::INVALID_JSON),
        Failure::UnsupportedMediaType => plain(problem::UNSUPPORTED_MEDIA_TYPE),
        Failure::Json(JsonFault::Malformed { path, code, message }) => {
            one(problem::INVALID_JSON, path, code, message)
        }
        Failure::Json(JsonFault::Unfit { path, code, message }) => {
            one(problem::INVALID_REQUEST, path, code, message)
        }
        Failure::Invalid { path, code, message } => one(problem::INVALID_REQUEST, path, code, message),
        Failure::IdempotencyConflict => plain(problem::IDEMPOTENCY_CONFLICT),
        Failure::IdempotencyInProgress => plain(problem::IDEMPOTENCY_IN_PROGRESS),
        Failure::TooMany(refused) => plain(match refused.limits {
            Limits::Rate => problem::RATE_LIMITED,
            Limits::Concurrency => problem::TOO_MANY_AT_ONCE,
        }),
        Failure::Unavailable(_) => plain(problem::UNAVAILABLE),
        Failure::Internal => internal(),
        Failure::Registry(error) => of_registry(error),
        Failure::Engine(error) => of_engine(error),
    }
}

fn of_registry(error: &RegistryError) -> Words {
    match error {
        RegistryError::Invalid(findings) => of_findings(problem::INVALID_DEFINITION, findings),
        RegistryError::NotFound(_) => absent(),
        RegistryError::NameTaken { .. } => (problem::NAME_TAKEN, error.to_string(), Vec::new()),
        RegistryError::VersionMismatch { .. } => (problem::VERSION_MISMATCH, error.to_string(), Vec::new()),
        RegistryError::Store(source) => of_store(source.is_transient()),
        RegistryError::Vault(_) => internal(),
    }
}

fn of_engine(error: &EngineError) -> Words {
    let plain = |code: Code| (code, error.to_string(), Vec::new());
    match error {
        EngineError::NotFound(_) => absent(),
        EngineError::Crowded(_) => plain(problem::TOO_MANY_AT_ONCE),
        EngineError::SessionEnded => plain(problem::SESSION_ENDED),
        EngineError::Invalid(findings) => of_findings(problem::INVALID_REQUEST, findings),
        EngineError::Draining => plain(problem::DRAINING),
        EngineError::Unavailable(_) => plain(problem::UNAVAILABLE),
        EngineError::NotUnknown => plain(problem::NOT_UNKNOWN),
        EngineError::Store(source) => of_store(source.is_transient()),
        EngineError::Ledger(_) => of_store(true),
        EngineError::Registry(error) => of_registry(error),
    }
}

/// The same words whatever is absent, and whoever owns it.
fn absent() -> Words {
    (problem::NOT_FOUND, "there is nothing here for this key".to_owned(), Vec::new())
}

fn internal() -> Words {
    (problem::INTERNAL_ERROR, "the request could not be carried out".to_owned(), Vec::new())
}

fn of_store(is_transient: bool) -> Words {
    if is_transient {
        (problem::UNAVAILABLE, "the database is not available".to_owned(), Vec::new())
    } else {
        internal()
    }
}

fn one(code: Code, path: &str, kind: &str, message: &str) -> Words {
    let item = ProblemItem { path: path.to_owned(), code: kind.to_owned(), message: message.to_owned() };
    (code, format!("{path}: {message}"), vec![item])
}

fn of_findings(code: Code, findings: &Findings) -> Words {
    let errors: Vec<ProblemItem> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| ProblemItem {
            path: finding.path.clone(),
            code: finding.code.clone(),
            message: finding.message.clone(),
        })
        .collect();
    let detail = match errors.as_slice() {
        [] => code.title.to_owned(),
        [only] => format!("{}: {}", only.path, only.message),
        [first, ..] => format!("{} errors, the first at {}: {}", errors.len(), first.path, first.message),
    };
    (code, detail, errors)
}
