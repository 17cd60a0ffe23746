//! Webhooks of events and the outbox, on both databases.

use std::collections::BTreeSet;
use std::time::Duration;

use hookswitch_model::event::{EventKind, SessionEvent};
use hookswitch_model::event_webhook::{DeliveryState, DeliveryTry, EventForm, EventId, EventWebhook};
use hookswitch_model::{EventWebhookId, Mode, NodeId, Scope, SessionId, Stamp};
use hookswitch_store::{DeliveryFilter, NewSigningKey, Page, StoreError, TryOutcome};
use serde_json::json;

use crate::support::{Fixture, Tenant, suite};

suite![
    events_go_to_those_who_want_them,
    of_a_session_the_first_goes_and_the_others_wait,
    what_a_dead_node_took_is_free_again,
    a_webhook_fails_recovers_and_is_switched_off,
    pages_rotation_and_strangers,
    old_deliveries_go,
    two_nodes_take_nothing_twice
];

fn webhook_of(tenant: &Tenant, kinds: &[EventKind]) -> EventWebhook {
    let now = Stamp::now();
    EventWebhook {
        id: EventWebhookId::generate(),
        org: tenant.scope.org,
        mode: tenant.scope.mode,
        project: None,
        session: None,
        url: "https://a.example/events".to_owned(),
        description: String::new(),
        kinds: kinds.iter().copied().collect(),
        form: EventForm::Standard,
        enabled: true,
        disabled_because: None,
        failing_since: None,
        created_at: now,
        updated_at: now,
    }
}

async fn put(fixture: &Fixture, webhook: &EventWebhook) -> EventWebhook {
    fixture.store.insert_event_webhook(webhook, None, 20).await.unwrap()
}

fn event(session: SessionId, seq: u64, kind: EventKind) -> SessionEvent {
    SessionEvent { session, seq, at: Stamp::now(), kind, data: json!({"n": seq}) }
}

async fn tell(fixture: &Fixture, events: Vec<SessionEvent>) {
    let writer = fixture.writer();
    for event in events {
        writer.room().await.unwrap().event(event);
    }
    writer.shutdown().await.unwrap();
}

async fn seqs(fixture: &Fixture, webhook: &EventWebhook) -> Vec<u64> {
    let filter = DeliveryFilter::default();
    let page = fixture.store.list_deliveries(webhook, filter, &Page::first(100)).await.unwrap();
    page.items.iter().rev().map(|delivery| delivery.event.seq).collect()
}

fn tried(error: Option<&str>) -> DeliveryTry {
    DeliveryTry { at: Stamp::now(), status: Some(500), error: error.map(str::to_owned), total_us: 7 }
}

async fn claim(fixture: &Fixture, node: NodeId) -> Vec<hookswitch_store::DueDelivery> {
    let now = Stamp::now();
    fixture
        .store
        .claim_deliveries_any_tenant(node, now, now.plus(Duration::from_mins(1)), &[], 16)
        .await
        .unwrap()
}

