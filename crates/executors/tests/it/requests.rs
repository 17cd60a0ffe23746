use std::collections::HashMap;

use hookswitch_egress::{Freshness, Policy, PolicySettings};
use hookswitch_executors::webhook::{self, FilledRequest, Refused};
use hookswitch_executors::{Opened, Variables};
use hookswitch_model::definition::ToolKind;
use hookswitch_model::draft::ToolDraft;
use secrecy::SecretString;
use serde_json::{Value, json};

pub(crate) fn fill(webhook: Value, parameters: Value, input: Value) -> Result<FilledRequest, Refused> {
    let mut draft = json!({"webhook": webhook});
    if parameters.is_array() {
        draft["parameters"] = parameters;
    }
    fill_draft(draft, input)
}

pub(crate) fn fill_draft(mut draft: Value, input: Value) -> Result<FilledRequest, Refused> {
    draft["name"] = json!("t");
    draft["kind"] = json!("webhook");
    let draft: ToolDraft = serde_json::from_value(draft).unwrap();
    let (definition, findings) = draft.parse();
    let definition = definition.unwrap_or_else(|| panic!("{findings:?}"));
    let ToolKind::Webhook(plan) = &definition.kind else { panic!("no webhook") };
    let secrets = HashMap::from([("crm_key".to_owned(), SecretString::from("s3cr3t-value"))]);
    let signing = vec![SecretString::from("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")];
    let opened = Opened { secrets: secrets.clone(), signing, ..Opened::default() };
    let (system, vars, config) = (json!({"from": "+1"}), json!({"plan": "gold"}), json!({}));
    let variables = Variables {
        names: &plan.names,
        input: &input,
        system: &system,
        vars: &vars,
        config: &config,
        secrets: &secrets,
    };
    let policy = Policy::new(PolicySettings::default());
    webhook::fill(plan, &variables, &opened, &policy, Freshness::Any)
}

#[test]
fn every_place_is_served() {
    let request = fill(
        json!({"url": "https://example.com/o/{{order}}?fixed=1", "method": "POST",
            "headers": {"Authorization": "Bearer {{secret.crm_key}}"}, "query": {"plan": "{{vars.plan}}"}}),
        json!([
            {"name": "order", "required": true, "place": "path"},
            {"name": "n", "place": "body", "send_as": "number"},
            {"name": "lang", "place": "header", "send_as": "Accept-Language"},
            {"name": "page", "place": "query"}
        ]),
        json!({"order": "a/b?c", "n": 3, "lang": "de", "page": 2}),
    )
    .unwrap();
    assert_eq!(request.url.to_string(), "https://example.com/o/a%2Fb%3Fc?fixed=1&plan=gold&page=2");
    assert_eq!(request.body, r#"{"number":3}"#);
    assert_eq!(request.headers["authorization"], "Bearer s3cr3t-value");
    assert!(request.headers["authorization"].is_sensitive());
    assert_eq!(request.headers["accept-language"], "de");
    assert_eq!(request.headers["content-type"], "application/json");
}

#[test]
fn arguments_can_not_reach_the_host_or_break_out_of_a_header() {
    for evil in ["../../admin", "%2e%2e/", "a/b", "?x=1", "#f", "@evil", "//evil", "\\evil"] {
        let filled =
            fill(json!({"url": "https://example.com/o/{{input.p}}/end"}), Value::Null, json!({"p": evil}));
        match filled {
            Ok(request) => {
                assert_eq!(request.url.as_url().host_str(), Some("example.com"), "{evil}");
                assert_eq!(request.url.as_url().path_segments().unwrap().count(), 3, "{evil}");
            }
            Err(Refused::Fill(_)) => {}
            Err(other) => panic!("{evil}: {other}"),
        }
    }
    let refused = fill(
        json!({"url": "https://example.com/", "headers": {"X-A": "v={{input.h}}"}}),
        Value::Null,
        json!({"h": "1\r\nHost: evil"}),
    );
    assert!(matches!(refused, Err(Refused::Fill(_))), "{refused:?}");
}

#[test]
fn values_stay_data_in_a_body() {
    let request = fill(
        json!({"url": "https://example.com/", "method": "POST",
            "body": {"note": "{{input.note}}", "n": "{{input.n}}", "both": "{{input.note}}/{{input.n}}"}}),
        Value::Null,
        json!({"note": "x\",\"admin\":true,\"y\":\"{{secret.crm_key}}", "n": 3}),
    )
    .unwrap();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["note"], json!("x\",\"admin\":true,\"y\":\"{{secret.crm_key}}"));
    assert_eq!(body["n"], json!(3));
    assert!(!String::from_utf8_lossy(&request.body).contains("s3cr3t"));
}

#[test]
fn sensitive_values_are_not_recorded_however_short() {
    let request = fill(
        json!({"url": "https://example.com/{{input.pin}}?p={{input.pin}}", "method": "POST",
            "headers": {"X-Pin": "{{input.pin}}"}, "body": {"pin": "{{input.pin}}", "n": 7}}),
        Value::Null,
        json!({"pin": "1234"}),
    )
    .unwrap();
    let redactor = Opened::default().redactor();
    let record = webhook::record_request(&request, &request.headers, &redactor, &[json!("1234")]);
    let text = serde_json::to_string(&record).unwrap();
    assert!(!text.contains("1234") && text.contains("\"n\":7"), "{text}");
}

#[test]
fn the_record_shows_everything_but_secrets() {
    let request = fill(
        json!({"url": "https://example.com/?api_key=abc&q=1", "method": "POST",
            "headers": {"Authorization": "Bearer {{secret.crm_key}}"}, "body": {"k": "{{secret.crm_key}}", "password": "pw"}}),
        Value::Null,
        json!({}),
    )
    .unwrap();
    let opened = Opened {
        secrets: HashMap::from([("crm_key".to_owned(), SecretString::from("s3cr3t-value"))]),
        ..Opened::default()
    };
    let record = webhook::record_request(&request, &request.headers, &opened.redactor(), &[]);
    let text = serde_json::to_string(&record).unwrap();
    assert!(!text.contains("s3cr3t") && !text.contains("abc") && !text.contains("\"pw\""), "{text}");
    assert!(text.contains("q=1"), "{text}");
}
