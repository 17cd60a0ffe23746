use hookswitch_model::draft::ToolDraft;
use hookswitch_registry::{RegistryError, ToolState, redact_draft};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::house::{House, holds};

fn draft(name: &str) -> Value {
    json!({"name": name, "kind": "webhook", "webhook": {"url": "https://example.com/x", "method": "POST",
        "headers": {"Authorization": "Bearer sk-live-0123456789", "X-Plain": "shown"}}})
}

#[tokio::test]
async fn a_literal_secret_is_sealed_shown_redacted_and_kept_when_written_back() {
    let house = House::open().await;
    let saved = house.create(draft("t")).await.unwrap();
    let shown = serde_json::to_value(redact_draft(&saved.tool.draft)).unwrap();
    assert_eq!(shown["webhook"]["headers"], json!({"Authorization": "[REDACTED]", "X-Plain": "shown"}));
    assert!(!holds(&house.database_bytes(), "sk-live-0123456789"));
    // Written back as it was shown: nothing changes, the value is kept.
    let again = house.upsert(shown.clone()).await.unwrap();
    assert_eq!((again.tool.version, again.is_new), (1, false));
    let mut changed = shown;
    changed["description"] = json!("new words");
    let changed = house.upsert(changed).await.unwrap();
    assert_eq!(changed.tool.version, 2);
    assert_eq!(changed.tool.draft.webhook, saved.tool.draft.webhook);
}

#[tokio::test]
async fn redacted_without_a_stored_value_is_refused() {
    let house = House::open().await;
    let mut wrong = draft("t");
    wrong["webhook"]["headers"]["Authorization"] = json!("[REDACTED]");
    assert!(matches!(house.create(wrong).await, Err(RegistryError::Invalid(_))));
    let mut foreign = draft("t");
    foreign["webhook"]["headers"]["Authorization"] = json!({"sealed": "seal_00000000000000000000000001"});
    assert!(matches!(house.create(foreign).await, Err(RegistryError::Invalid(_))));
}

#[tokio::test]
async fn private_addresses_are_refused_with_all_other_findings() {
    let house = House::open().await;
    let wrong = json!({"name": "t", "kind": "webhook", "timeout_ms": 1,
        "webhook": {"url": "http://169.254.169.254/latest"}});
    let Err(RegistryError::Invalid(findings)) = house.create(wrong).await else { panic!("accepted") };
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["out_of_range", "address_refused"]);
    let message = &findings.iter().last().unwrap().message;
    assert!(!message.contains("169.254"), "the class of address, not the address: {message}");
}

#[tokio::test]
async fn two_at_once_make_one_tool() {
    let house = House::open().await;
    let saved = futures_util::future::join_all((0..8).map(|_| house.upsert(draft("same")))).await;
    let saved: Vec<_> = saved.into_iter().map(Result::unwrap).collect();
    assert_eq!(saved.iter().filter(|saved| saved.is_new).count(), 1);
    assert!(saved.iter().all(|one| one.tool.id == saved[0].tool.id));
    // The secret is shown to the one who created it, once.
    assert_eq!(saved.iter().filter(|saved| saved.signing_secret.is_some()).count(), 1);
    assert!(matches!(house.create(draft("same")).await, Err(RegistryError::NameTaken { .. })));
}

#[tokio::test]
async fn versions_are_kept_and_put_back() {
    let house = House::open().await;
    let first = house.create(draft("t")).await.unwrap();
    let mut second = draft("t");
    second["description"] = json!("second");
    house.upsert(second).await.unwrap();
    let back = house.registry.roll_back_tool(house.scope, first.tool.id, 1, house.key).await.unwrap();
    assert_eq!(back.tool.version, 3);
    assert_eq!(back.tool.draft, first.tool.draft);
    let stale: ToolDraft = serde_json::from_value(draft("t")).unwrap();
    let error =
        house.registry.update_tool(house.scope, first.tool.id, Some(2), stale, house.key).await.unwrap_err();
    assert!(matches!(error, RegistryError::VersionMismatch { expected: 2, current: 3 }), "{error}");
}

#[tokio::test]
async fn switching_and_deleting_are_seen_at_once() {
    let house = House::open().await;
    let tool = house.create(draft("t")).await.unwrap().tool.id;
    let state = || house.registry.tool_state(house.scope, tool);
    assert_eq!(state().await.unwrap(), ToolState::Enabled);
    house.registry.set_tool_enabled(house.scope, tool, false).await.unwrap();
    assert_eq!(state().await.unwrap(), ToolState::Disabled);
    house.registry.delete_tool(house.scope, tool).await.unwrap();
    assert_eq!(state().await.unwrap(), ToolState::Deleted);
}

