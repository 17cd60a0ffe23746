//! Tokens that open sessions.

use std::time::Duration;

use hookswitch_model::key::ApiKey;
use hookswitch_model::{KeyId, Mode, Scope, Stamp};
use hookswitch_store::{SessionToken, StoreError};

use crate::raw::count_of;
use crate::support::{Fixture, Tenant, suite};

suite![a_token_is_found_until_it_expires, a_token_belongs_to_its_key];

async fn key_of(fixture: &Fixture, tenant: &Tenant) -> ApiKey {
    let key = ApiKey {
        id: KeyId::generate(),
        org: tenant.scope.org,
        project: tenant.project.id,
        mode: Mode::Live,
        name: "k".to_owned(),
        hint: "hs_live_abcd".to_owned(),
        permissions: std::collections::BTreeSet::new(),
        created_at: Stamp::now(),
        expires_at: None,
        revoked_at: None,
    };
    fixture.store.insert_key(&key, &[9; 32]).await.unwrap();
    key
}

fn token_of(key: &ApiKey, made_at: Stamp) -> SessionToken {
    SessionToken {
        org: key.org,
        mode: key.mode,
        project: key.project,
        key: key.id,
        label: Some("front desk".to_owned()),
        origins: vec!["https://app.example.com".to_owned()],
        created_at: made_at,
        expires_at: made_at.plus(Duration::from_mins(1)),
    }
}

async fn a_token_is_found_until_it_expires(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let key = key_of(&fixture, &tenant).await;
    let (store, now) = (&fixture.store, Stamp::now());
    let token = token_of(&key, now);
    store.insert_session_token(tenant.scope, &[1; 32], &token).await.unwrap();
    let find = async |at| store.session_token_by_hash_any_tenant(&[1; 32], at).await.unwrap();
    assert_eq!(find(now).await, Some(token));
    assert_eq!(find(now.plus(Duration::from_mins(2))).await, None);
    assert_eq!(store.session_token_by_hash_any_tenant(&[2; 32], now).await.unwrap(), None);
    let later = token_of(&key, now.plus(Duration::from_mins(3)));
    store.insert_session_token(tenant.scope, &[2; 32], &later).await.unwrap();
    assert_eq!(count_of(&fixture, "session_tokens").await, 1, "the expired one went");
}

async fn a_token_belongs_to_its_key(fixture: Fixture) {
    let (tenant, other) = (fixture.tenant("t").await, fixture.tenant("other").await);
    let key = key_of(&fixture, &tenant).await;
    let token = token_of(&key, Stamp::now());
    let test = Scope::new(tenant.scope.org, Mode::Test);
    for scope in [other.scope, test] {
        let refused = fixture.store.insert_session_token(scope, &[1; 32], &token).await;
        assert!(matches!(refused, Err(StoreError::NotFound)));
    }
    let elsewhere = SessionToken { project: other.project.id, ..token };
    let refused = fixture.store.insert_session_token(tenant.scope, &[1; 32], &elsewhere).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
}
