//! Sessions: rows, owners, loading.

use std::time::Duration;

use hookswitch_model::execution::ActState;
use hookswitch_model::session::EndReason;
use hookswitch_model::{NodeId, Outcome, Stamp};
use hookswitch_store::{LedgerError, Page, SessionFilter, StoreError};
use serde_json::json;

use crate::support::{Fixture, act_of, ended, event_of, far, new_session, object, outcome_of, suite};

suite![
    a_session_comes_back_as_it_went_in,
    sessions_are_listed_newest_first,
    the_first_end_stays,
    a_claim_raises_the_epoch_and_loads_the_ledger,
    two_claims_have_two_epochs,
    of_two_claims_of_a_free_session_one_wins,
    the_lost_owner_writes_no_intent,
    a_claim_and_an_intent_at_once_leave_nothing_pending,
    leases_are_renewed_by_their_owner_only,
    variables_belong_to_the_owner,
];

async fn a_session_comes_back_as_it_went_in(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let agent = fixture.agent(&tenant, "A").await.id;
    let wanted = new_session(&tenant, Some(agent));
    let made = fixture.store.insert_session(&wanted, NodeId::generate(), far()).await.unwrap();
    assert_eq!(made, hookswitch_model::session::Session { number: made.number, epoch: 1, ..wanted.clone() });
    assert_eq!(fixture.store.get_session(tenant.scope, made.id).await.unwrap(), made);
    let by_number = fixture.store.session_by_number(tenant.scope, made.number).await.unwrap();
    assert_eq!(by_number, Some(made));
    let again = fixture.store.insert_session(&wanted, NodeId::generate(), far()).await;
    assert!(matches!(again, Err(StoreError::Conflict { what: "session" })), "{again:?}");
}

async fn sessions_are_listed_newest_first(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let agent = fixture.agent(&tenant, "A").await.id;
    let mut made = Vec::new();
    for index in 0..5 {
        let session = fixture.session(&tenant, (index % 2 == 0).then_some(agent)).await;
        made.insert(0, session.id);
    }
    fixture.store.end_session(tenant.scope, made[0], EndReason::Ended, Stamp::now()).await.unwrap();
    let list = async |filter: SessionFilter, page: Page| {
        let page = fixture.store.list_sessions(tenant.scope, &filter, &page).await.unwrap();
        (page.items.into_iter().map(|session| session.id).collect::<Vec<_>>(), page.next)
    };
    let (first, next) = list(SessionFilter::default(), Page::first(2)).await;
    fixture.session(&tenant, None).await;
    let (rest, _) = list(SessionFilter::default(), Page { limit: 10, after: next }).await;
    assert_eq!([first, rest].concat(), made);
    let of_agent = SessionFilter { agent: Some(agent), active: Some(true) };
    assert_eq!(list(of_agent, Page::default()).await.0, [made[2], made[4]]);
    let over = SessionFilter { agent: None, active: Some(false) };
    assert_eq!(list(over, Page::default()).await.0, [made[0]]);
}

async fn the_first_end_stays(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let session = fixture.session(&tenant, None).await;
    let at = Stamp::now();
    fixture.store.end_session(tenant.scope, session.id, EndReason::Idle, at).await.unwrap();
    let again = fixture.store.end_session(tenant.scope, session.id, EndReason::TooLong, far()).await.unwrap();
    assert_eq!((again.ended_at, again.end_reason), (Some(at), Some(EndReason::Idle)));
}

