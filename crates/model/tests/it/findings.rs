use hookswitch_model::draft::ToolDraft;
use serde_json::{Value, json};

/// `path code` of every finding, errors first letter `E`, warnings `W`.
fn findings(draft: Value) -> Vec<String> {
    let draft: ToolDraft = serde_json::from_value(draft).unwrap();
    let (_, findings) = draft.parse();
    let short = |finding: &hookswitch_model::Finding| {
        let mark = if finding.severity == hookswitch_model::Severity::Error { "E" } else { "W" };
        format!("{mark} {} {}", finding.path, finding.code)
    };
    findings.iter().map(short).collect()
}

#[test]
fn everything_wrong_is_said_at_once() {
    let found = findings(json!({
        "name": "bad\u{7}name",
        "kind": "webhook",
        "timeout_ms": 7_200_000,
        "max_tries": 99,
        "cache_seconds": 100_000,
        "webhook": {
            "url": "https://{{input.host}}/",
            "method": "BREW",
            "headers": {"Host": "x", "no spaces": "x", "X-Ok": "a\nb"},
            "query": {"q": "{{a..b}}"}
        },
        "parameters": [
            {"name": "a b"},
            {"name": "x", "place": "path"},
            {"name": "x"},
            {"name": "s", "source": {"system": "weather"}},
            {"name": "c", "source": {"config": "nothing"}}
        ],
        "act_arguments": ["y"],
        "extract": {"v": "$["},
        "result": "$..[",
        "speech": {"wait_for_response": true}
    }));
    insta::assert_debug_snapshot!(found);
}

#[test]
fn settings_of_another_kind_are_refused() {
    let found = findings(json!({
        "name": "t", "kind": "context", "context": {"text": "hi"}, "webhook": {"url": "https://example.com/"}
    }));
    assert_eq!(found, ["E $.webhook conflict"]);
}

#[test]
fn a_missing_part_is_named() {
    assert_eq!(findings(json!({"name": "t", "kind": "webhook"})), ["E $.webhook missing_field"]);
    assert_eq!(findings(json!({"name": "t", "kind": "python"})), ["E $.python missing_field"]);
}

#[test]
fn a_get_that_sounds_like_an_action_is_doubted() {
    let draft =
        json!({"name": "cancel_order", "kind": "webhook", "webhook": {"url": "https://example.com/"}});
    assert_eq!(findings(draft.clone()), ["W $.effect effect_doubtful"]);
    let mut declared = draft;
    declared["effect"] = json!("action");
    assert!(findings(declared).is_empty());
}

#[test]
fn a_spoken_secret_is_refused() {
    let found = findings(json!({
        "name": "t", "kind": "webhook", "webhook": {"url": "https://example.com/"},
        "speech": {"line": "Your key is {{secret.k}}"}
    }));
    assert_eq!(found, ["E $.speech.line secret_exposed"]);
}

#[test]
fn unknown_fields_are_refused_with_their_name() {
    let error = serde_json::from_value::<ToolDraft>(json!({"name": "t", "kind": "client", "tmeout_ms": 5}))
        .unwrap_err();
    assert!(error.to_string().contains("tmeout_ms"), "{error}");
}
