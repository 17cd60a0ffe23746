use bytes::Bytes;
use hookswitch_egress::{MaybeSent, NotSent, Response, SendError, Timings};
use hookswitch_executors::webhook::{Reading, read_error};
use hookswitch_model::plan::AnswerPlan;
use hookswitch_model::{Effect, Outcome};
use http::{HeaderMap, StatusCode};
use serde_json::json;

fn response(status: u16, body: &'static str) -> Response {
    Response {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: Bytes::from_static(body.as_bytes()),
        timings: Timings::default(),
        peer: ([127, 0, 0, 1], 1).into(),
        redirects: 0,
        redirect_stop: None,
    }
}

fn read(response: &Response, effect: Effect) -> Reading {
    hookswitch_executors::webhook::read_answer(response, effect, &AnswerPlan::default())
}

/// The table of semantics, Attempts and time: outcome and whether another attempt may be made.
#[test]
fn statuses_mean_what_the_page_says() {
    let rows = [
        (200, Effect::Read, Outcome::Done, false),
        (204, Effect::Action, Outcome::Done, false),
        (404, Effect::Read, Outcome::Failed, false),
        (422, Effect::Action, Outcome::Failed, false),
        (429, Effect::Read, Outcome::Failed, true),
        (429, Effect::Action, Outcome::Failed, false),
        (503, Effect::Read, Outcome::Failed, true),
        (503, Effect::Action, Outcome::Unknown, false),
        (503, Effect::Idempotent, Outcome::Unknown, true),
        (302, Effect::Read, Outcome::Failed, false),
        (302, Effect::Action, Outcome::Unknown, false),
        (500, Effect::Irreversible, Outcome::Unknown, false),
    ];
    for (status, effect, outcome, may_retry) in rows {
        let reading = read(&response(status, "{}"), effect);
        assert_eq!((reading.outcome, reading.may_retry), (outcome, may_retry), "{status} {effect:?}");
    }
}

#[test]
fn failures_to_send_tell_what_was_sent() {
    let unsent = SendError::NotSent(NotSent::ConnectRefused);
    let lost = SendError::MaybeSent(MaybeSent::ConnectionLost(String::new()));
    let late = SendError::MaybeSent(MaybeSent::Timeout);
    let rows = [
        (&unsent, Effect::Action, Outcome::Failed, true),
        (&unsent, Effect::Read, Outcome::Failed, true),
        (&lost, Effect::Action, Outcome::Unknown, false),
        (&lost, Effect::Read, Outcome::Failed, true),
        (&lost, Effect::Idempotent, Outcome::Unknown, true),
        (&late, Effect::Action, Outcome::Unknown, false),
        (&late, Effect::Read, Outcome::Failed, false),
    ];
    for (error, effect, outcome, may_retry) in rows {
        let reading = read_error(error, effect);
        assert_eq!((reading.outcome, reading.may_retry), (outcome, may_retry), "{error} {effect:?}");
    }
}

#[test]
fn bodies_become_results() {
    assert_eq!(read(&response(200, r#"{"a":1}"#), Effect::Read).result, json!({"a": 1}));
    assert_eq!(read(&response(200, "hello"), Effect::Read).result, json!({"text": "hello"}));
    assert_eq!(read(&response(200, ""), Effect::Read).result, json!({"ok": true}));
    let reading = read(&response(422, r#"{"error":"slot taken"}"#), Effect::Action);
    assert_eq!(reading.error.as_deref(), Some("HTTP 422: slot taken"));
    let reading = read(&response(500, r#"{"error":{"message":"boom"}}"#), Effect::Read);
    assert_eq!(reading.error.as_deref(), Some("HTTP 500: boom"));
}
