//! Errors on the wire: one body for the readers of all versions (bland: 1.1).

use http::StatusCode;
use serde_json::{Map, Value, json};

/// A code with its HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The word.
    pub word: &'static str,
    /// The HTTP status.
    pub status: u16,
}

macro_rules! codes {
    ($($name:ident = $word:literal $status:literal;)*) => {$(
        #[doc = concat!("`", $word, "`, HTTP ", stringify!($status), ".")]
        pub const $name: Code = Code { word: $word, status: $status };
    )*};
}

codes! {
    INVALID_PARAMETER = "INVALID_PARAMETER" 400;
    MISSING_PARAMETER = "MISSING_PARAMETER" 400;
    RESERVED_NAME = "RESERVED_NAME" 400;
    DUPLICATE_NAME = "DUPLICATE_NAME" 400;
    INVALID_URL = "INVALID_URL" 400;
    INVALID_INPUT = "INVALID_INPUT" 400;
    INVALID_TOOLS = "INVALID_TOOLS" 400;
    NO_CALL_ENGINE = "NO_CALL_ENGINE" 400;
    AUTH_FAILURE = "AUTH_FAILURE" 401;
    FORBIDDEN = "FORBIDDEN" 403;
    TOOL_NOT_FOUND = "TOOL_NOT_FOUND" 404;
    SECRET_NOT_FOUND = "SECRET_NOT_FOUND" 404;
    CALL_NOT_FOUND = "CALL_NOT_FOUND" 404;
    NOT_FOUND = "NOT_FOUND" 404;
    REQUEST_TIMEOUT = "INVALID_PARAMETER" 408;
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT" 409;
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE" 413;
    RATE_LIMITED = "RATE_LIMITED" 429;
    INTERNAL = "INTERNAL" 500;
    UNAVAILABLE = "UNAVAILABLE" 503;
    TOOL_TEST_FAILED = "TOOL_TEST_FAILED" 200;
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its code.
    pub code: Code,
    /// One sentence.
    pub message: String,
    /// Where, as a JSON path into the body without `$`.
    pub field: Option<String>,
}

impl Item {
    /// An error at a field.
    pub fn at(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: Some(field.into()) }
    }

    /// As it is shown: v1's clients read `error`, v2's read `code`.
    pub fn body(&self) -> Value {
        let mut members = Map::new();
        members.insert("error".to_owned(), Value::from(self.code.word));
        members.insert("code".to_owned(), Value::from(self.code.word));
        members.insert("message".to_owned(), Value::from(self.message.as_str()));
        if let Some(field) = &self.field {
            members.insert("field".to_owned(), Value::from(field.as_str()));
        }
        Value::Object(members)
    }
}

/// Why a request was not done: one thing or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    first: Item,
    others: Vec<Item>,
    /// Seconds after which the same request is worth sending again.
    pub retry_after: Option<u32>,
}

impl Problem {
    /// One error.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Item { code, message: message.into(), field: None }.into()
    }

    /// One error at a field.
    pub fn at(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Item::at(code, field, message).into()
    }

    /// All of these, if there are any.
    pub fn of(items: Vec<Item>) -> Option<Self> {
        let mut items = items.into_iter();
        let first = items.next()?;
        Some(Self { first, others: items.collect(), retry_after: None })
    }

    /// The same with the time to wait.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// All errors.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The HTTP status: that of the first error.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.first.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// All messages in one text.
    pub fn message(&self) -> String {
        self.items().map(|item| item.message.as_str()).collect::<Vec<_>>().join("; ")
    }

    /// The body.
    pub fn body(&self) -> Value {
        json!({"status": "error", "message": self.message(), "data": null,
            "errors": self.items().map(Item::body).collect::<Vec<_>>()})
    }
}

impl From<Item> for Problem {
    fn from(first: Item) -> Self {
        Self { first, others: Vec::new(), retry_after: None }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_body_for_all_readers() {
        let body = Problem::new(TOOL_NOT_FOUND, "Tool not found.").body();
        let expected = r#"{"status":"error","message":"Tool not found.","data":null,"errors":[{"error":"TOOL_NOT_FOUND","code":"TOOL_NOT_FOUND","message":"Tool not found."}]}"#;
        assert_eq!(body.to_string(), expected);
    }

    #[test]
    fn several_errors_are_several_items() {
        let items = vec![
            Item::at(MISSING_PARAMETER, "name", "Missing required parameter: name."),
            Item::at(INVALID_PARAMETER, "label", "label must be a string."),
        ];
        let problem = Problem::of(items).unwrap();
        let body = problem.body();
        assert_eq!(body["message"], "Missing required parameter: name.; label must be a string.");
        assert_eq!(body["errors"][1]["field"], "label");
        assert_eq!(problem.status(), StatusCode::BAD_REQUEST);
        assert_eq!(Problem::of(Vec::new()), None);
    }
}
