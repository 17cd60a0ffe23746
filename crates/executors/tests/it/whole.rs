//! What a definition may say of a body beside single values: whole namespaces, several meanings of a name, members of
//! trials, and no URL at all.

use std::collections::HashMap;

use hookswitch_egress::{Freshness, Policy, PolicySettings};
use hookswitch_executors::webhook::{self, FilledRequest, Refused};
use hookswitch_executors::{Opened, Variables};
use hookswitch_model::definition::ToolKind;
use hookswitch_model::draft::ToolDraft;
use serde_json::{Value, json};

fn fill(webhook: Value, system: &Value) -> Result<FilledRequest, Refused> {
    let draft = json!({"name": "t", "kind": "webhook", "webhook": webhook});
    let draft: ToolDraft = serde_json::from_value(draft).unwrap();
    let (definition, findings) = draft.parse();
    let definition = definition.unwrap_or_else(|| panic!("{findings:?}"));
    let ToolKind::Webhook(plan) = &definition.kind else { panic!("no webhook") };
    let variables = Variables {
        names: &plan.names,
        input: &json!({"a": 1, "config": "the model's"}),
        system,
        vars: &json!({}),
        config: &json!({"board": "main"}),
        secrets: &HashMap::new(),
    };
    let policy = Policy::new(PolicySettings::default());
    webhook::fill(plan, &variables, &Opened::default(), &policy, Freshness::Any)
}

fn body_of(request: &FilledRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn labelled() -> Value {
    json!({"url": "https://example.com/", "method": "POST", "signature": "none",
        "body": {"label": "{{system.label}}", "config": "{{config}}", "input": "{{input}}"},
        "trial_members": {"test": true},
        "variables": {"prefixes": [["input", "input"], ["system", "system"], ["config", "config"]], "bare": [],
            "system_names": [["label", "label"], ["label", "agent_id"]]}})
}

#[test]
fn a_prefix_alone_is_all_behind_it_where_no_bare_name_is_looked_up() {
    let body = body_of(&fill(labelled(), &json!({})).unwrap());
    let input = json!({"a": 1, "config": "the model's"});
    assert_eq!(body, json!({"label": null, "config": {"board": "main"}, "input": input}));
    let native = json!({"url": "https://example.com/", "method": "POST", "signature": "none",
        "body": {"config": "{{config}}"}});
    let body = body_of(&fill(native, &json!({})).unwrap());
    assert_eq!(body, json!({"config": "the model's"}), "an argument of that name, by the native rule");
}

#[test]
fn the_first_meaning_with_a_value_counts() {
    let label = |system: Value| body_of(&fill(labelled(), &system).unwrap())["label"].clone();
    assert_eq!(label(json!({"label": "mine", "agent_id": "agent_1"})), json!("mine"));
    assert_eq!(label(json!({"agent_id": "agent_1"})), json!("agent_1"));
    assert_eq!(label(json!({"label": null, "agent_id": "agent_1"})), json!("agent_1"));
}

#[test]
fn trials_are_told_from_calls() {
    let body = |system: Value| body_of(&fill(labelled(), &system).unwrap());
    assert_eq!(body(json!({"test": true}))["test"], json!(true));
    assert!(body(json!({})).get("test").is_none());
}

#[test]
fn without_a_url_nothing_is_sent() {
    let parked = json!({"url": "", "method": "POST", "parked": true});
    let refused = fill(parked, &json!({})).unwrap_err();
    assert_eq!(refused.to_string(), "tool has no webhook_url");
    let draft: ToolDraft =
        serde_json::from_value(json!({"name": "t", "kind": "webhook", "webhook": {"url": ""}})).unwrap();
    assert!(draft.parse().0.is_none(), "only where the definition says so");
}

#[test]
fn a_tool_of_the_app_may_keep_a_webhook_for_later() {
    let draft = |parked: bool| -> ToolDraft {
        let webhook = json!({"url": "https://example.com/", "parked": parked});
        serde_json::from_value(json!({"name": "t", "kind": "client", "webhook": webhook})).unwrap()
    };
    assert!(matches!(draft(true).parse().0.unwrap().kind, ToolKind::Client));
    assert!(draft(false).parse().0.is_none());
}
