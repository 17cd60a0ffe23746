//! Schema of what becomes of an answer.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// How an answer is read.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerRule {
    /// Which answers are a success. Default: 200 to 299.
    #[schema(required = false)]
    success: Success,
    /// What a success without a body means. Default: `{"ok":true}`.
    #[schema(required = false)]
    empty: EmptyAnswer,
    /// What a body that is no JSON becomes. Default: `{"text":"…"}`.
    #[schema(required = false)]
    text: TextAnswer,
    /// Where the words of a failure are found.
    #[schema(required = false)]
    error: ErrorWords,
    /// Member of the result to dotted path in the answer; at most 64. With any, the mapped object is the result.
    #[schema(required = false)]
    mapping: BTreeMap<String, String>,
}

/// `ok`: 200 to 299; `below_400`.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum Success {
    Ok,
    #[serde(rename = "below_400")]
    Below400,
}

/// `ok`: `{"ok":true}`; `status`: `{"success":true,"status_code":204}`; `null`.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum EmptyAnswer {
    Ok,
    Status,
    Null,
}

/// `wrapped`: `{"text":"…"}`; `plain`: the text; `by_type`: text and XML wrapped, anything else described.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum TextAnswer {
    Wrapped,
    Plain,
    ByType,
}

/// `named`: `error`, `error.message`, `message` or `detail`, where it is a text; `named_or_text`: the same, else a body
/// that is a text; `named_as_json`: `error`, else `message`, whatever they are.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum ErrorWords {
    Named,
    NamedOrText,
    NamedAsJson,
}

/// The function that the model sees.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Function {
    /// Its name; other characters than `[A-Za-z0-9_-]` become `_`. Default: the tool's.
    name: Option<String>,
    /// What the model reads. Default: the tool's description.
    description: Option<String>,
    /// What the later one of two functions of one name in a session gets. Default: a count.
    #[schema(required = false)]
    suffix: NameSuffix,
}

/// `count`: `_2`, `_3`; `tool_number`: `_` and the tool's number.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum NameSuffix {
    Count,
    ToolNumber,
}

/// Waits between attempts: random up to `first_ms`, doubled each time, up to `most_ms`.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetryWait {
    /// Upper end of the first wait, in milliseconds.
    first_ms: u64,
    /// Longest wait that the receiver did not ask for, in milliseconds.
    most_ms: u64,
}

/// `refuse`: the call is refused; `drop`: as if the argument had not been given, where it is optional.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum NullRule {
    Refuse,
    Drop,
}
