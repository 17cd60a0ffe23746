use hookswitch_model::draft::ToolDraft;
use proptest::prelude::*;
use serde_json::{Value, json};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        Just(json!("{{input.a}}")),
        Just(json!("https://example.com/{{x}}")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Whatever a draft holds: findings or a definition, never a panic, and an error finding means no definition.
    #[test]
    fn no_draft_panics(
        name in "\\PC{0,20}", url in "\\PC{0,40}", body in any_json(), schema in any_json(),
        path in "\\PC{0,20}", line in "\\PC{0,20}",
    ) {
        let draft = json!({
            "name": name, "kind": "webhook", "webhook": {"url": url, "method": "POST", "body": body},
            "input_schema": schema, "extract": {"v": path}, "speech": {"line": line},
        });
        let draft: ToolDraft = serde_json::from_value(draft).unwrap();
        let (definition, findings) = draft.parse();
        prop_assert_eq!(definition.is_some(), !findings.has_errors());
    }
}
