#![allow(clippy::unwrap_used)]
use hookswitch_model::draft::{Kind, ToolDraft};
use hookswitch_model::name::ToolName;
use hookswitch_model::secret::Sealable;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, Effect, Mode, OrgId, ProjectId, Stamp, ToolId};
use serde_json::{Value, json};

use super::{ToolBody, merge, view};
use crate::wire::trouble::{self, Trouble};

fn body(value: &Value) -> Result<ToolBody, Trouble> {
    ToolBody::parse(value.as_object().unwrap())
}

fn store(draft: ToolDraft, dialect: Dialect) -> StoredTool {
    StoredTool {
        id: ToolId::generate(),
        number: 1,
        org: OrgId::generate(),
        mode: Mode::Live,
        project: ProjectId::generate(),
        name: ToolName::parse(draft.name.clone()).unwrap(),
        dialect,
        enabled: true,
        version: 1,
        draft,
        created_at: Stamp::from_micros(1_795_158_000_000_000),
        updated_at: Stamp::from_micros(1_795_158_000_000_000),
    }
}

fn create(value: &Value) -> StoredTool {
    store(merge(None, &body(value).unwrap(), |_| Ok(())).unwrap(), Dialect::Pyai)
}

fn change(stored: &StoredTool, value: &Value) -> Result<StoredTool, Trouble> {
    let draft = merge(Some(stored), &body(value)?, |_| Ok(()))?;
    Ok(StoredTool { draft, ..stored.clone() })
}

fn foreign(draft: Value) -> StoredTool {
    store(serde_json::from_value(draft).unwrap(), Dialect::Native)
}