#[tokio::test]
async fn signing_secrets_overlap_after_a_rotation() {
    let house = House::open().await;
    let saved = house.create(draft("t")).await.unwrap();
    let first = saved.signing_secret.unwrap();
    let (second, _) = house.registry.rotate_signing_secret(house.scope, saved.tool.id).await.unwrap();
    let open = house.registry.open_signing_secrets(house.scope, saved.tool.id).await.unwrap();
    let open: Vec<&str> = open.iter().map(secrecy::ExposeSecret::expose_secret).collect();
    assert_eq!(open, [second.expose_secret(), first.expose_secret()]);
    // A second rotation within the overlap drops the oldest.
    let (third, _) = house.registry.rotate_signing_secret(house.scope, saved.tool.id).await.unwrap();
    let open = house.registry.open_signing_secrets(house.scope, saved.tool.id).await.unwrap();
    let open: Vec<&str> = open.iter().map(secrecy::ExposeSecret::expose_secret).collect();
    assert_eq!(open, [third.expose_secret(), second.expose_secret()]);
}

#[tokio::test]
async fn a_template_with_a_literal_secret_in_it_is_sealed_as_a_template() {
    let house = House::open().await;
    let mut mixed = draft("t");
    mixed["webhook"]["headers"]["Authorization"] = json!("Token sk-live-{{input.shop}}-0123456789");
    let saved = house.create(mixed.clone()).await.unwrap();
    let stored = serde_json::to_value(&saved.tool.draft).unwrap();
    assert_eq!(stored["webhook"]["headers"]["Authorization"]["variables"], json!(["input.shop"]));
    assert!(!holds(&house.database_bytes(), "sk-live-"));
    assert!(!house.upsert(mixed).await.unwrap().is_changed, "the same text again keeps its reference");
    let opened = house.registry.open_draft_seals(house.scope, &saved.tool.draft).await.unwrap();
    let texts: Vec<&str> = opened.values().map(secrecy::ExposeSecret::expose_secret).collect();
    assert_eq!(texts, ["Token sk-live-{{input.shop}}-0123456789"]);
}

#[tokio::test]
async fn a_literal_is_sealed_whatever_its_name_is() {
    let house = House::open().await;
    let mut literal = draft("t");
    literal["webhook"]["headers"] = json!({"X-Plain": {"literal": "{{not.a.template}} 0123456789"}});
    let saved = house.create(literal).await.unwrap();
    assert!(!holds(&house.database_bytes(), "{{not.a.template}}"));
    let shown = serde_json::to_value(redact_draft(&saved.tool.draft)).unwrap();
    assert_eq!(shown["webhook"]["headers"], json!({"X-Plain": "[REDACTED]"}));
    let kept = house.upsert(shown).await.unwrap();
    assert!(!kept.is_changed);
}

#[tokio::test]
async fn a_project_gets_its_signing_secret_when_it_is_first_needed_and_both_sign_after_a_rotation() {
    let house = House::open().await;
    let (registry, scope, project) = (&house.registry, house.scope, house.project);
    assert_eq!(registry.project_signing_hint(scope, project).await.unwrap(), None);
    let first = registry.open_project_signing_secrets(scope, project).await.unwrap();
    assert_eq!(first.len(), 1);
    let again = registry.open_project_signing_secrets(scope, project).await.unwrap();
    assert_eq!(first[0].expose_secret(), again[0].expose_secret());
    assert!(!holds(&house.database_bytes(), first[0].expose_secret()));
    let (second, _) = registry.rotate_project_signing_secret(scope, project).await.unwrap();
    let both = registry.open_project_signing_secrets(scope, project).await.unwrap();
    let both: Vec<&str> = both.iter().map(secrecy::ExposeSecret::expose_secret).collect();
    assert_eq!(both, [second.expose_secret(), first[0].expose_secret()]);
    let hint = registry.project_signing_hint(scope, project).await.unwrap().unwrap();
    assert!(second.expose_secret().ends_with(&hint) && hint.len() == 4);
    // Turning the master key over moves them as well.
    registry.rotate_master_key().await.unwrap();
    registry.rewrap_all(|_| ()).await.unwrap();
    let moved = registry.open_project_signing_secrets(scope, project).await.unwrap();
    assert_eq!(moved[0].expose_secret(), second.expose_secret());
    let test = hookswitch_model::Scope::new(scope.org, hookswitch_model::Mode::Test);
    let other = registry.open_project_signing_secrets(test, project).await.unwrap();
    assert_ne!(other[0].expose_secret(), second.expose_secret(), "live and test have their own");
}
