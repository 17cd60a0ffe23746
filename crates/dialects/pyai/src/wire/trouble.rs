//! Errors of the dialect: one table of codes, two shapes (contract: 1, Two error shapes).

use serde_json::{Value, json};

/// Who says it: the door or the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Keys, scopes, limits, routes: `{"error":{…}}`.
    Gateway,
    /// Validation and resources: problem details (RFC 9457) with the same `error` member.
    Problem,
}

/// A code with all that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::manual_non_exhaustive, reason = "not even this crate makes one elsewhere")]
pub struct Code {
    /// The word; stable.
    pub word: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The family that clients branch on.
    pub kind: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub advice: &'static str,
    /// Codes are made by the table below and nowhere else: each has its page.
    listed: (),
}

impl Code {
    /// The title of its problem: what HTTP calls the status.
    pub fn title(&self) -> &'static str {
        let status = http::StatusCode::from_u16(self.status).ok();
        status.and_then(|status| status.canonical_reason()).unwrap_or("Error")
    }
}

macro_rules! codes {
    ($($name:ident = $word:literal $status:literal $kind:literal $shape:ident $meaning:literal $advice:literal;)*) => {
        $(#[doc = $meaning] pub const $name: &Code = &Code {
            word: $word, status: $status, kind: $kind, shape: Shape::$shape, meaning: $meaning, advice: $advice,
            listed: (),
        };)*

        /// All codes.
        pub const CODES: &[&Code] = &[$($name,)*];
    };
}

codes! {
    UNAUTHORIZED = "unauthorized" 401 "authentication_error" Gateway
        "The key is missing, unknown, revoked or expired."
        "Send `Authorization: Bearer <key>` or `x-api-key: <key>` with a key that is neither revoked nor expired.";
    FORBIDDEN = "forbidden" 403 "permission_error" Gateway
        "The key lacks a scope."
        "Use a key with the scope that the message names.";
    ORIGIN_NOT_ALLOWED = "origin_not_allowed" 403 "permission_error" Gateway
        "A session token was used from a page that it does not name."
        "Name the page's origin in `allowed_origins` when the token is made.";
    INVALID_AGENT_ID = "invalid_agent_id" 400 "invalid_request_error" Gateway
        "The session label of a socket breaks a rule."
        "A label has at most 256 characters and no control characters.";
    UNKNOWN_ROUTE = "unknown_route" 404 "invalid_request_error" Gateway
        "There is no such path."
        "Check method and path; speech, transcripts, knowledge bases and telephony are not served here.";
    METHOD_NOT_ALLOWED = "method_not_allowed" 405 "invalid_request_error" Gateway
        "The path does not take this method."
        "See the `Allow` header of the answer.";
    REQUEST_TIMEOUT = "request_timeout" 408 "invalid_request_error" Gateway
        "The body took too long to arrive."
        "Send the whole body within 30 seconds.";
    REQUEST_TOO_LARGE = "request_too_large" 413 "invalid_request_error" Gateway
        "The body is over 1 MiB."
        "Bodies have at most 1,048,576 bytes.";
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded" 429 "rate_limit_error" Gateway
        "The key sends more requests than its limit."
        "Wait the seconds in `Retry-After`; `GET /v1/me` tells the limits.";
    CONCURRENCY_LIMIT_EXCEEDED = "concurrency_limit_exceeded" 429 "rate_limit_error" Gateway
        "The key has as many requests or sessions under way as its limit."
        "Wait until one of them has ended; `GET /v1/me` tells the limits.";
    UNAVAILABLE = "service_unavailable" 503 "api_error" Gateway
        "The server is going down, or can't do this now."
        "Send the request again after the seconds in `Retry-After`.";
    INVALID_REQUEST = "invalid_request" 400 "invalid_request_error" Problem
        "A field breaks a rule."
        "`error.param` names the field, `detail` the rule.";
    INVALID_WEBHOOK_URL = "invalid_webhook_url" 400 "invalid_request_error" Problem
        "The webhook's URL is refused."
        "Use an https URL of a public host without user name and fragment; the operator may allow others with `allow_egress`.";
    INVALID_TOOL_CONFIG = "invalid_tool_config" 400 "invalid_request_error" Problem
        "A binding's config does not fit the tool's `config_schema`."
        "Give every required field of `config_schema`, each with a value of its type.";
    CAPABILITY_UNAVAILABLE = "capability_unavailable" 400 "invalid_request_error" Problem
        "Nothing here could carry out this call-control tool."
        "Bind tools that a connected app can carry out, or ask the operator for a call engine.";
    CONSENT_LINE_REQUIRED = "consent_line_required" 400 "invalid_request_error" Problem
        "Recording without a line that says so."
        "Give `consent_line` together with `recordings_enabled`.";
    PREBUILT_READ_ONLY = "prebuilt_read_only" 403 "permission_error" Problem
        "Prebuilt tools are not the caller's to change."
        "Make a tool of your own with this name: it takes the place of the prebuilt one.";
    UNKNOWN_TOOL = "unknown_tool" 404 "invalid_request_error" Problem
        "A tool that a socket's `configure` names does not exist."
        "Name a tool of the organisation or a prebuilt one, or define it in place.";
    TOOL_NOT_FOUND = "tool_not_found" 404 "invalid_request_error" Problem
        "There is no such tool for this key."
        "Check the id and the mode of the key: tools of other organisations and modes are not shown.";
    AGENT_NOT_FOUND = "agent_not_found" 404 "invalid_request_error" Problem
        "There is no such agent for this key."
        "Check the id and the mode of the key: agents of other organisations and modes are not shown.";
    NAME_CONFLICT = "name_conflict" 409 "invalid_request_error" Problem
        "The name is taken."
        "Choose another name, or change the tool that has it.";
    VERSION_CONFLICT = "version_conflict" 409 "invalid_request_error" Problem
        "Others kept saving the same tool."
        "Send the request again.";
    IDEMPOTENCY_CONFLICT = "idempotency_conflict" 409 "invalid_request_error" Problem
        "The `Idempotency-Key` was used with another request, or that request still runs."
        "Use a new `Idempotency-Key` for every request that differs; for the same one wait a second.";
    INTERNAL_ERROR = "internal_error" 500 "api_error" Problem
        "A bug, or a part of the server that failed."
        "Nothing more is known here; the log of the server has the request id.";
}