async fn a_claim_raises_the_epoch_and_loads_the_ledger(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    let (told, told_execution) = act_of(&session, tool);
    let (waits, waits_execution) = act_of(&session, tool);
    let (pending, pending_execution) = act_of(&session, tool);
    for (act, execution) in [(&told, &told_execution), (&waits, &waits_execution)] {
        writer.intent(act.clone(), execution.clone()).await.unwrap();
        let done = ended(execution.clone(), Outcome::Done);
        writer.outcome(outcome_of(act, ActState::Done), done, vec![], None).await.unwrap();
    }
    writer.told(told.id, Stamp::now()).await.unwrap();
    writer.intent(pending.clone(), pending_execution.clone()).await.unwrap();
    writer.event(event_of(session.id, 1)).await.unwrap();
    writer.event(event_of(session.id, 2)).await.unwrap();
    writer.flush().await.unwrap();

    let node = NodeId::generate();
    let loaded = fixture.store.claim_session_any_tenant(session.id, node, far()).await.unwrap();
    assert_eq!((loaded.session.epoch, loaded.last_seq), (session.epoch + 1, 2));
    let states: Vec<_> = loaded.acts.iter().map(|act| (act.id, act.state)).collect();
    let expected = [(told.id, ActState::Done), (waits.id, ActState::Done), (pending.id, ActState::Unknown)];
    assert_eq!(states, expected);
    assert_eq!(loaded.left_pending, [pending.id]);
    let undelivered: Vec<_> = loaded.undelivered.iter().map(|answer| answer.act).collect();
    assert_eq!(undelivered, [waits.id, pending.id]);
    assert_eq!(loaded.undelivered[0].told, Some(json!({"booked": true})));
    assert_eq!(loaded.undelivered[0].tool_call_id.as_deref(), Some("call_1"));
    assert_eq!(loaded.undelivered[1].told, None);
    let record = fixture.store.get_execution(tenant.scope, pending_execution.id).await.unwrap();
    assert_eq!(record.outcome, Some(Outcome::Unknown));
    assert!(record.ended_at.is_some());
    let stats = fixture.store.tool_stats(tenant.scope, tool).await.unwrap();
    assert_eq!((stats.calls, stats.done, stats.unknown), (3, 2, 1));
}

async fn two_claims_have_two_epochs(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let id = fixture.session(&tenant, None).await.id;
    let claim = || fixture.store.claim_session_any_tenant(id, NodeId::generate(), far());
    let (one, two) = tokio::join!(claim(), claim());
    let mut epochs = [one.unwrap().session.epoch, two.unwrap().session.epoch];
    epochs.sort_unstable();
    assert_eq!(epochs, [2, 3]);
}

async fn of_two_claims_of_a_free_session_one_wins(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let now = Stamp::now();
    let session = new_session(&tenant, None);
    fixture.store.insert_session(&session, NodeId::generate(), now).await.unwrap();
    let later = now.plus(Duration::from_secs(1));
    let free = fixture.store.open_sessions_of_other_nodes_any_tenant(NodeId::generate(), later, 10).await;
    assert_eq!(free.unwrap(), [session.id]);
    let claim = |node| fixture.store.claim_free_session_any_tenant(session.id, node, later, far());
    let (a, b) = (NodeId::generate(), NodeId::generate());
    let (one, two) = tokio::join!(claim(a), claim(b));
    assert_ne!(one.is_ok(), two.is_ok());
    let winner = if one.is_ok() { a } else { b };
    assert!(claim(winner).await.is_ok(), "its own session");
    let other = claim(NodeId::generate()).await;
    assert!(matches!(other, Err(StoreError::Conflict { what: "session" })), "{other:?}");
    let none = fixture.store.open_sessions_of_other_nodes_any_tenant(a, later, 10).await;
    assert!(none.unwrap().is_empty());
}

