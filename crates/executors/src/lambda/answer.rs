//! What an answer means: of the function, or of AWS in front of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookswitch_egress::{Response, SendError};
use hookswitch_model::draft::InvocationType;
use hookswitch_model::{Effect, Outcome};
use hookswitch_template::cut;
use http::StatusCode;
use serde_json::{Value, json};

use super::fill::FilledCall;
use crate::reading::Reading;
use crate::webhook;

/// Longest error text that the model is told, in characters.
const MOST_ERROR: usize = 300;
/// Largest answer that is recorded whole, in bytes: that of webhooks. The model's part comes from all of it.
const MOST_RECORDED: usize = 1024 * 1024;
/// Longest trace of an error that is kept, in characters.
const MOST_TRACE: usize = 16 * 1024;

/// Refusals of AWS that come before the function runs, beside those with a status of 4xx.
const BEFORE_IT_RUNS: [&str; 12] = [
    "EC2AccessDeniedException",
    "EC2ThrottledException",
    "EC2UnexpectedException",
    "EFSIOException",
    "ENILimitReachedException",
    "InvalidRuntimeException",
    "InvalidSecurityGroupIDException",
    "InvalidSubnetIDException",
    "InvalidZipFileException",
    "KMSAccessDeniedException",
    "KMSInvalidStateException",
    "SubnetIPAddressLimitReachedException",
];

/// An answer read, and what the function left beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What it means.
    pub reading: Reading,
    /// The tail of its log: at most 4 KiB, not redacted.
    pub log_tail: String,
    /// The trace of the error that it raised, not redacted.
    pub traceback: Option<String>,
}

/// Reads a whole answer.
pub fn read_answer(response: &Response, call: &FilledCall, effect: Effect) -> Answer {
    let payload = parse(&response.body);
    let is_large = response.body.len() > MOST_RECORDED;
    let header = |name: &str| response.headers.get(name).and_then(|value| value.to_str().ok());
    let log_tail = header("x-amz-log-result").and_then(|text| STANDARD.decode(text).ok());
    let log_tail = log_tail.map(|log| String::from_utf8_lossy(&log).into_owned()).unwrap_or_default();
    let mut traceback = None;
    let function_error_kind = header("x-amz-function-error").or_else(|| emulated_error(response, &payload));
    let reading = if let Some(kind) = function_error_kind {
        traceback = trace_of(&payload);
        function_error(payload, kind, response.status, effect)
    } else if !response.status.is_success() {
        refused_by_aws(response, payload, call, effect)
    } else {
        match call.invocation {
            InvocationType::RequestResponse => returned(payload, response.status, effect),
            InvocationType::Event => done(json!({"status": "accepted"}), Value::Null, response.status),
            InvocationType::DryRun if response.status == StatusCode::NO_CONTENT => {
                done(json!({"status": "dry_run_ok"}), Value::Null, response.status)
            }
            InvocationType::DryRun => {
                let line = "the endpoint did not answer as to a dry run".to_owned();
                failed(payload, response.status, "not_a_dry_run", line, after_it_ran(effect))
            }
        }
    };
    let mut answer = Answer { reading, log_tail, traceback };
    if is_large {
        answer.reading.response = cut(answer.reading.response, MOST_RECORDED).value;
    }
    answer
}

/// Reads a failure to get an answer.
pub fn read_error(error: &SendError, call: &FilledCall, effect: Effect) -> Reading {
    let reading = webhook::read_error(error, effect);
    if error.is_connect_error() {
        let line = format!("Cannot connect to AWS endpoint in region {}", call.region);
        return Reading { error: Some(line), ..reading };
    }
    reading
}

/// Emulators tell a function's error by a status of 5xx; an error of AWS has a code and no `errorMessage`.
fn emulated_error(response: &Response, payload: &Value) -> Option<&'static str> {
    let is_one = response.status.is_server_error()
        && aws_code(response, payload).is_none()
        && payload.get("errorMessage").is_some_and(Value::is_string);
    is_one.then_some("Unhandled")
}

fn parse(body: &[u8]) -> Value {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body).into_owned()))
}

/// What the function returned. One that speaks for a gateway says by `statusCode` whether it failed, and has its
/// result in `body`.
fn returned(payload: Value, status: StatusCode, effect: Effect) -> Reading {
    let code = payload.get("statusCode").and_then(Value::as_u64);
    if let Some(code) = code.filter(|code| *code >= 400) {
        let line = format!("Lambda returned status {code}");
        return failed(payload, status, "status_code", line, after_it_ran(effect));
    }
    let result = match (code, payload.get("body")) {
        (Some(_), Some(Value::String(text))) => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str()))
        }
        (Some(_), Some(body)) => body.clone(),
        _ => payload.clone(),
    };
    done(result, payload, status)
}

