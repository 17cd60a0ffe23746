//! What a request is refused with, before it is known how the answer is worded.

use serde_json::{Value, json};

use super::style::{Item, Style};

/// A refused request.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// 422: problems with the form.
    Unprocessable(Vec<Item>),
    /// 400 with one text.
    BadRequest(String),
    /// 404 with one text.
    NotFound(String),
    /// 400 or 500 of Lambda discovery, which says `success` beside the text.
    Unsuccessful(u16, String),
    /// 429 with the seconds to wait.
    TooMany(u64),
}

impl Refusal {
    /// One problem.
    pub fn item(item: Item) -> Self {
        Self::Unprocessable(vec![item])
    }

    /// A 400.
    pub fn bad(text: impl Into<String>) -> Self {
        Self::BadRequest(text.into())
    }

    /// A tool that is not there, by its number.
    pub fn no_tool(number: i64) -> Self {
        Self::NotFound(format!("Tool with ID {number} not found"))
    }

    /// An assistant that is not there, by its number.
    pub fn no_assistant(number: i64) -> Self {
        Self::NotFound(format!("Assistant with ID {number} not found in your organization"))
    }

    /// Status and body.
    pub fn render(&self, style: Style) -> (u16, Value) {
        match self {
            Self::Unprocessable(items) => (422, Item::body(items, style)),
            Self::BadRequest(text) => (400, json!({ "detail": text })),
            Self::NotFound(text) => (404, json!({ "detail": text })),
            Self::Unsuccessful(status, text) => (*status, json!({"success": false, "detail": text})),
            Self::TooMany(_) => (429, json!({"detail": "Rate limit exceeded"})),
        }
    }
}
