//! Names without a prefix that may be arguments, values of the call, or secrets; what is unset refuses the request.

use std::collections::HashMap;

use hookswitch_egress::{Freshness, Policy, PolicySettings, RedirectStop, Response, Timings};
use hookswitch_executors::webhook::{self, FilledRequest, read_answer};
use hookswitch_executors::{Opened, Variables};
use hookswitch_model::definition::ToolKind;
use hookswitch_model::draft::{Success, TextAnswer, ToolDraft};
use hookswitch_model::plan::AnswerPlan;
use hookswitch_model::{Effect, Outcome};
use http::{HeaderMap, HeaderValue, StatusCode};
use secrecy::SecretString;
use serde_json::{Value, json};

fn draft(webhook: Value) -> ToolDraft {
    let mut whole = json!({"name": "t", "kind": "webhook", "webhook": webhook,
        "input_schema": {"type": "object", "properties": {"id": {}, "note": {}, "items": {}, "a.b": {}}}});
    whole["webhook"]["variables"] = json!({"syntax": "dollar", "bare": ["input", "session", "secret"],
        "prefixes": [["parameters", "input"], ["context", "session"], ["env", "secret"]],
        "system_names": [["call_id", "session_number"], ["phone_number", "other_party"]]});
    whole["webhook"]["unset"] = json!("refuse");
    whole["webhook"]["unplaced"] = json!("unused");
    whole["webhook"]["query_lists"] = json!("repeated");
    whole["webhook"]["url_variables"] = json!("secrets_in_host");
    whole["webhook"]["signature"] = json!("none");
    serde_json::from_value(whole).unwrap()
}

fn fill(webhook: Value, input: Value) -> Result<FilledRequest, String> {
    let (definition, findings) = draft(webhook).parse();
    let definition = definition.ok_or_else(|| format!("{findings:?}"))?;
    let ToolKind::Webhook(plan) = &definition.kind else { panic!("no webhook") };
    let secrets = HashMap::from([
        ("api_key".to_owned(), SecretString::from("s3cr3t-value")),
        ("host".to_owned(), SecretString::from("api.example.com")),
    ]);
    let opened = Opened { secrets: secrets.clone(), ..Opened::default() };
    let system = json!({"session_number": 31, "other_party": "+1555"});
    let vars = json!({"tier": "gold", "call_id": "made up", "host": "evil.example"});
    let config = json!({});
    let variables = Variables {
        names: &plan.names,
        input: &input,
        system: &system,
        vars: &vars,
        config: &config,
        secrets: &secrets,
    };
    webhook::fill(plan, &variables, &opened, &Policy::new(PolicySettings::default()), Freshness::Any)
        .map_err(|refused| refused.to_string())
}

fn url(template: &str, input: Value) -> Result<String, String> {
    fill(json!({ "url": template }), input).map(|request| request.url.to_string())
}

#[test]
fn names_are_looked_up_in_their_order() {
    let all = "https://example.com/${id}/${call_id}/${context.call_id}/${tier}/${context.tier}/${phone_number}\
        ?k=${API_KEY}&e=${env.Api_Key}";
    assert_eq!(
        url(all, json!({"id": "7"})).unwrap(),
        "https://example.com/7/31/31/gold/gold/%2B1555?k=s3cr3t-value&e=s3cr3t-value"
    );
}

#[test]
fn an_argument_that_nobody_declared_stands_for_nothing() {
    let request =
        url("https://example.com/?k=${API_KEY}", json!({"id": 1, "API_KEY": "from the model"})).unwrap();
    assert!(request.starts_with("https://example.com/?k=s3cr3t-value"), "{request}");
}

#[test]
fn a_declared_argument_never_falls_back_to_a_secret() {
    let declared = json!({"url": "https://example.com/", "method": "POST", "body": {"x": "${id}", "y": "a${id}b", "z": ["${id}"]}});
    let body = |input: Value| -> Value {
        serde_json::from_slice(&fill(declared.clone(), input).unwrap().body).unwrap()
    };
    assert_eq!(body(json!({})), json!({"y": "ab", "z": [null]}));
    assert_eq!(body(json!({"id": null})), json!({"x": null, "y": "ab", "z": [null]}));
    assert!(url("https://example.com/${id}", json!({})).unwrap_err().contains("empty"));
}