/// [`INVALID_REQUEST`] before an upgrade.
const REFUSED_SOCKET: &Code = &Code { shape: Shape::Gateway, ..*INVALID_REQUEST };

/// An error on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its code.
    pub code: &'static Code,
    /// One sentence: what happened this time.
    pub detail: String,
    /// The field that it is about.
    pub param: Option<String>,
    /// Seconds after which the same request is worth sending again.
    pub retry_after: Option<u32>,
}

impl Trouble {
    /// An error of a code.
    pub fn new(code: &'static Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), param: None, retry_after: None }
    }

    /// An error about a field.
    pub fn about(code: &'static Code, param: &str, detail: impl Into<String>) -> Self {
        Self { param: Some(param.to_owned()), ..Self::new(code, detail) }
    }

    /// The same as a refusal of a socket: `invalid_request` in the shape of the gateway.
    #[must_use]
    pub fn of_gateway(self) -> Self {
        Self { code: REFUSED_SOCKET, ..self }
    }

    /// A field that breaks a rule: `<param> <rule>`.
    pub fn field(param: &str, rule: &str) -> Self {
        Self::about(INVALID_REQUEST, param, format!("{param} {rule}"))
    }

    /// No such tool, whoever else may have it.
    pub fn no_tool(id: &str) -> Self {
        Self::new(TOOL_NOT_FOUND, format!("Tool {} not found", shortened(id)))
    }

    /// No such agent, whoever else may have it.
    pub fn no_agent(id: &str) -> Self {
        Self::new(AGENT_NOT_FOUND, format!("Agent {} not found", shortened(id)))
    }

    /// The body. `base` is how the dialect is seen from outside.
    pub fn body(&self, base: &str, request_id: Option<&str>) -> Value {
        let error = json!({
            "message": self.detail,
            "type": self.code.kind,
            "code": self.code.word,
            "param": self.param,
        });
        match self.code.shape {
            Shape::Gateway => json!({ "error": error }),
            Shape::Problem => json!({
                "type": format!("{base}/problems/{}", self.code.word),
                "title": self.code.title(),
                "status": self.code.status,
                "detail": self.detail,
                "request_id": request_id,
                "error": error,
            }),
        }
    }

    /// The content type of the body.
    pub const fn content_type(&self) -> &'static str {
        match self.code.shape {
            Shape::Gateway => "application/json",
            Shape::Problem => "application/problem+json",
        }
    }
}

/// What a caller sent as an id, no longer than an id may be.
fn shortened(id: &str) -> String {
    id.chars().filter(|c| !c.is_control()).take(128).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_errors() {
        for (index, code) in CODES.iter().enumerate() {
            assert!((400..600).contains(&code.status), "{}", code.word);
            assert!(CODES[..index].iter().all(|other| other.word != code.word), "{}", code.word);
        }
    }

    #[test]
    fn the_two_shapes() {
        let route = Trouble::new(UNKNOWN_ROUTE, "No such route: GET /v1/nope");
        let expected = json!({"error": {"message": "No such route: GET /v1/nope",
            "type": "invalid_request_error", "code": "unknown_route", "param": null}});
        assert_eq!(route.body("https://tools.example.com/pyai", Some("req_1")), expected);
        let url = Trouble::about(INVALID_WEBHOOK_URL, "webhook_url", "no");
        let expected = json!({"type": "https://tools.example.com/pyai/problems/invalid_webhook_url",
            "title": "Bad Request", "status": 400, "detail": "no", "request_id": "req_1",
            "error": {"message": "no", "type": "invalid_request_error", "code": "invalid_webhook_url",
                "param": "webhook_url"}});
        assert_eq!(url.body("https://tools.example.com/pyai", Some("req_1")), expected);
        assert_eq!(url.content_type(), "application/problem+json");
    }
}
