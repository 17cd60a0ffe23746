use std::collections::HashMap;

use bytes::Bytes;
use hookswitch_egress::{
    Freshness, MaybeSent, NotSent, Policy, PolicySettings, Response, SendError, Timings,
};
use hookswitch_executors::lambda::{
    self, CredentialSource, Endpoints, FilledCall, Refused, choose_credentials, read_answer, read_error,
};
use hookswitch_executors::{Opened, Variables};
use hookswitch_model::definition::ToolKind;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::{Effect, Outcome, Stamp};
use http::{HeaderMap, HeaderName, StatusCode};
use secrecy::SecretString;
use serde_json::{Value, json};

fn with_plan<T>(
    settings: Value,
    input: Value,
    secrets: &[(&str, &str)],
    work: impl Fn(&hookswitch_model::lambda::LambdaPlan, &Variables<'_>, &Opened) -> T,
) -> T {
    let draft = json!({"name": "t", "kind": "lambda", "lambda": settings});
    let draft: ToolDraft = serde_json::from_value(draft).unwrap();
    let (definition, findings) = draft.parse();
    let definition = definition.unwrap_or_else(|| panic!("{findings:?}"));
    let ToolKind::Lambda(plan) = &definition.kind else { panic!("no function") };
    let secrets: HashMap<String, SecretString> =
        secrets.iter().map(|(name, value)| ((*name).to_owned(), SecretString::from(*value))).collect();
    let opened = Opened { secrets: secrets.clone(), ..Opened::default() };
    let (system, vars, config) = (json!({"act_id": "act_1"}), json!({"plan": "gold"}), json!({}));
    let variables = Variables {
        names: &plan.names,
        input: &input,
        system: &system,
        vars: &vars,
        config: &config,
        secrets: &secrets,
    };
    work(plan, &variables, &opened)
}

fn fill(settings: Value, input: Value, secrets: &[(&str, &str)]) -> Result<FilledCall, Refused> {
    let policy = Policy::new(PolicySettings::default());
    with_plan(settings, input, secrets, |plan, variables, opened| {
        let (endpoints, now) = (Endpoints::default(), Stamp::from_micros(1_795_157_571_770_000));
        lambda::fill(plan, variables, opened, &endpoints, &policy, Freshness::Any, now)
    })
}

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let pairs =
        headers.iter().map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()));
    Response {
        status: StatusCode::from_u16(status).unwrap(),
        headers: pairs.collect::<HeaderMap>(),
        body: Bytes::from(body.to_owned()),
        timings: Timings::default(),
        peer: ([127, 0, 0, 1], 1).into(),
        redirects: 0,
        redirect_stop: None,
    }
}

#[test]
fn events_have_their_form_and_their_limits() {
    let envelope = fill(json!({"function": "f", "event_shape": "envelope"}), json!({"a": 1}), &[]).unwrap();
    let event: Value = serde_json::from_slice(&envelope.event).unwrap();
    assert_eq!(event["timestamp"], json!(1_795_157_571.77));
    assert_eq!(event["context"]["idempotency_key"], "act_1");
    assert_eq!(event["context"]["plan"], "gold");
    let base = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/f/invocations";
    assert_eq!(envelope.url.to_string(), base);
    for (kind, bytes, fits) in [
        ("RequestResponse", 6 * 1024 * 1024, true),
        ("RequestResponse", 6 * 1024 * 1024 + 1, false),
        ("Event", 1024 * 1024, true),
        ("Event", 1024 * 1024 + 1, false),
        ("DryRun", 2 * 1024 * 1024, true),
    ] {
        // {"a":"…"}
        let input = json!({"a": "x".repeat(bytes - 8)});
        let filled = fill(json!({"function": "f", "invocation_type": kind}), input, &[]);
        match filled {
            Ok(call) => assert!(fits && call.event.len() == bytes, "{kind} {bytes}"),
            Err(refused) => assert!(!fits && matches!(refused, Refused::TooLarge(_)), "{kind}: {refused}"),
        }
    }
}

