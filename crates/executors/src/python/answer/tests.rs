#![allow(clippy::unwrap_used)]
use std::time::Duration;

use serde_json::value::RawValue;

use super::*;

fn returned(json: &str, python_type: &str, form: Form) -> CallOutcome {
    let json = RawValue::from_string(json.to_owned()).unwrap();
    outcome(Ok(Returned { json, python_type: python_type.to_owned(), form }), Outbound::None)
}

fn outcome(result: Result<Returned, Failure>, outbound: Outbound) -> CallOutcome {
    CallOutcome {
        result,
        stdout: Output::default(),
        stderr: Output::default(),
        wall: Duration::ZERO,
        cpu: None,
        outbound,
        warm: true,
    }
}

fn failure(kind: FailureKind, began: bool) -> Failure {
    Failure { kind, message: "why".to_owned(), author: None, began }
}

#[test]
fn values_by_form() {
    for (json, python_type, form, told) in [
        ("812.5", "float", Form::Only, json!({"result": 812.5})),
        ("null", "NoneType", Form::Named, json!({"result": null})),
        ("[1]", "list", Form::Last, json!([1])),
        (r#"{"a":1,"success":true}"#, "dict", Form::Only, json!({"a": 1, "success": true})),
        (r#"{"success":true,"message":"ok"}"#, "dict", Form::ExecuteTool, json!({"message": "ok"})),
    ] {
        let reading = read_outcome(&returned(json, python_type, form), Effect::Action);
        assert_eq!((reading.outcome, reading.result), (Outcome::Done, told), "{json}");
    }
}

#[test]
fn a_dictionary_is_what_execute_tool_owes() {
    for (json, python_type, line) in [
        ("null", "NoneType", NOTHING_RETURNED),
        ("3", "int", "Function must return a dictionary, got int"),
        (r#"{"success":false,"error":"sold out"}"#, "dict", "sold out"),
        (r#"{"success":false,"message":"closed"}"#, "dict", "closed"),
    ] {
        let reading = read_outcome(&returned(json, python_type, Form::ExecuteTool), Effect::Action);
        assert_eq!((reading.outcome, reading.error.as_deref()), (Outcome::Failed, Some(line)), "{json}");
    }
}

#[test]
fn what_reached_out_may_have_happened() {
    for (kind, began, outbound, effect, wanted) in [
        (FailureKind::Raised, true, Outbound::None, Effect::Action, Outcome::Failed),
        (FailureKind::Raised, true, Outbound::Connected, Effect::Action, Outcome::Unknown),
        (FailureKind::Raised, true, Outbound::Connected, Effect::Read, Outcome::Failed),
        (FailureKind::Timeout, true, Outbound::Connected, Effect::Irreversible, Outcome::Unknown),
        (FailureKind::MemoryLimit, true, Outbound::None, Effect::Action, Outcome::Failed),
        (FailureKind::Busy, false, Outbound::None, Effect::Action, Outcome::Refused),
        (FailureKind::Unavailable, false, Outbound::None, Effect::Action, Outcome::Refused),
    ] {
        let reading = read_outcome(&outcome(Err(failure(kind, began)), outbound), effect);
        assert_eq!(reading.outcome, wanted, "{kind:?} {outbound:?} {effect:?}");
        assert_eq!(reading.timed_out, kind == FailureKind::Timeout);
        assert_eq!(reading.may_retry, kind == FailureKind::Unavailable);
    }
}

#[test]
fn the_author_sees_the_traceback_and_no_secret() {
    let author = AuthorView {
        exception: "KeyError".to_owned(),
        message: "x".to_owned(),
        traceback: "line 3, in f: s3cr3t-value".to_owned(),
        line: Some(3),
        loading: false,
    };
    let failure = Failure { author: Some(Box::new(author)), ..failure(FailureKind::Raised, true) };
    let mut outcome = outcome(Err(failure), Outbound::None);
    outcome.stdout = Output { text: "token s3cr3t-value".to_owned(), written: 100_000 };
    let record = record_of(&outcome, &Redactor::new(std::iter::once("s3cr3t-value")));
    assert_eq!((record.line, record.warm), (Some(3), Some(true)));
    assert_eq!(record.traceback.as_deref(), Some("KeyError\n…\nline 3, in f: [REDACTED]"));
    assert_eq!(record.stdout, "token [REDACTED]\n[100000 bytes in all]");
    assert_eq!(read_outcome(&outcome, Effect::Action).error.as_deref(), Some("why"));
}