async fn the_lost_owner_writes_no_intent(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    let (under_way, its_execution) = act_of(&session, tool);
    writer.intent(under_way.clone(), its_execution.clone()).await.unwrap();
    fixture.store.claim_session_any_tenant(session.id, NodeId::generate(), far()).await.unwrap();
    let (act, execution) = act_of(&session, tool);
    let lost = writer.intent(act.clone(), execution.clone()).await;
    assert!(matches!(lost, Err(LedgerError::LostSession)), "{lost:?}");
    assert!(matches!(fixture.store.get_act(tenant.scope, act.id).await, Err(StoreError::NotFound)));
    let record = fixture.store.get_execution(tenant.scope, execution.id).await;
    assert!(matches!(record, Err(StoreError::NotFound)), "{record:?}");

    // What it still brings home settles the act, but changes no variables of the new owner.
    let done = ended(its_execution, Outcome::Done);
    let variables = Some(object(&json!({"stale": 1})));
    let home = outcome_of(&under_way, ActState::Done);
    writer.outcome(home, done, vec![], variables).await.unwrap();
    let act = fixture.store.get_act(tenant.scope, under_way.id).await.unwrap();
    assert_eq!(act.state, ActState::Done);
    let row = fixture.store.get_session(tenant.scope, session.id).await.unwrap();
    assert_eq!(row.variables, session.variables);
    let stats = fixture.store.tool_stats(tenant.scope, tool).await.unwrap();
    assert_eq!((stats.calls, stats.done, stats.unknown), (1, 1, 0), "settling moves the counters");
}

async fn a_claim_and_an_intent_at_once_leave_nothing_pending(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let tool = fixture.tool(&tenant, "one").await.id;
    let writer = fixture.writer();
    for _ in 0..20 {
        let session = fixture.session(&tenant, None).await;
        let (act, execution) = act_of(&session, tool);
        let (intent, loaded) = tokio::join!(
            writer.intent(act.clone(), execution),
            fixture.store.claim_session_any_tenant(session.id, NodeId::generate(), far()),
        );
        let loaded = loaded.unwrap();
        match intent {
            // Written before the claim: the claim saw it.
            Ok(()) => assert_eq!(loaded.left_pending, [act.id]),
            Err(LedgerError::LostSession) => assert!(loaded.acts.is_empty()),
            Err(other) => panic!("{other:?}"),
        }
    }
}

async fn leases_are_renewed_by_their_owner_only(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (node, now) = (NodeId::generate(), Stamp::now());
    let mine = new_session(&tenant, None);
    fixture.store.insert_session(&mine, node, now).await.unwrap();
    let other = fixture.session(&tenant, None).await;
    let kept = fixture.store.renew_leases_any_tenant(node, &[mine.id, other.id], far()).await.unwrap();
    assert_eq!(kept, [mine.id]);
    let later = now.plus(Duration::from_secs(1));
    let free = fixture.store.open_sessions_of_other_nodes_any_tenant(NodeId::generate(), later, 10).await;
    assert!(free.unwrap().is_empty());
}

async fn variables_belong_to_the_owner(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let (store, writer) = (&fixture.store, fixture.writer());
    let variables = async || store.get_session(tenant.scope, session.id).await.unwrap().variables;

    store.save_variables(tenant.scope, session.id, 1, &object(&json!({"n": 1}))).await.unwrap();
    assert_eq!(variables().await, object(&json!({"n": 1})));
    let stale = store.save_variables(tenant.scope, session.id, 7, &object(&json!({"n": 0}))).await;
    assert!(matches!(stale, Err(StoreError::Conflict { .. })), "{stale:?}");

    let (act, execution) = act_of(&session, tool);
    writer.intent(act.clone(), execution.clone()).await.unwrap();
    let done = ended(execution, Outcome::Done);
    let set = Some(object(&json!({"n": 2})));
    writer.outcome(outcome_of(&act, ActState::Done), done, vec![], set).await.unwrap();
    assert_eq!(variables().await, object(&json!({"n": 2})));

    writer.variables(session.id, 1, object(&json!({"n": 3}))).await.unwrap();
    writer.variables(session.id, 1, object(&json!({"n": 4}))).await.unwrap();
    writer.flush().await.unwrap();
    writer.variables(session.id, 0, object(&json!({"n": 5}))).await.unwrap();
    writer.flush().await.unwrap();
    assert_eq!(variables().await, object(&json!({"n": 4})));
}
