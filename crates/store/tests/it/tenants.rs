//! Organisations, projects, keys.

use std::collections::BTreeSet;

use hookswitch_model::key::{ApiKey, Permission};
use hookswitch_model::name::{OrgName, ProjectName};
use hookswitch_model::{KeyId, Mode, Scope, Stamp};
use hookswitch_store::{NewKey, Page, StoreError};

use crate::support::{Fixture, Tenant, suite};

suite![
    an_org_has_a_main_project,
    orgs_are_listed_in_pages,
    project_names_are_unique_per_org,
    bootstrap_happens_once,
    of_two_bootstraps_at_once_one_wins,
    keys_are_found_by_hash_and_revoked,
    a_test_scope_manages_test_keys_only,
];

pub(crate) fn key_of(tenant: &Tenant, mode: Mode) -> ApiKey {
    ApiKey {
        id: KeyId::generate(),
        org: tenant.scope.org,
        project: tenant.project.id,
        mode,
        name: "ci".to_owned(),
        hint: "hs_live_ab12".to_owned(),
        permissions: BTreeSet::from(Permission::DEFAULT),
        created_at: Stamp::now(),
        expires_at: Some(Stamp::from_micros(7)),
        revoked_at: None,
    }
}

fn new_key() -> NewKey {
    NewKey {
        mode: Mode::Live,
        name: "bootstrap".to_owned(),
        hint: "hs_live_zz".to_owned(),
        permissions: BTreeSet::from(Permission::ALL),
        expires_at: None,
    }
}

async fn an_org_has_a_main_project(fixture: Fixture) {
    let store = &fixture.store;
    let org = store.create_org(&OrgName::parse("Dental").unwrap()).await.unwrap();
    assert_eq!(store.get_org(org.id).await.unwrap(), org);
    let main = store.project_by_name(org.id, "main").await.unwrap().unwrap();
    assert_eq!(store.get_project(org.id, main.id).await.unwrap(), main);
    let renamed = store.rename_org(org.id, &OrgName::parse("Dental Nord").unwrap()).await.unwrap();
    assert_eq!(renamed.name.as_str(), "Dental Nord");
    assert_eq!(store.count_orgs().await.unwrap(), 1);
}

async fn orgs_are_listed_in_pages(fixture: Fixture) {
    for name in ["a", "b", "c"] {
        fixture.tenant(name).await;
    }
    let first = fixture.store.list_orgs(&Page::first(2)).await.unwrap();
    assert_eq!(first.items.len(), 2);
    let rest = fixture.store.list_orgs(&Page { limit: 2, after: first.next }).await.unwrap();
    assert_eq!(rest.items.iter().map(|org| org.name.as_str()).collect::<Vec<_>>(), ["c"]);
    assert!(rest.next.is_none());
}

async fn project_names_are_unique_per_org(fixture: Fixture) {
    let (one, two) = (fixture.tenant("one").await, fixture.tenant("two").await);
    let name = ProjectName::parse("support").unwrap();
    fixture.store.create_project(one.scope.org, &name).await.unwrap();
    fixture.store.create_project(two.scope.org, &name).await.unwrap();
    let again = fixture.store.create_project(one.scope.org, &name).await;
    assert!(matches!(again, Err(StoreError::Conflict { what: "project name" })), "{again:?}");
    let listed = fixture.store.list_projects(one.scope.org, &Page::default()).await.unwrap();
    assert_eq!(listed.items.len(), 2);
}

async fn bootstrap_happens_once(fixture: Fixture) {
    let name = OrgName::parse("first").unwrap();
    let made = fixture.store.bootstrap(&name, new_key(), &[7; 32]).await.unwrap().unwrap();
    assert_eq!(fixture.store.key_by_hash_any_tenant(&[7; 32]).await.unwrap(), Some(made.key.clone()));
    assert_eq!(made.key.org, made.org.id);
    assert!(fixture.store.bootstrap(&name, new_key(), &[8; 32]).await.unwrap().is_none());
    assert_eq!(fixture.store.count_orgs().await.unwrap(), 1);
    assert_eq!(fixture.store.key_by_hash_any_tenant(&[8; 32]).await.unwrap(), None);
}

async fn of_two_bootstraps_at_once_one_wins(fixture: Fixture) {
    let name = OrgName::parse("first").unwrap();
    let (one, two) = tokio::join!(
        fixture.store.bootstrap(&name, new_key(), &[1; 32]),
        fixture.store.bootstrap(&name, new_key(), &[2; 32]),
    );
    assert_ne!(one.unwrap().is_some(), two.unwrap().is_some());
    assert_eq!(fixture.store.count_orgs().await.unwrap(), 1);
}

async fn keys_are_found_by_hash_and_revoked(fixture: Fixture) {
    let tenant = fixture.tenant("keys").await;
    let (store, key) = (&fixture.store, key_of(&tenant, Mode::Live));
    store.insert_key(&key, &[3; 32]).await.unwrap();
    assert_eq!(store.key_by_hash_any_tenant(&[3; 32]).await.unwrap(), Some(key.clone()));
    let again = store.insert_key(&ApiKey { id: KeyId::generate(), ..key.clone() }, &[3; 32]).await;
    assert!(matches!(again, Err(StoreError::Conflict { what: "key" })), "{again:?}");
    let at = Stamp::from_micros(1_000);
    assert_eq!(store.revoke_key(tenant.scope, key.id, at).await.unwrap().revoked_at, Some(at));
    let later = store.revoke_key(tenant.scope, key.id, Stamp::now()).await.unwrap();
    assert_eq!(later.revoked_at, Some(at), "the first revocation stays");
    assert_eq!(store.list_keys(tenant.scope, &Page::default()).await.unwrap().items, [later]);
}

async fn a_test_scope_manages_test_keys_only(fixture: Fixture) {
    let tenant = fixture.tenant("keys").await;
    let (live, test) = (key_of(&tenant, Mode::Live), key_of(&tenant, Mode::Test));
    fixture.store.insert_key(&live, &[1; 32]).await.unwrap();
    fixture.store.insert_key(&test, &[2; 32]).await.unwrap();
    let test_scope = Scope::new(tenant.scope.org, Mode::Test);
    let seen =
        |page: hookswitch_store::PageOf<ApiKey>| page.items.into_iter().map(|key| key.id).collect::<Vec<_>>();
    let page = Page::default();
    assert_eq!(seen(fixture.store.list_keys(tenant.scope, &page).await.unwrap()), [live.id, test.id]);
    assert_eq!(seen(fixture.store.list_keys(test_scope, &page).await.unwrap()), [test.id]);
    let refused = fixture.store.revoke_key(test_scope, live.id, Stamp::now()).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
}
