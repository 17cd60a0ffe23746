use std::collections::BTreeSet;

use hookswitch_model::Mode;
use hookswitch_model::key::Permission;
use hookswitch_registry::{AuthError, NewKey};
use secrecy::ExposeSecret as _;

use crate::house::{House, holds};

fn new_key(house: &House) -> NewKey {
    NewKey {
        name: "ci".to_owned(),
        mode: Mode::Test,
        project: house.project,
        permissions: BTreeSet::new(),
        expires_at: None,
    }
}

#[tokio::test]
async fn keys_are_shown_once_hashed_and_revoked_at_once() {
    let house = House::open().await;
    let made = house.registry.create_key(house.scope, new_key(&house)).await.unwrap();
    let text = made.secret.expose_secret().to_owned();
    assert!(text.starts_with("hs_test_"));
    assert!(!holds(&house.database_bytes(), &text));
    let caller = house.registry.authenticate(&text).await.unwrap();
    assert_eq!(caller.scope().mode, Mode::Test);
    let permissions: Vec<Permission> = caller.key.permissions.iter().copied().collect();
    assert_eq!(permissions, [Permission::ToolsRead, Permission::ToolsWrite, Permission::Sessions]);
    let scope = caller.scope();
    house.registry.revoke_key(scope, made.key.id).await.unwrap();
    assert!(matches!(house.registry.authenticate(&text).await, Err(AuthError::Invalid)));
}

#[tokio::test]
async fn wrong_keys_are_refused() {
    let house = House::open().await;
    for text in ["", "nonsense", "hs_live_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        assert!(matches!(house.registry.authenticate(text).await, Err(AuthError::Invalid)), "{text}");
    }
}

#[tokio::test]
async fn there_is_one_first_organisation() {
    let house = House::open().await;
    assert!(house.registry.bootstrap(None).await.unwrap().is_none());
    assert!(house.registry.is_operator(house.scope).await.unwrap());
}
