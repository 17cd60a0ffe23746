//! From what went wrong in the house to the dialect's words.

use hookswitch_api::{Failure, JsonFault, Limits};
use hookswitch_engine::EngineError;
use hookswitch_model::{Finding, Findings, Severity};
use hookswitch_registry::RegistryError;

use super::trouble::{self, Code, Trouble};

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::from(&failure)
    }
}

impl From<&Failure> for Trouble {
    fn from(failure: &Failure) -> Self {
        let plain = |code: &'static Code| Self::new(code, failure.to_string());
        match failure {
            Failure::Unauthorized => Self::new(trouble::UNAUTHORIZED, "Invalid or missing API key"),
            Failure::Forbidden(permission) => {
                let words =
                    format!("This key lacks the scope omni:session (permission {})", permission.as_str());
                Self::new(trouble::FORBIDDEN, words)
            }
            Failure::NotAllowed(_) => plain(trouble::FORBIDDEN),
            Failure::NotFound(_) => Self::new(trouble::UNKNOWN_ROUTE, "No such route"),
            Failure::MethodNotAllowed => plain(trouble::METHOD_NOT_ALLOWED),
            Failure::TooLarge => plain(trouble::REQUEST_TOO_LARGE),
            Failure::BodyTimeout => plain(trouble::REQUEST_TIMEOUT),
            Failure::BodyBroken | Failure::UnsupportedMediaType => plain(trouble::INVALID_REQUEST),
            Failure::Json(JsonFault::Malformed { message, .. }) => {
                Self::new(trouble::INVALID_REQUEST, format!("The body is not valid JSON: {message}"))
            }
            Failure::Json(JsonFault::Unfit { path, message, .. })
            | Failure::Invalid { path, message, .. } => Self::about(
                trouble::INVALID_REQUEST,
                &param_of(path),
                format!("{}: {message}", param_of(path)),
            ),
            Failure::IdempotencyConflict => plain(trouble::IDEMPOTENCY_CONFLICT),
            Failure::IdempotencyInProgress => {
                Self { retry_after: Some(1), ..plain(trouble::IDEMPOTENCY_CONFLICT) }
            }
            Failure::TooMany(refused) => {
                let (code, detail) = match refused.limits {
                    Limits::Rate => (trouble::RATE_LIMIT_EXCEEDED, "Rate limit exceeded"),
                    Limits::Concurrency => {
                        (trouble::CONCURRENCY_LIMIT_EXCEEDED, "Too many sessions at the same time")
                    }
                };
                Self { retry_after: Some(refused.retry_after_s), ..Self::new(code, detail) }
            }
            Failure::Unavailable(_) => unavailable(failure.to_string()),
            Failure::Internal => internal(),
            Failure::Registry(error) => Self::from(error),
            Failure::Engine(error) => Self::from(error),
        }
    }
}

impl From<RegistryError> for Trouble {
    fn from(error: RegistryError) -> Self {
        Self::from(&error)
    }
}

impl From<&RegistryError> for Trouble {
    fn from(error: &RegistryError) -> Self {
        match error {
            RegistryError::Invalid(findings) => of_findings(findings),
            RegistryError::NotFound("agent") => Self::new(trouble::AGENT_NOT_FOUND, "Agent not found"),
            RegistryError::NotFound("tool") => Self::new(trouble::TOOL_NOT_FOUND, "Tool not found"),
            RegistryError::NotFound(what) => {
                Self::new(trouble::INVALID_REQUEST, format!("There is no such {what}"))
            }
            RegistryError::NameTaken { what, name } => {
                Self::about(trouble::NAME_CONFLICT, "name", format!("A {what} named {name:?} already exists"))
            }
            RegistryError::VersionMismatch { .. } => {
                Self::new(trouble::VERSION_CONFLICT, "Others are saving this tool at the same time")
            }
            RegistryError::Store(source) if source.is_transient() => {
                unavailable("The database is not available".to_owned())
            }
            RegistryError::Store(_) | RegistryError::Vault(_) => internal(),
        }
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        Self::from(&error)
    }
}