async fn events_go_to_those_who_want_them(fixture: Fixture) {
    let (tenant, other) = (fixture.tenant("t").await, fixture.tenant("o").await);
    let (session, foreign) = (fixture.session(&tenant, None).await, fixture.session(&other, None).await);
    let all = put(&fixture, &webhook_of(&tenant, &[])).await;
    let some = put(&fixture, &webhook_of(&tenant, &[EventKind::SessionEnded, EventKind::Warning])).await;
    let off = put(&fixture, &EventWebhook { enabled: false, ..webhook_of(&tenant, &[]) }).await;
    let test = put(&fixture, &EventWebhook { mode: Mode::Test, ..webhook_of(&tenant, &[]) }).await;
    let own = EventWebhook { session: Some(session.id), ..webhook_of(&tenant, &[EventKind::CallStarted]) };
    let own = put(&fixture, &own).await;
    let not_own = EventWebhook { session: Some(foreign.id), ..webhook_of(&tenant, &[]) };
    let not_own = put(&fixture, &not_own).await;
    let kinds = [EventKind::SessionStarted, EventKind::CallStarted, EventKind::SessionEnded];
    let events = (1..).zip(kinds).map(|(seq, kind)| event(session.id, seq, kind));
    tell(&fixture, events.chain([event(foreign.id, 1, EventKind::SessionEnded)]).collect()).await;
    assert_eq!(seqs(&fixture, &all).await, [1, 2, 3]);
    assert_eq!(seqs(&fixture, &some).await, [3]);
    assert_eq!(seqs(&fixture, &own).await, [2]);
    for nothing in [&off, &test, &not_own] {
        assert_eq!(seqs(&fixture, nothing).await, Vec::<u64>::new());
    }
    // An event that is written again is on its way once.
    tell(&fixture, vec![event(session.id, 3, EventKind::SessionEnded)]).await;
    assert_eq!(seqs(&fixture, &all).await, [1, 2, 3]);
    let told = |kind| fixture.store.is_told_of(tenant.scope, session.id, kind);
    assert!(told(EventKind::CallStarted).await.unwrap());
    assert!(!fixture.store.is_told_of(other.scope, foreign.id, EventKind::CallStarted).await.unwrap());
    fixture.store.delete_event_webhooks_of_session(tenant.scope, session.id).await.unwrap();
    let listed = fixture.store.list_event_webhooks(tenant.scope, &Page::default()).await.unwrap();
    assert_eq!(listed.items.len(), 3, "those of sessions are in no list");
}

async fn of_a_session_the_first_goes_and_the_others_wait(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (one, two) = (fixture.session(&tenant, None).await, fixture.session(&tenant, None).await);
    let webhook = put(&fixture, &webhook_of(&tenant, &[])).await;
    let kind = EventKind::UserTurn;
    tell(&fixture, vec![event(one.id, 1, kind), event(one.id, 2, kind), event(two.id, 1, kind)]).await;
    let node = NodeId::generate();
    let first = claim(&fixture, node).await;
    let of: BTreeSet<_> =
        first.iter().map(|due| (due.delivery.event.session, due.delivery.event.seq)).collect();
    assert_eq!(of, BTreeSet::from([(one.id, 1), (two.id, 1)]));
    assert!(claim(&fixture, node).await.is_empty(), "they are taken");
    let due = first.iter().find(|due| due.delivery.event.session == one.id).unwrap();
    assert_eq!(due.event.as_ref().unwrap().data, json!({"n": 1}));
    assert_eq!(due.session.as_ref().unwrap().id, one.id);
    let later = Stamp::now().plus(Duration::from_hours(1));
    let long_ago = Stamp::from_micros(0);
    let again = TryOutcome::Again(later);
    let store = &fixture.store;
    assert!(
        !store.finish_try_any_tenant(&due.delivery, tried(Some("no")), again, None, long_ago).await.unwrap()
    );
    assert!(claim(&fixture, node).await.is_empty(), "the second waits with the first");
    let shown = store.get_delivery(&webhook, EventId { session: one.id, seq: 1 }).await.unwrap();
    assert_eq!((shown.state, shown.tried, shown.next_at), (DeliveryState::Waiting, 1, later));
    assert_eq!(shown.tries[0].error.as_deref(), Some("no"));
    let again = store.redeliver(&webhook, shown.event, Stamp::now()).await.unwrap();
    assert_eq!((again.state, again.tried), (DeliveryState::Waiting, 1));
    let due = claim(&fixture, node).await;
    assert_eq!(due.len(), 1);
    let done = TryOutcome::Delivered;
    store.finish_try_any_tenant(&due[0].delivery, tried(None), done, None, long_ago).await.unwrap();
    let next = claim(&fixture, node).await;
    assert_eq!(next[0].delivery.event, EventId { session: one.id, seq: 2 });
}

