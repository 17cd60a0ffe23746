use bytes::Bytes;
use hookswitch_egress::{MaybeSent, NotSent, Response, SendError, Timings};
use hookswitch_executors::webhook::{read_answer, read_error};
use hookswitch_model::draft::{EmptyAnswer, ErrorWords, Success, TextAnswer};
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
        let reading = read_answer(&response(status, "{}"), effect, &AnswerPlan::default());
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
    assert_eq!(
        read_answer(&response(200, r#"{"a":1}"#), Effect::Read, &AnswerPlan::default()).result,
        json!({"a": 1})
    );
    assert_eq!(
        read_answer(&response(200, "hello"), Effect::Read, &AnswerPlan::default()).result,
        json!({"text": "hello"})
    );
    assert_eq!(
        read_answer(&response(200, ""), Effect::Read, &AnswerPlan::default()).result,
        json!({"ok": true})
    );
    let reading =
        read_answer(&response(422, r#"{"error":"slot taken"}"#), Effect::Action, &AnswerPlan::default());
    assert_eq!(reading.error.as_deref(), Some("HTTP 422: slot taken"));
    let reading =
        read_answer(&response(500, r#"{"error":{"message":"boom"}}"#), Effect::Read, &AnswerPlan::default());
    assert_eq!(reading.error.as_deref(), Some("HTTP 500: boom"));
}

#[test]
fn a_definition_says_how_its_answers_are_read() {
    let rule = AnswerPlan { success: Success::Below400, empty: EmptyAnswer::Status, ..AnswerPlan::default() };
    let reading = read_answer(&response(302, ""), Effect::Action, &rule);
    assert_eq!(
        (reading.outcome, reading.result),
        (Outcome::Done, json!({"success": true, "status_code": 302}))
    );
    let rule = AnswerPlan { empty: EmptyAnswer::Null, text: TextAnswer::Plain, ..AnswerPlan::default() };
    assert_eq!(read_answer(&response(200, " "), Effect::Read, &rule).result, json!(null));
    assert_eq!(read_answer(&response(200, "hello"), Effect::Read, &rule).result, json!("hello"));
    let path = |text| hookswitch_template::Path::parse(text).unwrap();
    let rule = AnswerPlan { mapping: vec![("id".to_owned(), path("data.a.0"))], ..AnswerPlan::default() };
    assert_eq!(read_answer(&response(200, r#"{"a":[7]}"#), Effect::Read, &rule).result, json!({"id": 7}));
    assert_eq!(read_answer(&response(200, "[]"), Effect::Read, &rule).result, json!({"id": null}));
}

#[test]
fn bodies_are_described_by_their_type_where_that_is_asked_for() {
    let rule = AnswerPlan { text: TextAnswer::ByType, ..AnswerPlan::default() };
    let typed = |kind: &str, body: &'static str| {
        let mut response = response(200, body);
        response.headers.insert("content-type", kind.parse().unwrap());
        read_answer(&response, Effect::Read, &rule).result
    };
    assert_eq!(typed("application/problem+json", r#"{"a":1}"#), json!({"a": 1}));
    assert_eq!(typed("application/json", "{broken"), json!({"text": "{broken"}));
    assert_eq!(typed("text/html; charset=utf-8", "<p>"), json!({"text": "<p>"}));
    assert_eq!(typed("application/xml", "<a/>"), json!({"text": "<a/>"}));
    let other = json!({"content_type": "image/png", "content_length": 4, "text": "\u{fffd}PNG"});
    let mut response = response(200, "");
    response.headers.insert("content-type", "image/png".parse().unwrap());
    response.body = Bytes::from_static(b"\x89PNG");
    assert_eq!(read_answer(&response, Effect::Read, &rule).result, other);
}

#[test]
fn the_words_of_a_failure_are_found_where_the_definition_says() {
    let rows = [
        (ErrorWords::Named, r#"{"detail":"d"}"#, "HTTP 422: d"),
        (ErrorWords::Named, "plain", "HTTP 422: Unprocessable Entity"),
        (ErrorWords::NamedOrText, r#""plain""#, "HTTP 422: plain"),
        (ErrorWords::NamedAsJson, r#"{"error":{"code":7},"message":"m"}"#, r#"HTTP 422: {"code":7}"#),
        (ErrorWords::NamedAsJson, r#"{"error":null,"message":"m"}"#, "HTTP 422: m"),
        (ErrorWords::NamedAsJson, "[1]", "HTTP 422: Unprocessable Entity"),
        (ErrorWords::NamedAsJson, "null", "HTTP 422: Unprocessable Entity"),
    ];
    for (error, body, expected) in rows {
        let rule = AnswerPlan { error, ..AnswerPlan::default() };
        let reading = read_answer(&response(422, body), Effect::Action, &rule);
        assert_eq!(reading.error.as_deref(), Some(expected), "{error:?} {body}");
    }
}
