//! Errors on the wire: problem details (RFC 9457) with stable codes. One table says everything about a code.

use serde::Serialize;
use utoipa::ToSchema;

/// One thing that is wrong, with its place.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemItem {
    /// JSON path into the body, or `$query.…`, `$header.…`.
    #[schema(example = "$.webhook.url")]
    pub path: String,
    /// Stable code of this kind of error.
    #[schema(example = "address_refused")]
    pub code: String,
    /// One sentence for people.
    pub message: String,
}

/// An error.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// URL of a page about this code.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not_found")]
    pub kind: String,
    /// What the code means.
    pub title: &'static str,
    /// HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// Stable code.
    #[schema(example = "not_found")]
    pub code: &'static str,
    /// Id of the request, to be named when asking for help.
    #[schema(value_type = Option<String>, example = "req_01kqf3v4r8e6t9x2b5m7n0p1qs")]
    pub request_id: Option<hookswitch_model::RequestId>,
    /// All things that are wrong, where there are such.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ProblemItem>,
}

/// A code with all that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The word.
    pub word: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The title.
    pub title: &'static str,
    /// What to do about it.
    pub advice: &'static str,
}

macro_rules! codes {
    ($($name:ident = $word:literal $status:literal $title:literal $advice:literal;)*) => {
        $(pub(crate) const $name: Code =
            Code { word: $word, status: $status, title: $title, advice: $advice };)*

        /// All codes.
        pub const CODES: &[Code] = &[$($name,)*];
    };
}

codes! {
    UNAUTHORIZED = "unauthorized" 401 "The API key is missing or not valid"
        "Send `Authorization: Bearer hs_live_…` with a key that is neither revoked nor expired.";
    FORBIDDEN = "forbidden" 403 "The API key may not do this"
        "Use a key that has the permission named in `detail`, or ask an admin of the organisation for one.";
    NOT_FOUND = "not_found" 404 "There is no such thing"
        "Check the id and the mode of the key: what belongs to another organisation or mode is not shown.";
    METHOD_NOT_ALLOWED = "method_not_allowed" 405 "The path does not take this method"
        "See the `Allow` header and /v1/openapi.json.";
    REQUEST_TIMEOUT = "request_timeout" 408 "The body took too long to arrive"
        "Send the whole body within 30 seconds.";
    NAME_TAKEN = "name_taken" 409 "The name is taken"
        "Names of tools are unique per organisation and mode, over all projects and dialects.";
    VERSION_MISMATCH = "version_mismatch" 409 "Somebody else saved in between"
        "Read the tool again, apply the change to its current version, and send that version in `If-Match`.";
    IDEMPOTENCY_CONFLICT = "idempotency_conflict" 409 "The Idempotency-Key was used with another request"
        "Use a new key for every request that differs in method, path or body.";
    IDEMPOTENCY_IN_PROGRESS = "idempotency_in_progress" 409 "The same request is still being carried out"
        "Wait a second and send it again under the same key.";
    SESSION_ENDED = "session_ended" 409 "The session has ended"
        "Start a new session.";
    NOT_UNKNOWN = "not_unknown" 409 "The execution is not unknown"
        "Only an execution with the outcome `unknown` can be settled, and only once.";
    INVALID_JSON = "invalid_json" 400 "The body is not well-formed JSON"
        "Bodies are JSON in UTF-8 without duplicate keys, at most 64 levels deep.";
    INVALID_REQUEST = "invalid_request" 400 "The request has errors"
        "See `errors`: each has the path of the value and what is wrong with it.";
    REQUEST_TOO_LARGE = "request_too_large" 413 "The body is too large"
        "Bodies have at most 1,048,576 bytes.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type" 415 "The body has the wrong content type"
        "Send `Content-Type: application/json`.";
    INVALID_DEFINITION = "invalid_definition" 422 "The definition has errors"
        "See `errors`: all findings at once, each with its JSON path.";
    RATE_LIMITED = "rate_limited" 429 "The key sends more requests than it may"
        "Wait the seconds in `Retry-After`. Calls of sessions are not counted; the operator sets the limit.";
    TOO_MANY_AT_ONCE = "too_many_at_once" 429 "There are as many at the same time as there may be"
        "Wait until one has ended: a session of the project, or a connection of the key.";
    DRAINING = "draining" 503 "The server is shutting down"
        "Send the request again: another server, or this one after its restart, takes it.";
    UNAVAILABLE = "unavailable" 503 "The server can't do this now"
        "Send the request again later.";
    INTERNAL_ERROR = "internal_error" 500 "Something went wrong on our side"
        "Nothing more is known here; the log of the server has the request id.";
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
}