async fn what_a_dead_node_took_is_free_again(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let session = fixture.session(&tenant, None).await;
    put(&fixture, &webhook_of(&tenant, &[])).await;
    tell(&fixture, vec![event(session.id, 1, EventKind::UserTurn)]).await;
    let (dead, alive) = (NodeId::generate(), NodeId::generate());
    let now = Stamp::now();
    let store = &fixture.store;
    let taken = store.claim_deliveries_any_tenant(dead, now, now.plus(Duration::from_mins(1)), &[], 16).await;
    assert_eq!(taken.unwrap().len(), 1);
    assert!(claim(&fixture, alive).await.is_empty());
    assert!(!store.has_stale_deliveries_any_tenant(now).await.unwrap());
    let later = now.plus(Duration::from_mins(2));
    assert!(store.has_stale_deliveries_any_tenant(later).await.unwrap());
    let again =
        store.claim_deliveries_any_tenant(alive, later, later.plus(Duration::from_mins(1)), &[], 16).await;
    assert_eq!(again.unwrap().len(), 1);
    // Under its own id a node need not wait.
    assert_eq!(store.release_deliveries_any_tenant(alive).await.unwrap(), 1);
    assert_eq!(claim(&fixture, alive).await.len(), 1);
}

async fn a_webhook_fails_recovers_and_is_switched_off(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let session = fixture.session(&tenant, None).await;
    let webhook = put(&fixture, &webhook_of(&tenant, &[])).await;
    tell(&fixture, (1..=4).map(|seq| event(session.id, seq, EventKind::UserTurn)).collect()).await;
    let (store, node) = (&fixture.store, NodeId::generate());
    let long_ago = Stamp::from_micros(0);
    let shown = async || store.get_event_webhook(tenant.scope, webhook.id).await.unwrap();
    let due = claim(&fixture, node).await.remove(0).delivery;
    store.finish_try_any_tenant(&due, tried(Some("no")), TryOutcome::GivenUp, None, long_ago).await.unwrap();
    let first_failure = shown().await.failing_since.unwrap();
    let due = claim(&fixture, node).await.remove(0).delivery;
    store.finish_try_any_tenant(&due, tried(Some("no")), TryOutcome::GivenUp, None, long_ago).await.unwrap();
    assert_eq!(shown().await.failing_since, Some(first_failure), "since the first");
    let due = claim(&fixture, node).await.remove(0).delivery;
    store.finish_try_any_tenant(&due, tried(None), TryOutcome::Delivered, None, long_ago).await.unwrap();
    assert_eq!(shown().await.failing_since, None);
    let due = claim(&fixture, node).await.remove(0).delivery;
    let far = Stamp::now().plus(Duration::from_hours(1));
    let off =
        store.finish_try_any_tenant(&due, tried(Some("no")), TryOutcome::GivenUp, None, far).await.unwrap();
    assert!(off, "failing from before the moment");
    let after = shown().await;
    assert_eq!((after.enabled, after.disabled_because.as_deref()), (false, Some("failing")));
    let failed = DeliveryFilter { state: Some(DeliveryState::Failed) };
    let page = store.list_deliveries(&webhook, failed, &Page::default()).await.unwrap();
    assert_eq!(page.items.iter().map(|one| one.event.seq).collect::<Vec<_>>(), [4, 2, 1]);
}

