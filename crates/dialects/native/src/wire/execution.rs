//! Executions on the wire.

use hookswitch_model::execution::{
    Attempt, CodeRecord, Execution, ExecutionDetail, ExtractedVariable, RequestRecord,
};
use hookswitch_model::{ActId, AgentId, ExecutionId, Outcome, SessionId, Stamp, ToolId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{ids, millis, words};

/// The record of a tool call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Execution)]
pub struct ExecutionView {
    /// Its id; `webhook-id` of its requests.
    #[schema(value_type = ids::ExecutionId)]
    pub id: ExecutionId,
    /// The session; null for a test of a tool.
    #[schema(value_type = Option<ids::SessionId>)]
    pub session_id: Option<SessionId>,
    /// The agent of the session.
    #[schema(value_type = Option<ids::AgentId>)]
    pub agent_id: Option<AgentId>,
    /// The tool; null when the model named one that does not exist.
    #[schema(value_type = Option<ids::ToolId>)]
    pub tool_id: Option<ToolId>,
    /// The version that ran.
    pub tool_version: Option<u32>,
    /// The name that the model used.
    pub tool_name: String,
    /// The id of the tool call.
    pub tool_call_id: String,
    /// The act, for everything but reads.
    #[schema(value_type = Option<ids::ActId>)]
    pub act_id: Option<ActId>,
    /// How it ended; null while it runs.
    #[schema(value_type = Option<words::Outcome>)]
    pub outcome: Option<Outcome>,
    /// Whether the model was given the soft timeout.
    pub timed_out: bool,
    /// Whether it was a test of a tool.
    pub test: bool,
    /// One line on what went wrong.
    pub error: Option<String>,
    /// From its arrival until it was let go, in milliseconds.
    #[schema(minimum = 0)]
    pub queue_ms: f64,
    /// From being let go to its end, in milliseconds.
    #[schema(minimum = 0)]
    pub duration_ms: f64,
    /// When the call came.
    #[schema(value_type = ids::Moment)]
    pub created_at: Stamp,
    /// When it ended.
    #[schema(value_type = Option<ids::Moment>)]
    pub ended_at: Option<Stamp>,
    /// The details, where they were asked for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ExecutionDetails)]
    pub details: Option<ExecutionDetails>,
}

/// The redacted details of an execution; empty when they were erased or outlived their time.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExecutionDetails {
    /// The arguments.
    #[schema(required = false)]
    pub arguments: Value,
    /// The request of the last attempt.
    pub request: Option<RequestBody>,
    /// HTTP status of the answer.
    pub response_status: Option<u16>,
    /// The whole answer.
    #[schema(required = false)]
    pub response: Value,
    /// What the model was told.
    #[schema(required = false)]
    pub told: Value,
    /// All attempts.
    #[schema(required = false)]
    pub attempts: Vec<AttemptBody>,
    /// What code left beside its answer: for the tool's author, never told to the model. Absent for other kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeBody>,
    /// Session variables set by the answer.
    #[schema(required = false)]
    pub variables: Vec<VariableBody>,
    /// Names that the templates met without a value.
    #[schema(required = false)]
    pub unset: Vec<String>,
    /// A result that came after the soft timeout, or by settling.
    #[schema(required = false)]
    pub late: Value,
}

/// The exact request of an attempt, redacted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestRecord)]
pub struct RequestBody {
    /// Method.
    pub method: String,
    /// URL with its query.
    pub url: String,
    /// Name and value of each header, in the order in which they were sent.
    #[schema(value_type = Vec<Vec<String>>)]
    pub headers: Vec<(String, String)>,
    /// JSON where it is JSON, else text; null when there is none.
    pub body: Value,
}

/// One attempt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub struct AttemptBody {
    /// 1, 2, 3.
    pub number: u32,
    /// When it started.
    #[schema(value_type = ids::Moment)]
    pub started_at: Stamp,
    /// HTTP status of the answer, if one came.
    pub status: Option<u16>,
    /// What went wrong.
    #[schema(example = "connect_refused")]
    pub error: Option<String>,
    /// Name resolution, in milliseconds.
    pub dns_ms: f64,
    /// TCP connect, in milliseconds.
    pub connect_ms: f64,
    /// TLS handshake, in milliseconds.
    pub tls_ms: f64,
    /// From the start to the first byte of the answer, in milliseconds.
    pub first_byte_ms: f64,
    /// All of it, in milliseconds.
    pub total_ms: f64,
    /// Whether a kept connection was used.
    pub reused: bool,
}

