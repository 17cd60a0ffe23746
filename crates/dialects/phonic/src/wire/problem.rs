//! Errors as clients of this API expect them (contract: 1.1).

use hookswitch_api::{Failure, JsonFault, Limits};
use hookswitch_engine::EngineError;
use hookswitch_model::{Findings, Severity};
use hookswitch_registry::RegistryError;
use serde_json::{Map, Value, json};

use super::param_errors::ParamErrors;

/// An error of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// One sentence.
    pub message: String,
    /// Stable code, where clients act on one.
    pub code: Option<&'static str>,
    /// What is wrong in the body; with every 400.
    pub params: Option<ParamErrors>,
}

impl Problem {
    /// An error with a sentence alone.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), code: None, params: None }
    }

    /// A body that is not taken, or a name that is.
    pub fn invalid(params: ParamErrors) -> Self {
        Self { params: Some(params), ..Self::new(400, "Invalid parameters") }
    }

    /// One thing wrong in a body.
    pub fn at(path: &str, message: impl Into<String>) -> Self {
        Self::invalid(ParamErrors::one(path, message))
    }

    /// The same with a code.
    #[must_use]
    pub fn with_code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    /// What is not there, or belongs to somebody else.
    pub fn not_found(what: &str) -> Self {
        Self::new(404, not_found_words(what))
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        let mut error = Map::from_iter([("message".to_owned(), json!(self.message))]);
        if let Some(code) = self.code {
            error.insert("code".to_owned(), json!(code));
        }
        let mut body = Map::from_iter([("error".to_owned(), Value::Object(error))]);
        if let Some(params) = &self.params {
            body.insert("param_errors".to_owned(), Value::Object(params.clone().into_map()));
        }
        Value::Object(body)
    }
}

fn not_found_words(what: &str) -> &'static str {
    match what {
        "tool" => "Tool not found",
        "project" => "Project not found",
        "agent" => "Agent not found",
        "conversation" | "session" => "Conversation not found",
        _ => "Not found",
    }
}

/// The error of a failure that no handler has worded.
pub fn problem_of(failure: &Failure) -> Problem {
    let text = failure.to_string();
    match failure {
        Failure::Unauthorized => Problem::new(401, "Unauthorized"),
        Failure::Forbidden(_) | Failure::NotAllowed(_) => Problem::new(403, text),
        Failure::NotFound(what) => Problem::not_found(what),
        Failure::MethodNotAllowed => Problem::not_found("path"),
        Failure::TooLarge => Problem::new(413, text),
        Failure::Json(JsonFault::Malformed { message, .. }) => Problem {
            message: format!("Invalid JSON: {message}"),
            ..Problem::invalid(ParamErrors::default())
        },
        Failure::BodyTimeout | Failure::BodyBroken | Failure::UnsupportedMediaType | Failure::Json(_) => {
            Problem { message: text, ..Problem::invalid(ParamErrors::default()) }
        }
        Failure::Invalid { .. } => Problem { message: text, ..Problem::invalid(ParamErrors::default()) },
        Failure::IdempotencyConflict => Problem::new(409, text).with_code("idempotency_conflict"),
        Failure::IdempotencyInProgress => Problem::new(409, text).with_code("idempotency_in_progress"),
        Failure::TooMany(refused) => Problem::new(
            429,
            match refused.limits {
                Limits::Rate => "Rate limit exceeded",
                Limits::Concurrency => "Too many at the same time",
            },
        ),
        Failure::Unavailable(_) => Problem::new(503, text),
        Failure::Internal => internal(),
        Failure::Registry(error) => of_registry(error),
        Failure::Engine(error) => of_engine(error),
    }
}

fn internal() -> Problem {
    Problem::new(500, "Internal server error")
}

fn of_registry(error: &RegistryError) -> Problem {
    match error {
        RegistryError::Invalid(findings) => Problem::invalid(plain_errors(findings)),
        RegistryError::NotFound(what) => Problem::not_found(what),
        RegistryError::NameTaken { what: "tool", .. } => name_taken(),
        RegistryError::NameTaken { .. } => Problem::at("name", error.to_string()),
        RegistryError::VersionMismatch { .. } => Problem::new(409, "changed by somebody else meanwhile"),
        RegistryError::Store(source) if source.is_transient() => {
            Problem::new(503, "the database is not available")
        }
        RegistryError::Store(_) | RegistryError::Vault(_) => internal(),
    }
}

/// The name of a tool is taken: the only 409 with `param_errors`.
pub fn name_taken() -> Problem {
    let message = "A tool with this name already exists in the organization";
    Problem { status: 409, message: message.to_owned(), ..Problem::at("name", message) }
}

fn of_engine(error: &EngineError) -> Problem {
    match error {
        EngineError::NotFound(what) => Problem::not_found(what),
        EngineError::Invalid(findings) => Problem::invalid(plain_errors(findings)),
        EngineError::Crowded(most) => {
            let message = format!("The project has {most} active conversations, as many as it may");
            Problem::new(429, message).with_code("max_active_conversations")
        }
        EngineError::SessionEnded | EngineError::NotUnknown => Problem::new(409, error.to_string()),
        EngineError::Draining | EngineError::Unavailable(_) => Problem::new(503, error.to_string()),
        EngineError::Registry(error) => of_registry(error),
        EngineError::Store(source) if source.is_transient() => {
            Problem::new(503, "the database is not available")
        }
        EngineError::Ledger(_) => Problem::new(503, "the database is not available"),
        EngineError::Store(_) => internal(),
    }
}

/// Findings under their own paths, where nothing better is known of the body.
fn plain_errors(findings: &Findings) -> ParamErrors {
    let mut errors = ParamErrors::default();
    for finding in findings.iter().filter(|finding| finding.severity == Severity::Error) {
        errors.note(finding.path.trim_start_matches("$."), finding.message.clone());
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_the_three_shapes() {
        assert_eq!(Problem::not_found("tool").body(), json!({"error": {"message": "Tool not found"}}));
        let coded = Problem::new(409, "no").with_code("last_project_in_workspace");
        assert_eq!(coded.body(), json!({"error": {"message": "no", "code": "last_project_in_workspace"}}));
        let invalid = Problem::at("parameters[0].location", "Required");
        let body = json!({"error": {"message": "Invalid parameters"},
            "param_errors": {"parameters[0].location": "Required"}});
        assert_eq!(invalid.body(), body);
        assert_eq!(name_taken().status, 409);
        assert!(name_taken().body()["param_errors"]["name"].is_string());
    }

    #[test]
    fn a_full_project_says_how_full_it_is() {
        let full = problem_of(&EngineError::Crowded(3).into());
        assert_eq!((full.status, full.code), (429, Some("max_active_conversations")));
        assert!(full.message.contains('3'), "{}", full.message);
    }

    #[test]
    fn a_body_that_is_no_json_has_empty_param_errors() {
        let fault = JsonFault::Malformed { path: "$".to_owned(), code: "syntax", message: "x".to_owned() };
        assert_eq!(problem_of(&fault.into()).body()["param_errors"], json!({}));
    }
}