#[test]
fn what_is_unset_refuses_the_request() {
    for template in
        ["${nothing}", "${context.nothing}", "${env.NOTHING}", "${parameters.nothing}", "${id} ${nope.x}"]
    {
        let refused = fill(
            json!({"url": "https://example.com/", "method": "POST", "body": {"x": template}}),
            json!({"id": 1}),
        );
        let error = refused.unwrap_err();
        assert!(error.starts_with("unresolved placeholder ${"), "{template}: {error}");
    }
}

#[test]
fn hosts_are_secrets_only() {
    assert_eq!(url("https://${HOST}/a", json!({})).unwrap(), "https://api.example.com/a");
    assert_eq!(url("https://${host}/a", json!({})).unwrap(), "https://api.example.com/a");
    for template in [
        "https://${id}/",
        "https://${call_id}.example/",
        "https://${context.tier}/",
        "https://${parameters.id}/",
    ] {
        let refused = url(template, json!({"id": "example.com"})).unwrap_err();
        assert!(refused.contains("only secrets"), "{template}: {refused}");
    }
}

#[test]
fn dotted_arguments_and_escapes() {
    let body = |template: &str, input: Value| {
        let webhook = json!({"url": "https://example.com/", "method": "POST", "body": {"x": template}});
        let request = fill(webhook, input).unwrap();
        serde_json::from_slice::<Value>(&request.body).unwrap()["x"].clone()
    };
    assert_eq!(body("${parameters.a.b}", json!({"a.b": 1, "a": {"b": 2}})), json!(1));
    assert_eq!(body("${parameters.items.0.n}", json!({"items": [{"n": 2.5}]})), json!(2.5));
    assert_eq!(body("$${id} {{id}} ${} ${a b}", json!({"id": 7})), json!("${id} {{id}} ${} ${a b}"));
    let sly = "\\1 $1 ${env.API_KEY} \" } \n \u{1f642}";
    assert_eq!(body("<${id}>", json!({"id": sly})), json!(format!("<{sly}>")));
}

#[test]
fn unused_arguments_are_sent_and_lists_repeat() {
    let request =
        url("https://example.com/${id}", json!({"id": 1, "items": [1, "a"], "note": {"k": null}})).unwrap();
    assert_eq!(request, "https://example.com/1?items=1&items=a&note=%7B%22k%22%3Anull%7D");
    let posted =
        fill(json!({"url": "https://example.com/${id}", "method": "POST"}), json!({"id": 1, "note": "x"}));
    assert_eq!(posted.unwrap().body, r#"{"note":"x"}"#);
}

fn answered(status: u16, kind: &str, body: &'static str, stop: Option<RedirectStop>) -> Response {
    let mut headers = HeaderMap::new();
    if !kind.is_empty() {
        headers.insert("content-type", HeaderValue::from_str(kind).unwrap());
    }
    Response {
        status: StatusCode::from_u16(status).unwrap(),
        headers,
        body: body.into(),
        timings: Timings::default(),
        peer: ([127, 0, 0, 1], 1).into(),
        redirects: 0,
        redirect_stop: stop,
    }
}

#[test]
fn a_body_is_read_by_its_type() {
    let rule = AnswerPlan { text: TextAnswer::ByType, ..AnswerPlan::default() };
    let result = |kind: &str, body| read_answer(&answered(200, kind, body, None), Effect::Read, &rule).result;
    assert_eq!(result("application/json", "[1]"), json!([1]));
    assert_eq!(result("application/vnd.api+json; charset=utf-8", "7"), json!(7));
    assert_eq!(result("application/json", "{"), json!({"text": "{"}));
    assert_eq!(result("text/plain", "7"), json!({"text": "7"}));
    assert_eq!(result("application/xml", "<a/>"), json!({"text": "<a/>"}));
    assert_eq!(
        result("application/pdf", "%PDF"),
        json!({"content_type": "application/pdf", "content_length": 4, "text": "%PDF"})
    );
    assert_eq!(result("", "{\"a\":1}"), json!({"a": 1}));
}

#[test]
fn a_redirect_is_an_answer_only_where_none_was_to_be_followed() {
    let rule = AnswerPlan { success: Success::Below400, ..AnswerPlan::default() };
    let read = |stop| read_answer(&answered(302, "", "", Some(stop)), Effect::Read, &rule);
    assert_eq!(read(RedirectStop::NotFollowed).outcome, Outcome::Done);
    let refused = read(RedirectStop::Downgrade);
    assert_eq!((refused.outcome, refused.error.as_deref()), (Outcome::Failed, Some("redirect refused")));
}