fn function_error(payload: Value, kind: &str, status: StatusCode, effect: Effect) -> Reading {
    let message = match payload.get("errorMessage") {
        Some(Value::String(text)) => short(text),
        Some(other) if !other.is_null() => short(&other.to_string()),
        _ => short(&hookswitch_template::text_form(&payload)),
    };
    let (code, line) = if kind == "Handled" {
        ("function_error_handled", format!("Lambda execution failed: {message}"))
    } else {
        let said = format!("Lambda function threw an unhandled exception: {message}");
        ("function_error", format!("Lambda execution failed: {said}"))
    };
    failed(payload, status, code, line, after_it_ran(effect))
}

fn refused_by_aws(response: &Response, payload: Value, call: &FilledCall, effect: Effect) -> Reading {
    let status = response.status;
    let code = aws_code(response, &payload);
    let message = ["message", "Message"].iter().find_map(|name| payload.get(*name)?.as_str());
    let message = short(message.unwrap_or_else(|| status.canonical_reason().unwrap_or("no reason given")));
    let line = match code.as_deref() {
        Some("ResourceNotFoundException") => {
            format!("Lambda function '{}' not found in region {}", call.function, call.region)
        }
        Some("InvalidParameterValueException") => format!("Invalid parameter: {message}"),
        Some(code) if is_denial(code) => denied(),
        _ if matches!(status.as_u16(), 401 | 403) => denied(),
        Some(code) => format!("AWS error ({code}): {message}"),
        None => format!("AWS error (HTTP {}): {message}", status.as_u16()),
    };
    let is_before = code.as_deref().is_some_and(|code| BEFORE_IT_RUNS.contains(&code));
    let outcome = if status.is_client_error() || is_before { Outcome::Failed } else { after_it_ran(effect) };
    let is_unhealthy = status.is_server_error();
    let may_retry = (status == StatusCode::TOO_MANY_REQUESTS || is_unhealthy) && effect.may_resend();
    let retry_after = response.headers.get(http::header::RETRY_AFTER);
    let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Reading { may_retry, is_unhealthy, retry_after, ..failed(payload, status, "aws_error", line, outcome) }
}

/// The code of an error of AWS: `ThrottlingException`, without the address that some services add.
pub(super) fn aws_code(response: &Response, payload: &Value) -> Option<String> {
    let header = response.headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let body = ["__type", "code", "Code"].iter().find_map(|name| payload.get(*name)?.as_str());
    let text = header.or(body)?;
    let text = text.split(':').next().unwrap_or(text);
    let code = text.rsplit('#').next().unwrap_or(text).trim();
    let is_word =
        !code.is_empty() && code.len() <= 80 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_word.then(|| code.to_owned())
}

pub(super) fn is_denial(code: &str) -> bool {
    let denials = [
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotAuthorized",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    ];
    denials.contains(&code)
}

fn denied() -> String {
    "Access denied. Please check your AWS credentials and permissions.".to_owned()
}

/// What a failure means once the function may have run.
const fn after_it_ran(effect: Effect) -> Outcome {
    match effect {
        Effect::Read => Outcome::Failed,
        _ => Outcome::Unknown,
    }
}

fn done(result: Value, response: Value, status: StatusCode) -> Reading {
    Reading {
        result,
        outcome: Outcome::Done,
        error: None,
        code: None,
        ..failed(response, status, "", String::new(), Outcome::Done)
    }
}

fn failed(
    response: Value,
    status: StatusCode,
    code: &'static str,
    line: String,
    outcome: Outcome,
) -> Reading {
    Reading {
        outcome,
        result: Value::Null,
        response,
        status: Some(status.as_u16()),
        error: Some(line),
        code: Some(code),
        may_retry: false,
        timed_out: false,
        is_unhealthy: false,
        retry_after: None,
    }
}

/// The stack of an error as runtimes report it: lines under `stackTrace`, `trace` or `backtrace`.
fn trace_of(payload: &Value) -> Option<String> {
    let lines =
        ["stackTrace", "trace", "backtrace"].iter().find_map(|name| payload.get(*name)?.as_array())?;
    let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).map(str::trim_end).collect();
    let text: String = lines.join("\n").chars().take(MOST_TRACE).collect();
    (!text.is_empty()).then_some(text)
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MOST_ERROR).collect()
}