#[test]
fn text_templates_must_become_json() {
    let template = json!({"function": "f", "payload": "[{{input.a}}, {{input.b}}"});
    let refused = fill(template, json!({"a": 1, "b": 2}), &[]).unwrap_err();
    assert!(matches!(refused, Refused::NotJson), "{refused}");
    // A placeholder that stands alone in a JSON text is a value of its own.
    let filled = fill(json!({"function": "f", "payload": "[{{input.a}}, 1]"}), json!({"a": "x\"y"}), &[]);
    assert_eq!(filled.unwrap().event, r#"["x\"y",1]"#);
}

#[test]
fn addresses_inside_are_refused() {
    for endpoint in ["http://127.0.0.1:9000", "http://169.254.170.2", "http://metadata"] {
        let refused = fill(json!({"function": "f", "endpoint_url": endpoint}), json!({}), &[]).unwrap_err();
        assert!(matches!(refused, Refused::Address(_)), "{endpoint}: {refused}");
    }
}

#[test]
fn credentials_are_asked_in_order() {
    let org = [("aws_access_key_id", "AKIAORG"), ("aws_secret_access_key", "s"), ("other", "from-the-store")];
    let choose = |settings: Value, secrets: &[(&str, &str)], has_identity| {
        with_plan(settings, json!({}), secrets, |plan, variables, opened| {
            choose_credentials(plan, variables, opened, has_identity)
        })
    };
    let key = |source: Result<CredentialSource, Refused>| match source {
        Ok(CredentialSource::Tenant(own)) => own.access_key,
        Ok(CredentialSource::Server) => "server".to_owned(),
        Err(refused) => refused.to_string(),
    };
    let own =
        json!({"function": "f", "access_key": {"literal": "AKIAOWN"}, "secret_key": "{{secret.other}}"});
    assert_eq!(key(choose(own, &org, true)), "AKIAOWN");
    assert_eq!(key(choose(json!({"function": "f"}), &org, true)), "AKIAORG");
    assert_eq!(key(choose(json!({"function": "f"}), &org[..1], true)), "server", "half a pair is none");
    assert_eq!(key(choose(json!({"function": "f"}), &[], false)), lambda::NO_CREDENTIALS);
    let elsewhere = json!({"function": "f", "endpoint_url": "https://tenant.example.com"});
    assert_eq!(key(choose(elsewhere.clone(), &[], true)), lambda::NO_CREDENTIALS);
    assert_eq!(key(choose(elsewhere, &org, true)), "AKIAORG");
}

/// What each answer means for a read, an idempotent act and an action: outcome, and whether it may be tried again.
#[test]
fn answers_mean_what_surely_happened() {
    let call = fill(json!({"function": "f"}), json!({}), &[]).unwrap();
    let code = |code: &'static str| vec![("x-amzn-errortype", code)];
    let (done, failed, unknown) = (Outcome::Done, Outcome::Failed, Outcome::Unknown);
    for (answer, read, idempotent, action) in [
        (response(200, &[], "{}"), (done, false), (done, false), (done, false)),
        (
            response(200, &[("x-amz-function-error", "Unhandled")], "{}"),
            (failed, false),
            (unknown, false),
            (unknown, false),
        ),
        (response(200, &[], r#"{"statusCode":404}"#), (failed, false), (unknown, false), (unknown, false)),
        (
            response(404, &code("ResourceNotFoundException"), "{}"),
            (failed, false),
            (failed, false),
            (failed, false),
        ),
        (
            response(429, &code("TooManyRequestsException"), "{}"),
            (failed, true),
            (failed, true),
            (failed, false),
        ),
        (
            response(502, &code("EC2ThrottledException"), "{}"),
            (failed, true),
            (failed, true),
            (failed, false),
        ),
        (response(500, &code("ServiceException"), "{}"), (failed, true), (unknown, true), (unknown, false)),
        (response(503, &[], "busy"), (failed, true), (unknown, true), (unknown, false)),
        (
            response(500, &[], r#"{"errorMessage":"an emulator's way"}"#),
            (failed, false),
            (unknown, false),
            (unknown, false),
        ),
        (response(302, &[("location", "/")], ""), (failed, false), (unknown, false), (unknown, false)),
    ] {
        for (effect, expected) in
            [(Effect::Read, read), (Effect::Idempotent, idempotent), (Effect::Action, action)]
        {
            let reading = read_answer(&answer, &call, effect).reading;
            assert_eq!((reading.outcome, reading.may_retry), expected, "{answer:?} {effect:?}");
        }
    }
    let busy = response(429, &[("retry-after", "3")], "{}");
    assert_eq!(read_answer(&busy, &call, Effect::Read).reading.retry_after, Some(3));
}

#[test]
fn failures_to_connect_name_the_region() {
    let call = fill(json!({"function": "arn:aws:lambda:eu-west-1:111122223333:function:f"}), json!({}), &[]);
    let call = call.unwrap();
    let reading = read_error(&SendError::NotSent(NotSent::ConnectRefused), &call, Effect::Action);
    assert_eq!((reading.outcome, reading.may_retry), (Outcome::Failed, true));
    assert_eq!(reading.error.as_deref(), Some("Cannot connect to AWS endpoint in region eu-west-1"));
    let lost = SendError::MaybeSent(MaybeSent::ConnectionLost(String::new()));
    let reading = read_error(&lost, &call, Effect::Action);
    assert_eq!((reading.outcome, reading.may_retry), (Outcome::Unknown, false));
}
