//! What a definition may say about its request beyond the native form: unset variables, arguments without a place, lists
//! in queries, other names, literals, user info.

use hookswitch_executors::webhook::Refused;
use serde_json::{Value, json};

use crate::requests::{fill, fill_draft};

fn dollar() -> Value {
    json!({"syntax": "dollar", "bare": ["input", "system", "vars", "secret"],
        "prefixes": [["parameters", "input"], ["context", "system"], ["env", "secret"]],
        "system_names": [["phone_number", "from"]]})
}

fn declared(webhook: Value, input: Value) -> Result<hookswitch_executors::webhook::FilledRequest, Refused> {
    let properties = json!({"a": {}, "b": {}, "list": {}});
    fill_draft(
        json!({"webhook": webhook, "input_schema": {"type": "object", "properties": properties}}),
        input,
    )
}

#[test]
fn an_unset_variable_refuses_the_call_unless_it_is_an_argument_that_was_not_given() {
    let strict = |body: Value| json!({"url": "https://h.example.com/", "method": "POST", "variables": dollar(), "unset": "refuse", "body": body});
    let refused = declared(strict(json!({"x": "${nobody}"})), json!({})).unwrap_err();
    assert_eq!(refused.to_string(), "unresolved placeholder ${nobody}");
    let body = json!({"gone": "${a}", "null": ["${parameters.b}"], "text": "<${a}>", "who": "${phone_number}",
        "same": "${context.phone_number}", "key": "${env.CRM_KEY}", "literal": "$${a}"});
    let request = declared(strict(body), json!({})).unwrap();
    let sent: Value = serde_json::from_slice(&request.body).unwrap();
    let expected = json!({"null": [null], "text": "<>", "who": "+1", "same": "+1", "key": "s3cr3t-value", "literal": "${a}"});
    assert_eq!(sent, expected);
    let in_path = json!({"url": "https://h.example.com/o/${a}", "variables": dollar(), "unset": "refuse"});
    assert!(matches!(declared(in_path, json!({})), Err(Refused::Fill(_))));
}

#[test]
fn arguments_that_no_template_names_go_along_where_that_is_wanted() {
    let url = "https://h.example.com/${a}?fixed=1";
    let get = json!({"url": url, "variables": dollar(), "unplaced": "unused", "query_lists": "repeated"});
    let request = declared(get, json!({"a": "x", "b": null, "list": [1, "two"]})).unwrap();
    assert_eq!(request.url.to_string(), "https://h.example.com/x?fixed=1&list=1&list=two");
    let post = json!({"url": url, "method": "POST", "variables": dollar(), "unplaced": "unused"});
    let request = declared(post, json!({"a": "x", "b": 2})).unwrap();
    assert_eq!(request.body, r#"{"b":2}"#);
    let none = json!({"url": "https://h.example.com/", "variables": dollar(), "unplaced": "nowhere"});
    assert_eq!(declared(none, json!({"a": "x"})).unwrap().url.to_string(), "https://h.example.com/");
}

#[test]
fn an_object_under_a_form_type_is_a_form() {
    let webhook = json!({"url": "https://h.example.com/", "method": "POST", "query_lists": "repeated",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "body": {"a b": "{{input.a}}", "list": "{{input.list}}", "none": null}});
    let request = declared(webhook, json!({"a": "1&2", "list": [1, 2]})).unwrap();
    assert_eq!(request.body, "a%20b=1%262&list=1&list=2");
}

#[test]
fn a_literal_is_no_template() {
    let headers = json!({"X-Note": {"literal": "{{input.a}}"}});
    let request =
        declared(json!({"url": "https://h.example.com/", "headers": headers}), json!({"a": "x"})).unwrap();
    assert_eq!(request.headers["x-note"], "{{input.a}}");
}

#[test]
fn secrets_in_the_host_are_bound_to_it_and_user_info_becomes_a_header() {
    let url = "https://user:${CRM_KEY}@${CRM_KEY}.example.com/x";
    let webhook = json!({"url": url, "variables": dollar(), "url_variables": "secrets_in_host"});
    let request = declared(webhook, json!({})).unwrap();
    assert_eq!(request.url.to_string(), "https://s3cr3t-value.example.com/x");
    assert_eq!(request.headers["authorization"], "Basic dXNlcjpzM2NyM3QtdmFsdWU=");
    assert!(request.headers["authorization"].is_sensitive());
}

#[test]
fn only_secrets_may_stand_in_the_host() {
    let url = "https://${a}.example.com/x";
    let draft = json!({"name": "t", "kind": "webhook", "input_schema": {"type": "object", "properties": {"a": {}}},
        "webhook": {"url": url, "variables": dollar(), "url_variables": "secrets_in_host"}});
    let draft: hookswitch_model::draft::ToolDraft = serde_json::from_value(draft).unwrap();
    let (definition, findings) = draft.parse();
    assert!(definition.is_none());
    assert_eq!(findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(), ["invalid_url"]);
}

#[test]
fn user_info_is_refused_where_nothing_allows_it() {
    let refused = fill(json!({"url": "https://u:p@h.example.com/"}), Value::Null, json!({}));
    assert!(matches!(refused, Err(Refused::Address(_))), "{refused:?}");
}
