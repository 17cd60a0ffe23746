//! Answers kept for the same Idempotency-Key.

use hookswitch_model::Stamp;
use hookswitch_store::{AnswerClaim, AnswerKey, StoreError, StoredAnswer};

use crate::support::{Fixture, far, suite};

suite![
    of_many_at_once_one_runs,
    an_answer_is_repeated_to_the_same_request_only,
    a_released_or_stale_claim_is_free_again,
];

fn key() -> AnswerKey {
    AnswerKey { key_hash: [1; 32], route: "POST /v1/tools".to_owned(), body_hash: [2; 32] }
}

fn answer() -> StoredAnswer {
    StoredAnswer { status: 201, sealed: vec![4, 5] }
}

async fn of_many_at_once_one_runs(fixture: Fixture) {
    let (scope, key) = (fixture.tenant("t").await.scope, key());
    let claim = || fixture.store.claim_answer(scope, &key, Stamp::now(), far());
    let (a, b, c, d) = tokio::join!(claim(), claim(), claim(), claim());
    let claims = [a.unwrap(), b.unwrap(), c.unwrap(), d.unwrap()];
    assert_eq!(claims.iter().filter(|claim| **claim == AnswerClaim::Run).count(), 1);
    assert_eq!(claims.iter().filter(|claim| **claim == AnswerClaim::Running).count(), 3);
}

async fn an_answer_is_repeated_to_the_same_request_only(fixture: Fixture) {
    let (scope, store, key) = (fixture.tenant("t").await.scope, &fixture.store, key());
    assert_eq!(store.recall_answer(scope, &key, Stamp::now()).await.unwrap(), None);
    assert_eq!(store.claim_answer(scope, &key, Stamp::now(), far()).await.unwrap(), AnswerClaim::Run);
    store.remember_answer(scope, &key, &answer(), far()).await.unwrap();
    let done = AnswerClaim::Done(answer());
    assert_eq!(store.claim_answer(scope, &key, Stamp::now(), far()).await.unwrap(), done);
    assert_eq!(store.recall_answer(scope, &key, Stamp::now()).await.unwrap(), Some(done));
    for other in [
        AnswerKey { route: "POST /v1/agents".to_owned(), ..key.clone() },
        AnswerKey { body_hash: [9; 32], ..key.clone() },
    ] {
        let claim = store.claim_answer(scope, &other, Stamp::now(), far()).await.unwrap();
        assert_eq!(claim, AnswerClaim::Mismatch);
        let kept = store.remember_answer(scope, &other, &answer(), far()).await;
        assert!(matches!(kept, Err(StoreError::Conflict { .. })), "{kept:?}");
    }
}

async fn a_released_or_stale_claim_is_free_again(fixture: Fixture) {
    let (scope, store, key) = (fixture.tenant("t").await.scope, &fixture.store, key());
    let at = Stamp::from_micros;
    assert_eq!(store.claim_answer(scope, &key, at(1), at(10)).await.unwrap(), AnswerClaim::Run);
    assert_eq!(store.claim_answer(scope, &key, at(9), at(20)).await.unwrap(), AnswerClaim::Running);
    assert_eq!(store.claim_answer(scope, &key, at(10), at(20)).await.unwrap(), AnswerClaim::Run);
    store.release_answer(scope, &key).await.unwrap();
    assert_eq!(store.claim_answer(scope, &key, at(11), far()).await.unwrap(), AnswerClaim::Run);
    store.remember_answer(scope, &key, &answer(), at(30)).await.unwrap();
    store.release_answer(scope, &key).await.unwrap();
    assert!(store.recall_answer(scope, &key, at(29)).await.unwrap().is_some(), "answers are not released");
    assert_eq!(store.recall_answer(scope, &key, at(30)).await.unwrap(), None);
    assert_eq!(store.prune_answers_any_tenant(at(31), 10).await.unwrap(), 1);
}
