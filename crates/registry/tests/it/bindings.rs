use hookswitch_model::agent::AgentDraft;
use hookswitch_model::binding::sealed_reference;
use hookswitch_registry::{NewBinding, Registry, RegistryError};
use serde_json::{Map, Value, json};

use crate::house::{House, holds};

fn config(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

#[tokio::test]
async fn settings_are_checked_sealed_and_kept() {
    let house = House::open().await;
    let draft = json!({"name": "t", "kind": "webhook", "webhook": {"url": "https://example.com/{{config.board}}"},
    "config_schema": {"fields": [
        {"key": "board", "required": true},
        {"key": "token", "type": "secret", "required": true},
        {"key": "kind", "type": "select", "options": ["a", "b"]}
    ]}});
    let tool = house.create(draft).await.unwrap().tool;
    let agent: AgentDraft = serde_json::from_value(json!({"name": "Front desk"})).unwrap();
    let agent = house.registry.create_agent(house.scope, house.project, agent).await.unwrap().id;
    let bind = |value: Value| {
        let new = NewBinding { tool: tool.id, enabled: true, config: config(value) };
        house.registry.put_binding(house.scope, agent, new)
    };
    let wrong = bind(json!({"kind": "c"})).await;
    let Err(RegistryError::Invalid(findings)) = wrong else { panic!("{wrong:?}") };
    assert_eq!(findings.iter().count(), 3);
    let bound = bind(json!({"board": "main", "token": "tok-secret-value", "extra": 1})).await.unwrap();
    assert!(sealed_reference(&bound.config["token"]).is_some());
    assert!(!holds(&house.database_bytes(), "tok-secret-value"));
    let shown = Registry::redact_config(tool.draft.config_schema.as_ref(), &bound.config);
    assert_eq!(Value::Object(shown.clone()), json!({"board": "main", "token": "[REDACTED]", "extra": 1}));
    let again = bind(Value::Object(shown)).await.unwrap();
    assert_eq!(again.config["token"], bound.config["token"]);
    let forged = bind(json!({"board": "main", "token": bound.config["token"].clone(), "extra": bound.config["token"].clone()})).await;
    assert!(matches!(forged, Err(RegistryError::Invalid(_))), "{forged:?}");
}
