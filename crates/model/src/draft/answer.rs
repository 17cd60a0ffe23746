//! How the answer of a webhook is read, as written. Dialects differ here; the native rule is the default.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Which answers are a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Success {
    /// 200 to 299.
    #[default]
    Ok,
    /// Everything below 400; a redirect that is not followed is an answer then.
    #[serde(rename = "below_400")]
    Below400,
}

/// What a success without a body means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyAnswer {
    /// `{"ok":true}`
    #[default]
    Ok,
    /// `{"success":true,"status_code":204}`
    Status,
    /// `null`
    Null,
}

/// What a body that is no JSON becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextAnswer {
    /// `{"text":"…"}`
    #[default]
    Wrapped,
    /// The text itself.
    Plain,
    /// By its content type: text and XML wrapped; anything else described by type, length and its first 1,000
    /// characters.
    ByType,
}

/// Where the words of a failure are found in a body; the status' own reason where there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorWords {
    /// `error`, `error.message`, `message` or `detail`, where it is a text.
    #[default]
    Named,
    /// The same, else a body that is a text.
    NamedOrText,
    /// `error`, else `message`, whatever they are.
    NamedAsJson,
}

/// How an answer is read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnswerRule {
    /// Which answers are a success.
    pub success: Success,
    /// What a success without a body means.
    pub empty: EmptyAnswer,
    /// What a body that is no JSON becomes.
    pub text: TextAnswer,
    /// Where the words of a failure are found.
    pub error: ErrorWords,
    /// Member of the result → dotted path in the answer (`data.items.0.id`); null where it leads nowhere. A path that
    /// begins with `data` starts at the root when the root has no such member. With any, the mapped object is the
    /// result.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub mapping: IndexMap<String, String>,
}
