//! What a call's outcome means for the act, and what its author gets to see.

use std::borrow::Cow;
use std::fmt::Write as _;

use hookswitch_model::execution::CodeRecord;
use hookswitch_model::{Effect, Outcome};
use hookswitch_sandbox::{AuthorView, CallOutcome, Failure, FailureKind, Form, Outbound, Output, Returned};
use serde_json::{Value, json};

use crate::reading::Reading;
use crate::redact::Redactor;

/// Longest line for model and tenant, in characters.
const MOST_ERROR: usize = 300;
/// Longest traceback in a record, bytes.
const MOST_TRACEBACK: usize = 16 * 1024;
/// What a function of the form `execute_tool` is told when it returns nothing.
const NOTHING_RETURNED: &str = "Function did not return a result. Please ensure your function returns a dictionary \
                                with 'success' and 'message' fields.";

/// Reads how a call ended.
pub fn read_outcome(outcome: &CallOutcome, effect: Effect) -> Reading {
    let has_reached = outcome.outbound == Outbound::Connected;
    match &outcome.result {
        Ok(returned) => match value_of(returned) {
            Ok((response, result)) => {
                Reading { outcome: Outcome::Done, result, response, ..blank(None, None) }
            }
            Err((response, line)) => Reading {
                outcome: failed(effect, has_reached),
                response,
                ..blank(Some(line), Some("code_failed"))
            },
        },
        Err(failure) => of_failure(failure, effect, has_reached),
    }
}

fn blank(error: Option<String>, code: Option<&'static str>) -> Reading {
    Reading {
        outcome: Outcome::Failed,
        result: Value::Null,
        response: Value::Null,
        status: None,
        error: error.map(|line| shortened(&line)),
        code,
        may_retry: false,
        timed_out: false,
        is_unhealthy: false,
        retry_after: None,
    }
}

/// Code that failed may have acted before it did, but only through a connection to the outside.
const fn failed(effect: Effect, has_reached: bool) -> Outcome {
    match effect {
        Effect::Read => Outcome::Failed,
        _ if has_reached => Outcome::Unknown,
        _ => Outcome::Failed,
    }
}

fn of_failure(failure: &Failure, effect: Effect, has_reached: bool) -> Reading {
    let code = code_of(failure.kind);
    let outcome = match failure.kind {
        FailureKind::Busy | FailureKind::Unavailable | FailureKind::BadArguments if !failure.began => {
            Outcome::Refused
        }
        _ => failed(effect, has_reached),
    };
    Reading {
        outcome,
        timed_out: failure.kind == FailureKind::Timeout,
        is_unhealthy: failure.kind == FailureKind::Timeout,
        // The process could not be started: provably nothing of the tool ran.
        may_retry: failure.kind == FailureKind::Unavailable && !failure.began,
        ..blank(Some(failure.message.clone()), Some(code))
    }
}

/// Stable code of a kind of failure.
pub const fn code_of(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Raised => "code_raised",
        FailureKind::NoEntryPoint => "no_entry_point",
        FailureKind::Timeout => "code_timeout",
        FailureKind::MemoryLimit => "memory_limit",
        FailureKind::Crashed { .. } => "code_crashed",
        FailureKind::NoResult => "no_result",
        FailureKind::NotJson => "not_json",
        FailureKind::ResultTooLarge => "result_too_large",
        FailureKind::BadArguments => "bad_arguments",
        FailureKind::OutputLimit => "output_limit",
        FailureKind::Protocol => "protocol_error",
        FailureKind::Busy => "busy",
        FailureKind::Unavailable => "sandbox_unavailable",
    }
}

/// The returned value and what the model gets of it; or the value and why it is a failure.
fn value_of(returned: &Returned) -> Result<(Value, Value), (Value, String)> {
    let value: Value = serde_json::from_str(returned.json.get()).unwrap_or(Value::Null);
    let is_form_two = returned.form == Form::ExecuteTool;
    let Value::Object(members) = &value else {
        return match (is_form_two, &value) {
            (true, Value::Null) => Err((value, NOTHING_RETURNED.to_owned())),
            (true, _) => {
                let line = format!("Function must return a dictionary, got {}", returned.python_type);
                Err((value, line))
            }
            (false, Value::Array(_)) => Ok((value.clone(), value)),
            (false, _) => Ok((value.clone(), json!({ "result": value }))),
        };
    };
    if members.get("success") == Some(&Value::Bool(false)) {
        let word = ["error", "message"]
            .into_iter()
            .find_map(|name| members.get(name))
            .filter(|word| !word.is_null());
        let line = word.map_or_else(
            || "the function says that it failed".to_owned(),
            |word| hookswitch_template::text_form(word).into_owned(),
        );
        return Err((value, line));
    }
    let mut told = members.clone();
    if is_form_two {
        told.shift_remove("success");
    }
    Ok((value, Value::Object(told)))
}

/// What the code left for its author, redacted.
pub fn record_of(outcome: &CallOutcome, hidden: &Redactor) -> CodeRecord {
    let author = outcome.result.as_ref().err().and_then(|failure| failure.author.as_deref());
    let cleaned = |output: &Output| {
        let mut text = hidden.text(&output.text);
        if output.written > output.text.len() as u64 {
            let _ = write!(text, "\n[{} bytes in all]", output.written);
        }
        text
    };
    CodeRecord {
        stdout: cleaned(&outcome.stdout),
        stderr: cleaned(&outcome.stderr),
        traceback: author
            .filter(|author| !author.traceback.is_empty())
            .map(|author| cut(hidden.text(&whole(author)))),
        line: author.and_then(|author| author.line),
        cpu_us: outcome.cpu.and_then(|cpu| u64::try_from(cpu.as_micros()).ok()),
        warm: Some(outcome.warm),
    }
}

fn shortened(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_ERROR).collect()
}

/// The traceback, which names the exception even where a message of megabytes has pushed its name out.
fn whole(author: &AuthorView) -> Cow<'_, str> {
    if author.traceback.contains(&author.exception) {
        Cow::Borrowed(&author.traceback)
    } else {
        Cow::Owned(format!("{}\n…\n{}", author.exception, author.traceback))
    }
}

/// A long traceback without its middle: where it began and where it broke say most.
fn cut(text: String) -> String {
    if text.len() <= MOST_TRACEBACK {
        return text;
    }
    let half = MOST_TRACEBACK / 2;
    let (head, tail) = (text.floor_char_boundary(half), text.ceil_char_boundary(text.len() - half));
    format!("{}\n…\n{}", &text[..head], &text[tail..])
}

#[cfg(test)]
mod tests;