/// What a tool's code left beside its answer, redacted and bounded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CodeRecord)]
pub struct CodeBody {
    /// First bytes of standard output, or the tail of a function's log.
    pub stdout: String,
    /// First bytes of standard error.
    pub stderr: String,
    /// Traceback of an error that the code raised.
    pub traceback: Option<String>,
    /// Line of the tool's source where it was raised, from 1.
    #[schema(minimum = 1)]
    pub line: Option<u32>,
    /// CPU time in milliseconds, where known.
    #[schema(minimum = 0)]
    pub cpu_ms: Option<f64>,
    /// Whether a process was waiting with the tool loaded.
    pub warm: Option<bool>,
}

/// One extraction from an answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExtractedVariable)]
pub struct VariableBody {
    /// The variable.
    pub name: String,
    /// Its JSONPath.
    pub path: String,
    /// `set`, `empty`, `too_large` or `error`.
    pub outcome: String,
}

impl From<RequestRecord> for RequestBody {
    fn from(request: RequestRecord) -> Self {
        Self { method: request.method, url: request.url, headers: request.headers, body: request.body }
    }
}

impl From<Attempt> for AttemptBody {
    fn from(attempt: Attempt) -> Self {
        let timings = attempt.timings;
        Self {
            number: attempt.number,
            started_at: attempt.started_at,
            status: attempt.status,
            error: attempt.error,
            dns_ms: millis(timings.dns_us),
            connect_ms: millis(timings.connect_us),
            tls_ms: millis(timings.tls_us),
            first_byte_ms: millis(timings.first_byte_us),
            total_ms: millis(timings.total_us),
            reused: timings.reused,
        }
    }
}

impl From<CodeRecord> for CodeBody {
    fn from(code: CodeRecord) -> Self {
        Self {
            stdout: code.stdout,
            stderr: code.stderr,
            traceback: code.traceback,
            line: code.line,
            cpu_ms: code.cpu_us.map(millis),
            warm: code.warm,
        }
    }
}

impl From<ExtractedVariable> for VariableBody {
    fn from(variable: ExtractedVariable) -> Self {
        Self { name: variable.name, path: variable.path, outcome: variable.outcome }
    }
}

impl From<ExecutionDetail> for ExecutionDetails {
    fn from(detail: ExecutionDetail) -> Self {
        Self {
            arguments: detail.arguments,
            request: detail.request.map(RequestBody::from),
            response_status: detail.response_status,
            response: detail.response,
            told: detail.told,
            attempts: detail.attempts.into_iter().map(AttemptBody::from).collect(),
            code: detail.code.map(CodeBody::from),
            variables: detail.variables.into_iter().map(VariableBody::from).collect(),
            unset: detail.unset,
            late: detail.late,
        }
    }
}

impl ExecutionView {
    /// A record with or without its details.
    pub fn of(execution: Execution, with_details: bool) -> Self {
        Self {
            id: execution.id,
            session_id: execution.session,
            agent_id: execution.agent,
            tool_id: execution.tool,
            tool_version: execution.tool_version,
            tool_name: execution.tool_name,
            tool_call_id: execution.tool_call_id,
            act_id: execution.act,
            outcome: execution.outcome,
            timed_out: execution.timed_out,
            test: execution.test,
            error: execution.error,
            queue_ms: millis(execution.queue_us),
            duration_ms: millis(execution.total_us),
            created_at: execution.created_at,
            ended_at: execution.ended_at,
            details: with_details.then(|| execution.detail.into()),
        }
    }
}

/// How an unknown execution ended after all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleBody {
    /// `done` or `failed`.
    #[schema(value_type = words::Settled)]
    pub outcome: Outcome,
    /// What a repeat is told. Default: a plain success or failure.
    #[schema(value_type = Value, required = false)]
    pub result: Option<Value>,
}
