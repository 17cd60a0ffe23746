//! What an answer means: outcome, result, and the line for the model (semantics: Attempts and time).

use hookswitch_egress::{MaybeSent, NotSent, RedirectStop, Response, SendError};
use hookswitch_model::draft::{EmptyAnswer, ErrorWords, Success};
use hookswitch_model::plan::AnswerPlan;
use hookswitch_model::{Effect, Outcome};
use serde_json::{Value, json};

use super::body;
use crate::reading::Reading;

/// Longest part of an answer's own error text that the model is told, in characters.
const MOST_ERROR: usize = 300;

/// Reads a whole answer by the definition's rule.
pub fn read_answer(response: &Response, effect: Effect, rule: &AnswerPlan) -> Reading {
    let status = response.status.as_u16();
    let parsed = body::parse(response, rule.text);
    // A redirect that was refused is none of the receiver's answers.
    let is_success = response.status.is_success()
        || rule.success == Success::Below400 && status < 400 && !is_refused(response.redirect_stop.as_ref());
    let is_client_error = response.status.is_client_error();
    let outcome = match effect {
        _ if is_success => Outcome::Done,
        Effect::Read => Outcome::Failed,
        _ if is_client_error => Outcome::Failed,
        _ => Outcome::Unknown,
    };
    let redirected = response.redirect_stop.is_some() || response.status.is_redirection();
    let error = (!is_success).then(|| match &response.redirect_stop {
        // Where a redirect may be an answer, one that was to be followed and could not be is told apart.
        Some(_) if rule.success == Success::Below400 => "redirect refused".to_owned(),
        Some(RedirectStop::Refused(refusal)) => format!("webhook redirected: {}", refusal.tenant_message()),
        _ if redirected => "webhook redirected".to_owned(),
        _ => format!("HTTP {status}: {}", error_text(&parsed, response.status, rule.error)),
    });
    let is_retryable_status = status == 429 || response.status.is_server_error();
    Reading {
        outcome,
        result: if is_success { result_of(&parsed, status, rule) } else { Value::Null },
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

/// Whether a redirect was to be followed and could not be.
const fn is_refused(stop: Option<&RedirectStop>) -> bool {
    !matches!(stop, None | Some(RedirectStop::NotFollowed))
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

fn result_of(parsed: &Value, status: u16, rule: &AnswerPlan) -> Value {
    if !rule.mapping.is_empty() {
        return body::map(parsed, &rule.mapping);
    }
    match (parsed.is_null(), rule.empty) {
        (true, EmptyAnswer::Ok) => json!({"ok": true}),
        (true, EmptyAnswer::Status) => json!({"success": true, "status_code": status}),
        _ => parsed.clone(),
    }
}

/// The receiver's own words, where it has any.
fn error_text(parsed: &Value, status: http::StatusCode, words: ErrorWords) -> String {
    let found = match words {
        ErrorWords::Named => named(parsed),
        ErrorWords::NamedOrText => named(parsed).or_else(|| parsed.as_str().map(str::to_owned)),
        ErrorWords::NamedAsJson => {
            let word = [parsed.get("error"), parsed.get("message")]
                .into_iter()
                .flatten()
                .find(|word| !word.is_null());
            word.map(|word| hookswitch_template::text_form(word).into_owned())
        }
    };
    let found = found.filter(|text| !text.trim().is_empty());
    let text = found.unwrap_or_else(|| status.canonical_reason().unwrap_or("no reason given").to_owned());
    text.chars().filter(|c| !c.is_control()).take(MOST_ERROR).collect()
}

/// `error`, `error.message`, `message` or `detail`, the first that is a text.
fn named(parsed: &Value) -> Option<String> {
    let words = [parsed.get("error"), parsed.get("message"), parsed.get("detail")];
    let text = words
        .into_iter()
        .flatten()
        .find_map(|word| word.as_str().or_else(|| word.get("message").and_then(Value::as_str)));
    text.map(str::to_owned)
}

fn retry_after(response: &Response) -> Option<u64> {
    response.headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}
