//! Bindings that change definitions, copies within an organisation, and what is refused at save.

use hookswitch_model::agent::AgentDraft;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::secret::Sealable;
use hookswitch_registry::{ChangedDraft, NewBinding, RegistryError};
use serde_json::{Map, json};

use crate::house::{House, holds};

fn with_header(url: &str, value: &str) -> serde_json::Value {
    json!({"name": "t", "kind": "webhook", "webhook": {"url": url, "headers": {"X-Api-Key": value}}})
}

#[tokio::test]
async fn a_binding_changes_the_tool_for_its_agent() {
    let house = House::open().await;
    let (registry, scope) = (&house.registry, house.scope);
    let tool = house.create(with_header("https://example.com/a", "first-secret-value")).await.unwrap().tool;
    let agent: AgentDraft = serde_json::from_value(json!({"name": "Front desk"})).unwrap();
    let agent = registry.create_agent(scope, house.project, agent).await.unwrap().id;
    let put = |changed| {
        let new = NewBinding { tool: tool.id, enabled: true, config: Map::new() };
        registry.put_changed_bindings(scope, agent, vec![(new, changed)])
    };
    let other = with_header("https://example.com/b", "other-secret-value");
    let other: ToolDraft = serde_json::from_value(other).unwrap();
    let bound = put(ChangedDraft::Set(Box::new(other))).await.unwrap().remove(0);
    assert!(!holds(&house.database_bytes(), "other-secret-value"));
    let prepared = registry.prepared_with(scope, tool.id, tool.version, &bound.changes).await.unwrap();
    let plain = registry.prepared(scope, tool.id, tool.version).await.unwrap();
    assert_ne!(format!("{:?}", prepared.definition.kind), format!("{:?}", plain.definition.kind));
    let changed = bound.changes.apply(&tool.draft).unwrap();
    let Sealable::Sealed { sealed, .. } = &changed.webhook.as_ref().unwrap().headers["X-Api-Key"] else {
        panic!("not sealed")
    };
    let opened = registry.open_seal(scope, *sealed).await.unwrap().unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&opened), "other-secret-value");
    // An ordinary change of the binding leaves them.
    let new = NewBinding { tool: tool.id, enabled: false, config: Map::new() };
    assert_eq!(registry.put_binding(scope, agent, new).await.unwrap().changes, bound.changes);
    assert_eq!(put(ChangedDraft::Keep).await.unwrap()[0].changes, bound.changes);
    let bad: ToolDraft = serde_json::from_value(with_header("http://10.0.0.1/", "x")).unwrap();
    let refused = put(ChangedDraft::Set(Box::new(bad))).await;
    assert!(matches!(refused, Err(RegistryError::Invalid(_))), "{refused:?}");
    assert!(put(ChangedDraft::Clear).await.unwrap()[0].changes.is_empty());
}

#[tokio::test]
async fn a_copy_is_sealed_for_itself() {
    let house = House::open().await;
    let draft = json!({"name": "t", "kind": "webhook", "webhook": {"url": "https://example.com",
        "headers": {"X-Api-Key": "literal-secret", "Authorization": "sk-{{input.id}}", "X-Plain": "a"}},
        "parameters": [{"name": "id"}]});
    let tool = house.create(draft).await.unwrap().tool;
    let mut copy = house.registry.unsealed_copy(house.scope, &tool.draft).await.unwrap();
    copy.name = "copy".to_owned();
    let copy = serde_json::to_value(&copy).unwrap();
    let copy = house.create(copy).await.unwrap().tool;
    house.registry.delete_tool(house.scope, tool.id).await.unwrap();
    let opened = house.registry.open_draft_seals(house.scope, &copy.draft).await.unwrap();
    let mut texts: Vec<&str> = opened.values().map(secrecy::ExposeSecret::expose_secret).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["literal-secret", "sk-{{input.id}}"]);
    let headers = &copy.draft.webhook.unwrap().headers;
    assert!(
        matches!(&headers["Authorization"], Sealable::Sealed { variables, .. } if variables == &["input.id"])
    );
}

#[tokio::test]
async fn certificates_are_ignored_only_where_the_operator_says_so() {
    let house = House::open().await;
    let mut draft = with_header("https://example.com", "x");
    draft["webhook"]["verify_tls"] = json!(false);
    let Err(RegistryError::Invalid(findings)) = house.create(draft).await else { panic!("saved") };
    assert_eq!(findings.iter().next().unwrap().code, "insecure_tls");
}
