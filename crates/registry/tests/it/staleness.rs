//! What has been changed is never served as it was before, however many ask while it changes. On SQLite cache entries
//! live for an hour: whatever slipped in would stay.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hookswitch_model::Mode;
use hookswitch_model::name::SecretName;
use hookswitch_registry::{AuthError, NewKey, ToolState};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::house::House;

const ROUNDS: u64 = 60;

/// Counts changes that somebody was told of. Even before and odd during a change, as the callers see it.
#[derive(Default)]
struct Told(AtomicU64);

impl Told {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn set(&self, round: u64) {
        self.0.store(round, Ordering::SeqCst);
    }
}

/// Asks again and again until the last round was told.
fn ask<F, Fut>(told: &Arc<Told>, ask: F) -> Vec<JoinHandle<()>>
where
    F: Fn(u64) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    (0..3)
        .map(|_| {
            let (told, ask) = (Arc::clone(told), ask.clone());
            tokio::spawn(async move {
                loop {
                    let round = told.now();
                    ask(round).await;
                    if round == ROUNDS {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect()
}

async fn all(tasks: Vec<JoinHandle<()>>) {
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revoked_key_lets_nobody_in() {
    let house = House::open().await;
    for _ in 0..ROUNDS {
        let made = house.registry.create_key(house.scope, key(&house)).await.unwrap();
        let text = made.secret.expose_secret().to_owned();
        let told = Arc::new(Told::default());
        let asking = ask(&told, {
            let (registry, text) = (house.registry.clone(), text.clone());
            move |round| {
                let (registry, text) = (registry.clone(), text.clone());
                async move {
                    let answer = registry.authenticate(&text).await;
                    assert!(
                        round == 0 || matches!(answer, Err(AuthError::Invalid)),
                        "let in after it was revoked"
                    );
                }
            }
        });
        house.registry.revoke_key(house.scope, made.key.id).await.unwrap();
        told.set(ROUNDS);
        all(asking).await;
        assert!(matches!(house.registry.authenticate(&text).await, Err(AuthError::Invalid)));
    }
}

#[tokio::test]
async fn a_key_works_from_the_moment_it_is_made_though_it_was_asked_for_before() {
    let house = House::open().await;
    let text = "hs_live_bootstrap_bootstrap_bootstrap";
    assert!(house.registry.authenticate(text).await.is_err());
    let folder = tempfile::tempdir().unwrap();
    let registry = crate::house::open(folder.path()).await;
    assert!(registry.authenticate(text).await.is_err());
    registry.bootstrap(Some(SecretString::from(text))).await.unwrap().unwrap();
    assert!(registry.authenticate(text).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_switched_tool_is_seen_as_it_was_switched() {
    let house = House::open().await;
    let draft = json!({"name": "t", "kind": "webhook", "webhook": {"url": "https://example.com/x"}});
    let tool = house.create(draft).await.unwrap().tool.id;
    let told = Arc::new(Told::default());
    let asking = ask(&told, {
        let (registry, scope, told) = (house.registry.clone(), house.scope, Arc::clone(&told));
        move |round| {
            let (registry, told) = (registry.clone(), Arc::clone(&told));
            async move {
                let state = registry.tool_state(scope, tool).await.unwrap();
                // Between two changes there is one right answer; while one is under way there are two.
                if round.is_multiple_of(2) && told.now() == round {
                    let enabled = (round / 2).is_multiple_of(2);
                    assert_eq!(state == ToolState::Enabled, enabled, "in round {round}");
                }
            }
        }
    });
    for round in 1..=ROUNDS / 2 {
        told.set(2 * round - 1);
        house.registry.set_tool_enabled(house.scope, tool, round.is_multiple_of(2)).await.unwrap();
        told.set(2 * round);
        tokio::task::yield_now().await;
    }
    all(asking).await;
    let project = house.scope.in_project(hookswitch_model::ProjectId::generate());
    assert_eq!(house.registry.tool_state(project, tool).await.unwrap(), ToolState::Deleted);
    assert!(house.registry.open_signing_secrets(project, tool).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_secret_has_the_value_that_was_set_last() {
    let house = House::open().await;
    let name = SecretName::parse("crm").unwrap();
    let value = |round: u64| SecretString::from(format!("{round}"));
    house.registry.put_secret(house.scope, name.clone(), &value(0)).await.unwrap();
    let told = Arc::new(Told::default());
    let asking = ask(&told, {
        let (registry, scope, name) = (house.registry.clone(), house.scope, name.clone());
        move |round| {
            let (registry, name) = (registry.clone(), name.clone());
            async move {
                let opened = registry.open_secret(scope, &name).await.unwrap().unwrap();
                let opened: u64 = opened.expose_secret().parse().unwrap();
                assert!(opened >= round, "{opened} after {round} was set");
            }
        }
    });
    for round in 1..=ROUNDS {
        house.registry.put_secret(house.scope, name.clone(), &value(round)).await.unwrap();
        told.set(round);
    }
    all(asking).await;
}

#[tokio::test]
async fn a_change_whose_caller_has_gone_is_seen_too() {
    let house = House::open().await;
    for _ in 0..ROUNDS {
        let made = house.registry.create_key(house.scope, key(&house)).await.unwrap();
        let text = made.secret.expose_secret();
        house.registry.authenticate(text).await.unwrap();
        {
            let revoking = house.registry.revoke_key(house.scope, made.key.id);
            tokio::pin!(revoking);
            // Begun, and dropped at its first wait.
            assert!(futures_util::poll!(revoking.as_mut()).is_pending());
        }
        // Whoever reads the store sees when it has been done; from then on the key is known to be revoked, or will
        // be as soon as the task that stored it goes on.
        while house.registry.get_key(house.scope, made.key.id).await.unwrap().revoked_at.is_none() {
            tokio::task::yield_now().await;
        }
        let mut turns = 0;
        while house.registry.authenticate(text).await.is_ok() {
            turns += 1;
            assert!(turns < 100_000, "the revocation stays unseen");
            tokio::task::yield_now().await;
        }
    }
}

fn key(house: &House) -> NewKey {
    NewKey {
        name: "ci".to_owned(),
        mode: Mode::Live,
        project: house.project,
        permissions: std::collections::BTreeSet::default(),
        expires_at: None,
    }
}
