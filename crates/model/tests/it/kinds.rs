use hookswitch_model::definition::{Definition, ToolKind};
use hookswitch_model::draft::{Kind, ToolDraft};
use hookswitch_model::parameter::Place;
use hookswitch_model::{Effect, Findings};
use serde_json::{Value, json};

fn parse(draft: Value) -> Result<Definition, Findings> {
    let draft: ToolDraft = serde_json::from_value(draft).unwrap();
    let (definition, findings) = draft.parse();
    definition.ok_or(findings)
}

#[test]
fn every_kind_of_the_vendors_pages_is_a_type() {
    let drafts = [
        json!({"name": "w", "kind": "webhook", "webhook": {"url": "https://example.com/x"}}),
        json!({"name": "p", "kind": "python", "python": {"code": "def f(a):\n    return a", "max_memory_mb": 128}}),
        json!({"name": "l", "kind": "lambda", "lambda": {"function": "customer-lookup-function", "region": "us-east-1"}}),
        json!({"name": "c", "kind": "client"}),
        json!({"name": "x", "kind": "context", "context": {"text": "Open 9 to 5"}}),
        json!({"name": "t", "kind": "call_control", "call_control":
            {"operation": "transfer_to_phone_number", "phone_number": "+15551234567", "dtmf": "1234"}}),
        json!({"name": "h", "kind": "hosted", "hosted": {"function": "datetime"}}),
    ];
    let kinds = [
        Kind::Webhook,
        Kind::Python,
        Kind::Lambda,
        Kind::Client,
        Kind::Context,
        Kind::CallControl,
        Kind::Hosted,
    ];
    for (draft, kind) in drafts.into_iter().zip(kinds) {
        let definition = parse(draft).unwrap();
        assert_eq!(definition.kind.kind(), kind);
    }
}

#[test]
fn drafts_survive_their_json_form() {
    let draft = json!({
        "name": "BookAppointment", "kind": "webhook", "description": "Books",
        "webhook": {"url": "https://example.com/book", "method": "POST", "body": {"slot": "{{input.date}}"},
            "headers": {"X-A": "1", "B": {"sealed": "seal_00000000000000000000000001"}},
            "redirects": "none", "verify_tls": true, "signature": "standard"},
        "parameters": [{"name": "date", "required": true, "schema": {"type": "string"}}],
        "effect": "action", "extract": {"m": "$.message"}
    });
    let typed: ToolDraft = serde_json::from_value(draft.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), draft);
}

#[test]
fn the_default_effect_follows_the_method() {
    for (method, effect) in
        [("GET", Effect::Read), ("head", Effect::Read), ("POST", Effect::Action), ("DELETE", Effect::Action)]
    {
        let draft = json!({"name": "t", "kind": "webhook", "webhook": {"url": "https://example.com/", "method": method}});
        let definition = parse(draft).unwrap();
        assert_eq!((definition.effect, definition.effect_declared), (effect, false), "{method}");
    }
}

fn plan_of(definition: &Definition) -> &hookswitch_model::plan::RequestPlan {
    match &definition.kind {
        ToolKind::Webhook(plan) => plan,
        other => panic!("{other:?}"),
    }
}

#[test]
fn parameters_go_where_nothing_names_them() {
    let definition = parse(json!({
        "name": "t", "kind": "webhook", "webhook": {"url": "https://example.com/o/{{order}}", "method": "GET"},
        "parameters": [
            {"name": "order", "required": true, "place": "path"}, {"name": "q"},
            {"name": "trace", "place": "header", "send_as": "X-Trace"}
        ]
    }))
    .unwrap();
    let places: Vec<(&str, Place)> =
        plan_of(&definition).placed.iter().map(|placed| (placed.name.as_str(), placed.place)).collect();
    assert_eq!(places, [("order", Place::Path), ("q", Place::Query), ("trace", Place::Header)]);
}

#[test]
fn a_schema_without_templates_sends_all_arguments() {
    let post = json!({"name": "t", "kind": "webhook", "webhook": {"url": "https://example.com/", "method": "POST"},
        "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}});
    assert_eq!(plan_of(&parse(post).unwrap()).rest.as_ref().unwrap().place, Place::Body);
    let get = json!({"name": "t", "kind": "webhook", "webhook": {"url": "https://example.com/"},
        "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}});
    assert_eq!(plan_of(&parse(get).unwrap()).rest.as_ref().unwrap().place, Place::Query);
    let named = json!({"name": "t", "kind": "webhook", "webhook": {"url": "https://example.com/{{input.a}}"},
        "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}});
    assert_eq!(plan_of(&parse(named).unwrap()).rest, None);
}

#[test]
fn secrets_and_session_variables_are_collected() {
    let definition = parse(json!({
        "name": "t", "kind": "webhook",
        "webhook": {"url": "https://example.com/{{vars.account}}", "method": "POST",
            "headers": {"Authorization": "Bearer {{secret.crm_key}}"},
            "body": {"from": "{{system.from}}", "at": "{{system.now}}", "m": "{{vars.mine}}"}},
        "extract": {"mine": "$.m"}
    }))
    .unwrap();
    let secrets: Vec<&str> =
        definition.secrets.iter().map(hookswitch_model::name::SecretName::as_str).collect();
    assert_eq!(secrets, ["crm_key"]);
    let variables: Vec<&str> = definition.act_variables.iter().map(hookswitch_template::Path::text).collect();
    assert_eq!(variables, ["vars.account", "system.from"], "no clock, nothing that the answer sets");
}

#[test]
fn transfers_keep_their_rules() {
    let transfer = |more: Value| {
        let mut control = json!({"operation": "transfer_to_phone_number", "phone_number": "+15551234567"});
        control.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        parse(json!({"name": "t", "kind": "call_control", "call_control": control}))
    };
    assert!(transfer(json!({})).is_ok());
    assert!(transfer(json!({"detect_voicemail": true, "use_agent_phone_number": false})).is_err());
    assert!(transfer(json!({"dtmf": "12x"})).is_err());
    assert!(transfer(json!({"phone_number": "555"})).is_err());
    assert!(transfer(json!({"agents": ["other"]})).is_err());
    assert!(transfer(json!({"keep_listening": false})).is_err());
    assert!(transfer(json!({"keep_listening": false, "use_agent_phone_number": false})).is_ok());
}
