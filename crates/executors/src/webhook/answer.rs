//! What an answer means: outcome, result, and the line for the model (semantics: Attempts and time).

use hookswitch_egress::{MaybeSent, NotSent, RedirectStop, Response, SendError};
use hookswitch_model::{Effect, Outcome};
use serde_json::{Value, json};

/// Longest part of an answer's own error text that the model is told, in characters.
const MOST_ERROR: usize = 300;

/// How an attempt ended, read for the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it means for the act if no attempt follows.
    pub outcome: Outcome,
    /// The parsed answer of a success.
    pub result: Value,
    /// The whole answer, parsed, for the record.
    pub response: Value,
    /// Status, when an answer came.
    pub status: Option<u16>,
    /// One line on what went wrong, fit for model and tenant.
    pub error: Option<String>,
    /// Stable code of what went wrong.
    pub code: Option<&'static str>,
    /// Whether another attempt may be made.
    pub may_retry: bool,
    /// Whether the call's own time was up.
    pub timed_out: bool,
    /// Whether this counts against the receiver's health: timeouts, 5xx, connect errors.
    pub is_unhealthy: bool,
    /// Seconds that the receiver asks us to wait.
    pub retry_after: Option<u64>,
}

/// Reads a whole answer.
pub fn read_answer(response: &Response, effect: Effect) -> Reading {
    let status = response.status.as_u16();
    let parsed = parse_body(&response.body);
    let is_success = response.status.is_success();
    let is_client_error = response.status.is_client_error();
    let outcome = match effect {
        _ if is_success => Outcome::Done,
        Effect::Read => Outcome::Failed,
        _ if is_client_error => Outcome::Failed,
        _ => Outcome::Unknown,
    };
    let redirected = response.redirect_stop.is_some() || response.status.is_redirection();
    let error = (!is_success).then(|| match &response.redirect_stop {
        Some(RedirectStop::Refused(refusal)) => format!("webhook redirected: {}", refusal.tenant_message()),
        _ if redirected => "webhook redirected".to_owned(),
        _ => format!("HTTP {status}: {}", error_text(&parsed, response.status)),
    });
    let is_retryable_status = status == 429 || response.status.is_server_error();
    Reading {
        outcome,
        result: if is_success { result_of(&parsed) } else { Value::Null },
        response: parsed,
        status: Some(status),
        error,
        code: (!is_success).then_some(if redirected { "redirected" } else { "http_status" }),
        may_retry: is_retryable_status && effect.may_resend(),
        timed_out: false,
        is_unhealthy: response.status.is_server_error(),
        retry_after: retry_after(response),
    }
}

/// Reads a failure to get an answer.
pub fn read_error(error: &SendError, effect: Effect) -> Reading {
    let outcome = match error {
        _ if error.is_refusal() => Outcome::Refused,
        SendError::NotSent(NotSent::InvalidRequest(_)) => Outcome::Refused,
        SendError::NotSent(_) => Outcome::Failed,
        SendError::MaybeSent(_) if effect == Effect::Read => Outcome::Failed,
        SendError::MaybeSent(_) => Outcome::Unknown,
    };
    let may_retry = error.is_connect_error() || error.is_connection_lost() && effect.may_resend();
    let is_slow = matches!(error, SendError::MaybeSent(MaybeSent::Timeout));
    Reading {
        outcome,
        result: Value::Null,
        response: Value::Null,
        status: None,
        error: Some(error.tenant_message()),
        code: Some(error.code()),
        may_retry,
        timed_out: error.is_timeout(),
        is_unhealthy: is_slow || error.is_connect_error() || error.is_connection_lost(),
        retry_after: None,
    }
}

/// JSON where it is JSON, text where it is text, null where there is nothing.
fn parse_body(body: &[u8]) -> Value {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| json!({ "text": String::from_utf8_lossy(body) }))
}

fn result_of(parsed: &Value) -> Value {
    if parsed.is_null() { json!({"ok": true}) } else { parsed.clone() }
}

/// The receiver's own words, where it has any: `error`, `error.message`, `message` or `detail`.
fn error_text(parsed: &Value, status: http::StatusCode) -> String {
    let words = [parsed.get("error"), parsed.get("message"), parsed.get("detail")];
    let text = words
        .into_iter()
        .flatten()
        .find_map(|word| word.as_str().or_else(|| word.get("message").and_then(Value::as_str)));
    let text = text.unwrap_or_else(|| status.canonical_reason().unwrap_or("no reason given"));
    text.chars().filter(|c| !c.is_control()).take(MOST_ERROR).collect()
}

fn retry_after(response: &Response) -> Option<u64> {
    response.headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}