#[test]
fn a_tool_without_anything_gets_the_documented_defaults() {
    let tool = create(&json!({"name": "log_note"}));
    let shown = view(&tool);
    for (field, value) in [
        ("description", json!("")),
        ("input_schema", json!({"type": "object", "properties": {}})),
        ("config_schema", json!(null)),
        ("webhook_url", json!(null)),
        ("execution", json!("client")),
        ("auth_header", json!(null)),
        ("has_auth", json!(false)),
        ("side_effect", json!("action")),
        ("timeout_ms", json!(5000)),
        ("status", json!("active")),
        ("kind", json!("custom")),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    assert_eq!(tool.draft.kind, Kind::Client);
}

#[test]
fn execution_follows_the_url_until_it_is_given() {
    let url = json!("https://app.example.com/t");
    let tool = create(&json!({"name": "t", "webhook_url": url}));
    assert_eq!(view(&tool)["execution"], "server");
    let tool = change(&tool, &json!({"webhook_url": null})).unwrap();
    assert_eq!((view(&tool)["execution"].clone(), tool.draft.webhook.clone()), (json!("client"), None));
    let tool = change(&tool, &json!({"webhook_url": url})).unwrap();
    assert_eq!(view(&tool)["execution"], "server");
    // Given: it stays, whatever becomes of the URL.
    let tool = change(&tool, &json!({"execution": "client"})).unwrap();
    assert_eq!(
        (view(&tool)["execution"].clone(), view(&tool)["webhook_url"].clone()),
        (json!("client"), url)
    );
    let tool = change(&tool, &json!({"webhook_url": "https://app.example.com/other"})).unwrap();
    assert_eq!(view(&tool)["execution"], "client");
    let tool = change(&tool, &json!({"execution": "server"})).unwrap();
    assert_eq!((tool.draft.kind, tool.draft.webhook.as_ref().unwrap().parked), (Kind::Webhook, false));
    // Null: it follows again.
    let tool = change(&tool, &json!({"execution": null, "webhook_url": null})).unwrap();
    assert_eq!(view(&tool)["execution"], "client");
}

#[test]
fn a_server_tool_may_lose_its_url_but_not_begin_without() {
    let refused = merge(None, &body(&json!({"name": "t", "execution": "server"})).unwrap(), |_| Ok(()));
    assert_eq!(refused.unwrap_err().param.as_deref(), Some("webhook_url"));
    let tool =
        create(&json!({"name": "t", "execution": "server", "webhook_url": "https://app.example.com/"}));
    let tool = change(&tool, &json!({"webhook_url": null})).unwrap();
    let shown = view(&tool);
    assert_eq!((&shown["execution"], &shown["webhook_url"]), (&json!("server"), &json!(null)));
    assert!(tool.draft.parse().0.is_some(), "it can be kept");
    assert!(change(&tool, &shown).is_ok(), "and written back");
    for word in ["hosted", "engine", "lambda"] {
        let refused = body(&json!({"name": "t", "execution": word}))
            .and_then(|body| merge(None, &body, |_| Ok(())).map(drop));
        assert_eq!(refused.unwrap_err().param.as_deref(), Some("execution"), "{word}");
    }
}

#[test]
fn the_auth_value_is_a_literal_of_one_header() {
    let tool =
        create(&json!({"name": "t", "webhook_url": "https://a.example/", "auth_secret": "Bearer {{x}}"}));
    let headers = &tool.draft.webhook.as_ref().unwrap().headers;
    let literal = Sealable::Literal { literal: "Bearer {{x}}".to_owned() };
    assert_eq!(headers.get("Authorization"), Some(&literal));
    assert_eq!(
        (view(&tool)["auth_header"].clone(), view(&tool)["has_auth"].clone()),
        (json!("Authorization"), json!(true))
    );
    let tool = change(&tool, &json!({"auth_header": "X-Tool-Secret"})).unwrap();
    let headers = &tool.draft.webhook.as_ref().unwrap().headers;
    assert_eq!((headers.len(), headers.get("X-Tool-Secret")), (1, Some(&literal)));
    let tool = change(&tool, &json!({"auth_secret": "[REDACTED]"})).unwrap();
    assert_eq!(tool.draft.webhook.as_ref().unwrap().headers.get("X-Tool-Secret"), Some(&literal));
    let tool = change(&tool, &json!({"auth_secret": null})).unwrap();
    assert!(tool.draft.webhook.as_ref().unwrap().headers.is_empty());
    // The name stays shown and is sent with nothing.
    assert_eq!(
        (view(&tool)["auth_header"].clone(), view(&tool)["has_auth"].clone()),
        (json!("X-Tool-Secret"), json!(false))
    );
    let kept = change(&tool, &json!({"auth_secret": "[REDACTED]"}));
    assert_eq!(kept.unwrap_err().param.as_deref(), Some("auth_secret"));
    let tool = change(&tool, &json!({"auth_secret": "s", "auth_header": null})).unwrap();
    assert_eq!(view(&tool)["auth_header"], "Authorization");
}

#[test]
fn a_tool_of_the_app_keeps_its_url_and_secret_for_later() {
    let tool = create(&json!({"name": "t", "execution": "client", "webhook_url": "https://a.example/x",
        "auth_secret": "s", "auth_header": "X-A"}));
    assert_eq!(tool.draft.kind, Kind::Client);
    assert!(tool.draft.parse().0.is_some());
    let shown = view(&tool);
    assert_eq!((&shown["webhook_url"], &shown["has_auth"]), (&json!("https://a.example/x"), &json!(true)));
    let only_secret = create(&json!({"name": "t", "auth_secret": "s"}));
    assert_eq!((only_secret.draft.kind, view(&only_secret)["has_auth"].clone()), (Kind::Client, json!(true)));
    assert!(only_secret.draft.parse().0.is_some());
}

#[test]
fn fields_that_break_a_rule_are_named() {
    for (field, value) in [
        ("name", json!(7)),
        ("name", json!("x".repeat(129))),
        ("description", json!("x".repeat(4097))),
        ("input_schema", json!("object")),
        ("input_schema", json!({"type": "array"})),
        ("input_schema", json!({"description": "x".repeat(65_536)})),
        ("config_schema", json!([])),
        ("config_schema", json!({"fields": {}})),
        ("config_schema", json!({"fields": [{"label": "no key"}]})),
        ("config_schema", json!({"fields": [{"key": "k", "required": "yes"}]})),
        ("webhook_url", json!(1)),
        ("webhook_url", json!("x".repeat(2049))),
        ("execution", json!("somewhere")),
        ("auth_header", json!("a b")),
        ("auth_header", json!("Content-Type")),
        ("auth_header", json!("x-pyai-signature")),
        ("auth_header", json!("WEBHOOK-ID")),
        ("auth_secret", json!("a\r\nb")),
        ("auth_secret", json!("a\u{0}b")),
        ("auth_secret", json!("x".repeat(8193))),
        ("side_effect", json!("write")),
        ("timeout_ms", json!("5000")),
        ("timeout_ms", json!(99.5)),
    ] {
        let trouble =
            body(&json!({"name": "t", field: value})).and_then(|_| body(&json!({field: value}))).unwrap_err();
        assert_eq!(
            (trouble.code, trouble.param.as_deref()),
            (trouble::INVALID_REQUEST, Some(field)),
            "{value}"
        );
    }
    for timeout in [99, 15_001] {
        let given = body(&json!({"name": "t", "timeout_ms": timeout})).unwrap();
        let trouble = merge(None, &given, |_| Ok(())).unwrap_err();
        assert_eq!(trouble.param.as_deref(), Some("timeout_ms"));
    }
    assert!(
        body(&json!({"name": "t", "something": "else", "status": 9})).is_ok(),
        "unknown ones are ignored"
    );
}

#[test]
fn urls_are_https_without_user_and_fragment() {
    for url in ["a.example/x", "https://", "https://u:p@a.example/", "https://a.example/#x", "/x"] {
        let given = body(&json!({"name": "t", "webhook_url": url})).unwrap();
        let trouble = merge(None, &given, |_| Ok(())).unwrap_err();
        assert_eq!(trouble.code, trouble::INVALID_WEBHOOK_URL, "{url}");
    }
    let given = body(&json!({"name": "t", "webhook_url": "http://a.example/"})).unwrap();
    let trouble = merge(None, &given, |_| Err("only https is accepted".to_owned())).unwrap_err();
    assert_eq!(trouble.detail, "webhook_url must be a public https URL: only https is accepted");
}

#[test]
fn braces_in_a_url_are_no_variables() {
    let url = "https://a.example/{{input.x}}?q={y}";
    let tool = create(&json!({"name": "t", "webhook_url": url}));
    assert_eq!(tool.draft.webhook.as_ref().unwrap().url, "https://a.example/%7B%7Binput.x%7D%7D?q=%7By%7D");
    assert_eq!(view(&tool)["webhook_url"], url);
    let tool = change(&tool, &json!({"description": "d"})).unwrap();
    assert_eq!(view(&tool)["webhook_url"], url);
    // Another dialect gave another URL since: that one counts.
    let mut changed = tool;
    changed.draft.webhook.as_mut().unwrap().url = "https://b.example/".to_owned();
    assert_eq!(view(&changed)["webhook_url"], "https://b.example/");
}

fn lookup() -> StoredTool {
    foreign(json!({
        "name": "look_up", "kind": "webhook", "effect": "idempotent", "timeout_ms": 60000,
        "webhook": {"url": "https://crm.example/{{input.id}}", "method": "PUT",
            "headers": {"X-Team": "a", "Authorization": "Bearer {{secret.crm}}"}, "body": {"n": "{{input.n}}"}},
        "parameters": [
            {"name": "id", "required": true, "schema": {"type": "string"}, "place": "path"},
            {"name": "n", "schema": {"type": "integer"}},
            {"name": "org", "source": {"static": "o1"}, "place": "header"}
        ],
        "extras": {"other": {"x": 1}}
    }))
}

#[test]
fn a_tool_of_another_dialect_written_back_as_shown_changes_nothing_but_what_was_given() {
    let tool = lookup();
    let shown = view(&tool);
    assert_eq!(shown["webhook_url"], "https://crm.example/{{input.id}}");
    assert_eq!((&shown["auth_header"], &shown["has_auth"]), (&json!("Authorization"), &json!(true)));
    assert_eq!((&shown["timeout_ms"], &shown["side_effect"]), (&json!(60_000), &json!("action")));
    assert_eq!(
        shown["input_schema"]["properties"],
        json!({"id": {"type": "string"}, "n": {"type": "integer"}})
    );
    let again = change(&tool, &shown).unwrap();
    assert_eq!(view(&again), shown);
    let without_ours = |mut draft: ToolDraft| {
        draft.extras.shift_remove("pyai");
        draft
    };
    assert_eq!(without_ours(again.draft), tool.draft);
}

#[test]
fn a_change_here_keeps_the_request_form_of_another_dialect() {
    let tool = lookup();
    let changed = change(
        &tool,
        &json!({"description": "new", "webhook_url": "https://crm.example/v2/{{input.id}}",
            "input_schema": {"type": "object", "properties": {"id": {"type": "string", "minLength": 1},
                "day": {"type": "string"}}, "required": ["id", "day"]}}),
    )
    .unwrap();
    let (before, after) = (tool.draft.webhook.as_ref().unwrap(), changed.draft.webhook.as_ref().unwrap());
    assert_eq!(after.url, "https://crm.example/v2/{{input.id}}", "its variables stay variables");
    assert_eq!((&after.method, &after.headers, &after.body), (&before.method, &before.headers, &before.body));
    assert_eq!(changed.draft.effect, Some(Effect::Idempotent));
    let parameters = serde_json::to_value(&changed.draft.parameters).unwrap();
    assert_eq!(
        parameters,
        json!([
            {"name": "id", "required": true, "schema": {"type": "string", "minLength": 1}, "place": "path"},
            {"name": "org", "required": false, "source": {"static": "o1"}, "place": "header"},
            {"name": "day", "required": true, "schema": {"type": "string"}}
        ])
    );
    assert!(changed.draft.parse().0.is_some(), "{:?}", changed.draft.parse().1);
}

#[test]
fn what_the_engine_runs_has_no_webhook() {
    let tool =
        foreign(json!({"name": "bye", "kind": "call_control", "call_control": {"operation": "end_call"}}));
    let shown = view(&tool);
    assert_eq!(shown["execution"], "engine");
    assert_eq!(view(&change(&tool, &shown).unwrap()), shown);
    for given in [
        json!({"webhook_url": "https://a.example/"}),
        json!({"auth_secret": "s"}),
        json!({"execution": "client"}),
    ] {
        assert_eq!(change(&tool, &given).unwrap_err().code, trouble::INVALID_REQUEST, "{given}");
    }
    let text = foreign(json!({"name": "hours", "kind": "context", "context": {"text": "9 to 5"}}));
    assert_eq!(change(&text, &json!({"description": "x"})).unwrap_err().code, trouble::NAME_CONFLICT);
}

#[test]
fn two_words_stand_for_four_effects() {
    let of = |effect: &str| foreign(json!({"name": "t", "kind": "client", "effect": effect}));
    for (effect, word) in
        [("read", "read"), ("idempotent", "action"), ("action", "action"), ("irreversible", "action")]
    {
        let tool = of(effect);
        assert_eq!(view(&tool)["side_effect"], word, "{effect}");
        assert_eq!(change(&tool, &json!({"side_effect": word})).unwrap().draft.effect, tool.draft.effect);
    }
    let get = foreign(json!({"name": "t", "kind": "webhook", "webhook": {"url": "https://a.example/"}}));
    assert_eq!(view(&get)["side_effect"], "read");
    let acting = change(&get, &json!({"side_effect": null})).unwrap();
    assert_eq!(
        (acting.draft.effect, view(&acting)["side_effect"].clone()),
        (Some(Effect::Action), json!("action"))
    );
    assert_eq!(create(&json!({"name": "t"})).draft.effect, None, "not declared: an undeclared action");
    assert_eq!(create(&json!({"name": "t", "side_effect": "action"})).draft.effect, Some(Effect::Action));
}
