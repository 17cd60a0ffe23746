//! Problems (RFC 9457) as the server tells them.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::error::Exit;

/// What the server refused, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// HTTP status.
    #[serde(skip)]
    pub status: u16,
    /// Stable code, `name_taken`.
    pub code: String,
    /// Short name of the problem.
    #[serde(default)]
    pub title: String,
    /// What is wrong in this case.
    #[serde(default)]
    pub detail: String,
    /// The request, for the server's log.
    #[serde(default)]
    pub request_id: String,
    /// Where the request is wrong.
    #[serde(default)]
    pub errors: Vec<ProblemPart>,
}

/// One place where the request is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProblemPart {
    /// JSON path into the body.
    #[serde(default)]
    pub path: String,
    /// Stable code.
    #[serde(default)]
    pub code: String,
    /// One sentence.
    #[serde(default)]
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = [&self.detail, &self.title].into_iter().find(|text| !text.is_empty());
        write!(out, "{} ({} {})", text.map_or("the server refused", String::as_str), self.status, self.code)
    }
}

impl Problem {
    /// Reads a body; `None` when it is not one of ours.
    pub(crate) fn read(status: u16, body: &Value) -> Option<Self> {
        let problem = Self::deserialize(body).ok()?;
        Some(Self { status, ..problem })
    }

    /// Whether the thing asked for does not exist (for us).
    pub(crate) fn is_absence(&self) -> bool {
        self.status == 404
    }

    /// The places that are wrong, one line each, and the request id when the server itself failed.
    pub(crate) fn details(&self) -> Vec<String> {
        let part =
            |part: &ProblemPart| [&part.path, &part.message].map(String::as_str).join(" ").trim().to_owned();
        let mut lines: Vec<String> = self.errors.iter().map(part).collect();
        if self.status >= 500 && !self.request_id.is_empty() {
            lines.push(format!("request {}", self.request_id));
        }
        lines
    }

    /// The exit code of the command.
    pub(crate) fn exit(&self) -> Exit {
        match (self.status, self.code.as_str()) {
            (401 | 403, _) => Exit::Denied,
            (404, _) => Exit::NotFound,
            (409, _) => Exit::Conflict,
            (503, _) => Exit::Unreachable,
            _ => Exit::Failed,
        }
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> Option<String> {
        let hint = match self.code.as_str() {
            "unauthorized" => {
                "set HOOKSWITCH_KEY or --key-file to a key of this server that has not been revoked"
            }
            "forbidden" => {
                "`hookswitch keys create NAME --permission …` with an admin key makes a key that may"
            }
            "not_found" => "check the name or id, and that the key belongs to the same organisation and mode",
            "name_taken" => "choose another name, or change the existing one with `hookswitch tools apply`",
            "version_mismatch" => "somebody else changed it meanwhile: look at it again, then repeat",
            "session_ended" => "start a new one with `hookswitch sessions start`",
            "not_unknown" => "only an execution whose outcome is unknown can be settled, once",
            "draining" => "the server is shutting down or restarting: try again in some seconds",
            "unavailable" => "the server can't reach its store: its log says more, `hookswitch doctor` too",
            "internal_error" => "the server's log says more under the request id",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_problem_is_read_with_its_places() {
        let body = json!({
            "type": "/problems/invalid_request", "title": "Invalid request", "status": 400, "code": "invalid_request",
            "detail": "the body has 1 error", "request_id": "req_1",
            "errors": [{"path": "$.kind", "code": "unknown", "message": "is not a kind"}],
        });
        let problem = Problem::read(400, &body).unwrap();
        assert_eq!(problem.to_string(), "the body has 1 error (400 invalid_request)");
        assert_eq!(problem.details(), ["$.kind is not a kind"]);
        assert_eq!(problem.exit(), Exit::Failed);
    }

    #[test]
    fn exit_codes_follow_the_status() {
        for (status, exit) in [
            (401, Exit::Denied),
            (403, Exit::Denied),
            (404, Exit::NotFound),
            (409, Exit::Conflict),
            (503, Exit::Unreachable),
        ] {
            assert_eq!(Problem::read(status, &json!({"code": "x"})).unwrap().exit(), exit);
        }
    }

    #[test]
    fn what_is_no_problem_is_not_read_as_one() {
        for body in [json!(null), json!({"message": "no"}), json!([1]), json!("text")] {
            assert_eq!(Problem::read(500, &body), None);
        }
    }
}