async fn pages_rotation_and_strangers(fixture: Fixture) {
    let (tenant, other) = (fixture.tenant("t").await, fixture.tenant("o").await);
    let store = &fixture.store;
    let key = |byte: u8| NewSigningKey { sealed: vec![byte] };
    let webhook = store.insert_event_webhook(&webhook_of(&tenant, &[]), Some(key(1)), 1).await.unwrap();
    let full = store.insert_event_webhook(&webhook_of(&tenant, &[]), Some(key(1)), 1).await;
    assert!(matches!(full, Err(StoreError::Full { most: 1, .. })));
    for (byte, expected) in [(2, vec![2, 1]), (3, vec![3, 2])] {
        store.rotate_event_webhook_key(tenant.scope, webhook.id, key(byte), Stamp::now()).await.unwrap();
        let keys = store.list_event_webhook_keys(tenant.scope, webhook.id).await.unwrap();
        assert_eq!(keys.iter().flat_map(|key| key.sealed.clone()).collect::<Vec<_>>(), expected);
        assert!(keys[0].expires_at.is_none() && keys[1].expires_at.is_some());
    }
    let changed = EventWebhook { url: "https://b.example".to_owned(), enabled: false, ..webhook.clone() };
    assert_eq!(store.update_event_webhook(&changed).await.unwrap().url, "https://b.example");
    let strangers = [other.scope, Scope::new(tenant.scope.org, Mode::Test)];
    for stranger in strangers {
        let absent = |found: Result<(), StoreError>| assert!(matches!(found, Err(StoreError::NotFound)));
        absent(store.get_event_webhook(stranger, webhook.id).await.map(drop));
        absent(store.delete_event_webhook(stranger, webhook.id).await);
        absent(store.rotate_event_webhook_key(stranger, webhook.id, key(9), Stamp::now()).await);
        let moved = EventWebhook { org: stranger.org, mode: stranger.mode, ..changed.clone() };
        absent(store.update_event_webhook(&moved).await.map(drop));
        assert!(store.list_event_webhook_keys(stranger, webhook.id).await.unwrap().is_empty());
        assert!(store.list_event_webhooks(stranger, &Page::default()).await.unwrap().items.is_empty());
    }
    store.delete_event_webhook(tenant.scope, webhook.id).await.unwrap();
    assert!(store.list_event_webhook_keys(tenant.scope, webhook.id).await.unwrap().is_empty());
}

async fn old_deliveries_go(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let session = fixture.session(&tenant, None).await;
    let webhook = put(&fixture, &webhook_of(&tenant, &[])).await;
    put(&fixture, &EventWebhook { session: Some(session.id), ..webhook_of(&tenant, &[]) }).await;
    tell(&fixture, (1..=2).map(|seq| event(session.id, seq, EventKind::UserTurn)).collect()).await;
    let (store, later) = (&fixture.store, Stamp::now().plus(Duration::from_mins(1)));
    let of_webhook = async || claim(&fixture, NodeId::generate()).await;
    let due = of_webhook().await;
    let own = due.iter().find(|due| due.webhook.id == webhook.id).unwrap();
    let done = TryOutcome::Delivered;
    store.finish_try_any_tenant(&own.delivery, tried(None), done, None, Stamp::from_micros(0)).await.unwrap();
    assert_eq!(store.prune_deliveries_any_tenant(Stamp::from_micros(0), 10).await.unwrap(), 0);
    // What is done, and the webhook of the session with all of its own; what waits stays.
    assert_eq!(store.prune_deliveries_any_tenant(later, 10).await.unwrap(), 2);
    assert_eq!(seqs(&fixture, &webhook).await, [2]);
    store.update_event_webhook(&EventWebhook { enabled: false, ..webhook.clone() }).await.unwrap();
    assert_eq!(store.prune_deliveries_any_tenant(later, 10).await.unwrap(), 1);
    assert_eq!(seqs(&fixture, &webhook).await, Vec::<u64>::new());
}

async fn two_nodes_take_nothing_twice(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    put(&fixture, &webhook_of(&tenant, &[])).await;
    let mut events = Vec::new();
    for _ in 0..30 {
        events.push(event(fixture.session(&tenant, None).await.id, 1, EventKind::UserTurn));
    }
    tell(&fixture, events).await;
    let both = [NodeId::generate(), NodeId::generate()];
    let (one, other) = tokio::join!(claim(&fixture, both[0]), claim(&fixture, both[1]));
    let taken: Vec<EventId> = one.iter().chain(&other).map(|due| due.delivery.event).collect();
    let distinct: BTreeSet<EventId> = taken.iter().copied().collect();
    assert_eq!(taken.len(), distinct.len(), "nothing twice");
    assert!(!taken.is_empty());
}