impl From<&EngineError> for Trouble {
    fn from(error: &EngineError) -> Self {
        match error {
            EngineError::NotFound(what) => {
                Self::new(trouble::INVALID_REQUEST, format!("There is no such {what}"))
            }
            EngineError::Invalid(findings) => of_findings(findings),
            EngineError::Draining => Self { retry_after: Some(5), ..unavailable(error.to_string()) },
            EngineError::Unavailable(_) => unavailable(error.to_string()),
            EngineError::Crowded(_) => Self {
                retry_after: Some(CROWDED_S),
                ..Self::new(trouble::CONCURRENCY_LIMIT_EXCEEDED, error.to_string())
            },
            EngineError::SessionEnded | EngineError::NotUnknown => {
                Self::new(trouble::INVALID_REQUEST, error.to_string())
            }
            EngineError::Store(source) if source.is_transient() => {
                unavailable("The database is not available".to_owned())
            }
            EngineError::Ledger(_) => unavailable("The database is not available".to_owned()),
            EngineError::Store(_) => internal(),
            EngineError::Registry(error) => Self::from(error),
        }
    }
}

/// Seconds after which a conversation may have ended.
const CROWDED_S: u32 = 5;

fn unavailable(detail: String) -> Trouble {
    Trouble { retry_after: Some(2), ..Trouble::new(trouble::UNAVAILABLE, detail) }
}

fn internal() -> Trouble {
    Trouble::new(trouble::INTERNAL_ERROR, "The request could not be carried out")
}

/// The first error of a definition, in the fields of this dialect.
fn of_findings(findings: &Findings) -> Trouble {
    let first = findings.iter().find(|finding| finding.severity == Severity::Error);
    let Some(first) = first else { return internal() };
    let Finding { path, code, message, .. } = first;
    if path.starts_with("$.webhook.url") {
        return refused_url(message);
    }
    let param = param_of(path);
    let is_config = param == "config" || param.starts_with("config.");
    let code = match code.as_str() {
        _ if is_config => trouble::INVALID_TOOL_CONFIG,
        _ => trouble::INVALID_REQUEST,
    };
    Trouble::about(code, &param, format!("{param}: {message}"))
}

/// A URL that the house does not call. The reason names the class of the address, never the address.
pub fn refused_url(reason: &str) -> Trouble {
    let reason = reason.strip_prefix("URL not allowed: ").unwrap_or(reason);
    let detail = format!("webhook_url must be a public https URL: {reason}");
    Trouble::about(trouble::INVALID_WEBHOOK_URL, "webhook_url", detail)
}

/// The field of this dialect that a path of the house is about.
fn param_of(path: &str) -> String {
    let path = path.strip_prefix("$.").unwrap_or(path);
    // An item of a list of bindings: `$[0].config.board`.
    let path = match path.strip_prefix("$[").and_then(|rest| rest.split_once("].")) {
        Some((_, inner)) => inner,
        None => path,
    };
    if let Some(header) = path.strip_prefix("$header.") {
        return header.to_owned();
    }
    if let Some(name) = path.strip_prefix("$query.") {
        return name.to_owned();
    }
    if path.starts_with("config.") {
        return path.to_owned();
    }
    let first = path.split(['.', '[']).next().unwrap_or(path);
    match first {
        "webhook" if path.starts_with("webhook.headers") => "auth_secret",
        "webhook" => "webhook_url",
        "parameters" | "loose_input" => "input_schema",
        "prompt" => "persona_system_prompt",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_fields() {
        for (path, param) in [
            ("$.input_schema.properties.a", "input_schema"),
            ("$.config_schema.fields[0].key", "config_schema"),
            ("$[3].config.board", "config.board"),
            ("$[3].tool_id", "tool_id"),
            ("$.config", "config"),
            ("$header.idempotency-key", "idempotency-key"),
            ("$query.limit", "limit"),
            ("$.webhook.headers[\"Authorization\"]", "auth_secret"),
            ("$.allowed_origins[2]", "allowed_origins"),
            ("$", "$"),
        ] {
            assert_eq!(param_of(path), param, "{path}");
        }
    }

    #[test]
    fn findings_get_the_code_of_their_field() {
        let of = |path: &str, message: &str| {
            let mut findings = Findings::default();
            findings.warn("$.effect", "doubtful", "a warning is no error");
            findings.error(path, "x", message);
            Trouble::from(RegistryError::Invalid(findings))
        };
        let url = of("$.webhook.url", "URL not allowed: the address is private");
        assert_eq!(url.code, trouble::INVALID_WEBHOOK_URL);
        assert_eq!(url.detail, "webhook_url must be a public https URL: the address is private");
        assert_eq!(of("$[0].config.board", "no").code, trouble::INVALID_TOOL_CONFIG);
        assert_eq!(of("$.timeout_ms", "no").code, trouble::INVALID_REQUEST);
    }
}
