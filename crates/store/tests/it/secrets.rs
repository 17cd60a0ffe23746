//! Named secrets.

use hookswitch_model::Stamp;
use hookswitch_model::name::SecretName;
use hookswitch_store::{Page, StoreError};

use crate::support::{Fixture, suite};

suite![names_are_the_same_in_any_case, secrets_are_listed_and_deleted, use_is_noted];

async fn names_are_the_same_in_any_case(fixture: Fixture) {
    let (scope, store) = (fixture.tenant("t").await.scope, &fixture.store);
    let first = store.put_secret(scope, &SecretName::parse("API_Key").unwrap(), &[1], "aa").await.unwrap();
    let second = store.put_secret(scope, &SecretName::parse("api_key").unwrap(), &[2], "bb").await.unwrap();
    assert_eq!((first.id, first.created_at), (second.id, second.created_at));
    assert_eq!((second.name.as_str(), second.fingerprint.as_str()), ("api_key", "bb"));
    let sealed = store.get_sealed_secret(scope, "API_KEY").await.unwrap();
    assert_eq!((sealed.id, sealed.sealed), (first.id, vec![2]));
}

async fn secrets_are_listed_and_deleted(fixture: Fixture) {
    let (scope, store) = (fixture.tenant("t").await.scope, &fixture.store);
    for name in ["a", "b", "c"] {
        store.put_secret(scope, &SecretName::parse(name).unwrap(), &[1], "aa").await.unwrap();
    }
    let first = store.list_secrets(scope, &Page::first(2)).await.unwrap();
    let rest = store.list_secrets(scope, &Page { limit: 2, after: first.next }).await.unwrap();
    assert_eq!(rest.items[0].name.as_str(), "c");
    store.delete_secret(scope, "A").await.unwrap();
    store.delete_secret_by_id(scope, rest.items[0].id).await.unwrap();
    assert!(matches!(store.delete_secret(scope, "a").await, Err(StoreError::NotFound)));
    let left = store.list_secrets(scope, &Page::default()).await.unwrap();
    assert_eq!(left.items.len(), 1);
}

async fn use_is_noted(fixture: Fixture) {
    let (scope, store) = (fixture.tenant("t").await.scope, &fixture.store);
    let secret = store.put_secret(scope, &SecretName::parse("a").unwrap(), &[1], "aa").await.unwrap();
    let (other, writer) = (fixture.tenant("other").await.scope, fixture.writer());
    for at in [5, 9, 7] {
        writer.touch_secret_used(scope, secret.id, Stamp::from_micros(at)).await.unwrap();
    }
    writer.flush().await.unwrap();
    writer.touch_secret_used(other, secret.id, Stamp::now()).await.unwrap();
    writer.touch_secret_used(scope, secret.id, Stamp::from_micros(8)).await.unwrap();
    writer.flush().await.unwrap();
    let found = store.get_secret(scope, "a").await.unwrap();
    assert_eq!(found.last_used_at, Some(Stamp::from_micros(9)));
}
