use hookswitch_model::name::SecretName;
use hookswitch_model::{Mode, Scope};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::house::{House, holds, open};

fn name(text: &str) -> SecretName {
    SecretName::parse(text).unwrap()
}

#[tokio::test]
async fn secrets_are_sealed_and_known_without_regard_to_case() {
    let house = House::open().await;
    let value = SecretString::from("crm-value-123456789");
    house.registry.put_secret(house.scope, name("CRM_Key"), &value).await.unwrap();
    assert!(!holds(&house.database_bytes(), "crm-value-123456789"));
    let opened = house.registry.open_secret(house.scope, &name("crm_key")).await.unwrap().unwrap();
    assert_eq!(opened.expose_secret(), value.expose_secret());
    // A new value is seen at once.
    house
        .registry
        .put_secret(house.scope, name("crm_KEY"), &SecretString::from("another-value"))
        .await
        .unwrap();
    let opened = house.registry.open_secret(house.scope, &name("crm_key")).await.unwrap().unwrap();
    assert_eq!(opened.expose_secret(), "another-value");
    house.registry.delete_secret(house.scope, &name("crm_key")).await.unwrap();
    assert!(house.registry.open_secret(house.scope, &name("crm_key")).await.unwrap().is_none());
}

#[tokio::test]
async fn another_organisation_or_mode_has_other_secrets() {
    let house = House::open().await;
    house.registry.put_secret(house.scope, name("k"), &SecretString::from("value-of-one")).await.unwrap();
    let test = Scope::new(house.scope.org, Mode::Test);
    assert!(house.registry.open_secret(test, &name("k")).await.unwrap().is_none());
    let org = hookswitch_model::name::OrgName::parse("other").unwrap();
    let (org, _) = house.registry.create_org(org, Mode::Live).await.unwrap();
    let other = Scope::new(org.id, Mode::Live);
    assert!(house.registry.open_secret(other, &name("k")).await.unwrap().is_none());
}

#[tokio::test]
async fn the_master_key_rotates_while_secrets_are_used_and_survives_a_restart() {
    let house = House::open().await;
    for number in 0..300 {
        let value = SecretString::from(format!("value-number-{number}"));
        house.registry.put_secret(house.scope, name(&format!("s{number}")), &value).await.unwrap();
    }
    let draft = json!({"name": "t", "kind": "webhook", "webhook": {"url": "https://example.com/",
        "headers": {"Authorization": "Bearer sk-live-0123456789"}}});
    let tool = house.create(draft).await.unwrap().tool;
    let before = house.registry.master_key_status().current;
    let rotated = house.registry.rotate_master_key().await.unwrap();
    assert_ne!(rotated.current, before);
    // Used while it runs.
    while house.registry.master_key_status().is_running {
        let opened = house.registry.open_secret(house.scope, &name("s7")).await.unwrap().unwrap();
        assert_eq!(opened.expose_secret(), "value-number-7");
        tokio::task::yield_now().await;
    }
    let status = house.registry.master_key_status();
    assert_eq!((status.rewrap.failed, status.rewrap.moved), (0, 302), "{status:?}");
    let (scope, folder) = (house.scope, house.folder);
    house.registry.store().close().await;
    let registry = open(folder.path()).await;
    assert!(registry.missing_master_keys().await.unwrap().is_empty());
    let opened = registry.open_secret(scope, &name("s299")).await.unwrap().unwrap();
    assert_eq!(opened.expose_secret(), "value-number-299");
    assert_eq!(registry.open_signing_secrets(scope, tool.id).await.unwrap().len(), 1);
}
