//! Acts and executions: the ledger and the record (semantics: The ledger; Records).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::effect::{Effect, Outcome};
use crate::id::{ActId, AgentId, ExecutionId, OrgId, SessionId, ToolId};
use crate::scope::Mode;
use crate::time::Stamp;

/// The state of an act in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActState {
    /// The intent is written; the outcome is not.
    Pending,
    /// It happened.
    Done,
    /// It is known not to have happened.
    Failed,
    /// It may have happened; settled once, to done or failed.
    Unknown,
}

impl ActState {
    /// The word in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// The state of a word; `None` for any other word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Pending, Self::Done, Self::Failed, Self::Unknown]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// The key of an act: SHA-256 over tool, canonical act arguments and the session variables its templates read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActKey(pub [u8; 32]);

impl std::fmt::Debug for ActKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "ActKey({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// Its id, sent as `Idempotency-Key`.
    pub id: ActId,
    /// The session that means it.
    pub session: SessionId,
    /// The tool.
    pub tool: ToolId,
    /// What makes it the same act.
    pub key: ActKey,
    /// The tool's effect when it was meant.
    pub effect: Effect,
    /// Where it stands.
    pub state: ActState,
    /// The execution that carries it out.
    pub execution: ExecutionId,
    /// What the model was, or will be, told; once the act is settled.
    pub told: Option<Value>,
    /// The session's epoch under which the intent was written.
    pub epoch: i64,
    /// When the intent was written.
    pub created_at: Stamp,
    /// When the outcome was written.
    pub settled_at: Option<Stamp>,
    /// When the model was told.
    pub told_at: Option<Stamp>,
    /// The brain's id of the tool call that meant it.
    pub tool_call_id: Option<String>,
    /// The caller's own idempotency key of that call.
    pub caller_key: Option<String>,
}

/// The exact request of an attempt, redacted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RequestRecord {
    /// Method.
    pub method: String,
    /// URL with its query.
    pub url: String,
    /// Headers in the order in which they were sent.
    pub headers: Vec<(String, String)>,
    /// Body: JSON where it is JSON, else text; null when there is none.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}

/// Where the time of an attempt went; microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AttemptTimings {
    /// Name resolution.
    pub dns_us: u64,
    /// TCP connect.
    pub connect_us: u64,
    /// TLS handshake.
    pub tls_us: u64,
    /// Until the first byte of the answer, from the start.
    pub first_byte_us: u64,
    /// All of it.
    pub total_us: u64,
    /// Whether a kept connection was used.
    pub reused: bool,
}

/// One attempt of an execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// 1, 2, 3.
    pub number: u32,
    /// When it started.
    pub started_at: Stamp,
    /// HTTP status of the answer, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Code of what went wrong: `connect_refused`, `timeout`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Where the time went.
    #[serde(default)]
    pub timings: AttemptTimings,
}

/// The record of a tool call: who asked, what was sent, what came back, what the model was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// Its id; `webhook-id` of its requests.
    pub id: ExecutionId,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// Live or test.
    pub mode: Mode,
    /// The session; none for a test of a tool.
    pub session: Option<SessionId>,
    /// The agent of the session.
    pub agent: Option<AgentId>,
    /// The tool; none when the model named one that does not exist.
    pub tool: Option<ToolId>,
    /// The version that ran.
    pub tool_version: Option<u32>,
    /// The name the model used.
    pub tool_name: String,
    /// The id of the tool call: the model's, or ours.
    pub tool_call_id: String,
    /// The act, for everything but reads.
    pub act: Option<ActId>,
    /// How it ended; none while it runs.
    pub outcome: Option<Outcome>,
    /// Whether the model was given the soft timeout.
    pub timed_out: bool,
    /// Whether it was a test of a tool.
    pub test: bool,
    /// One line on what went wrong, fit for the tenant.
    pub error: Option<String>,
    /// Redacted details.
    pub detail: ExecutionDetail,
    /// Microseconds in the queue before it was let go.
    pub queue_us: u64,
    /// Microseconds from being let go to its end.
    pub total_us: u64,
    /// When the call came.
    pub created_at: Stamp,
    /// When it ended.
    pub ended_at: Option<Stamp>,
}

/// The bulk of a record: goes after the time that payloads are kept.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ExecutionDetail {
    /// The arguments, redacted.
    #[serde(default)]
    pub arguments: Value,
    /// The request of the last attempt, redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestRecord>,
    /// HTTP status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_status: Option<u16>,
    /// The whole answer, redacted.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub response: Value,
    /// What the model was told.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub told: Value,
    /// All attempts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// What code left beside its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeRecord>,
    /// Session variables set by the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<ExtractedVariable>,
    /// Names that the templates met without a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<String>,
    /// A result that came after the soft timeout.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub late: Value,
}

/// What code left beside its answer, redacted and bounded: for the tool's author, never for the model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CodeRecord {
    /// First bytes of standard output, or the tail of a function's log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stdout: String,
    /// First bytes of standard error.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
    /// Traceback of an error that the code raised, from the tool's own first line on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceback: Option<String>,
    /// Line of the tool's source where it was raised, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// CPU time, microseconds, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_us: Option<u64>,
    /// Whether a process was waiting with the tool loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm: Option<bool>,
}

/// One extraction from an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractedVariable {
    /// The variable.
    pub name: String,
    /// Its JSONPath.
    pub path: String,
    /// `set`, `empty` or `error`.
    pub outcome: String,
}
