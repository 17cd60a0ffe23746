//! Two servers on one PostgreSQL database.

use hookswitch_model::execution::ActState;
use hookswitch_model::{NodeId, Outcome};
use hookswitch_store::{ExecutionFilter, LedgerError, Page, Store, StoreOptions, Writer, WriterOptions};

use crate::support::{Fixture, act_of, ended, event_of, execution_of, far, outcome_of};

async fn second_server(fixture: &Fixture) -> Store {
    let options = StoreOptions { postgres_connections: 8, ..StoreOptions::default() };
    Store::open(&fixture.url, options).await.unwrap()
}

/// A session is taken while its owner writes intents as fast as it can: every intent that was confirmed is seen by
/// the new owner, and none is confirmed afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_takeover_sees_every_confirmed_intent() {
    let fixture = Fixture::postgres().await;
    let other = second_server(&fixture).await;
    let tenant = fixture.tenant("t").await;
    let tool = fixture.tool(&tenant, "one").await.id;
    let writer = fixture.writer();
    for _ in 0..5 {
        let session = fixture.session(&tenant, None).await;
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (writer, session) = (writer.clone(), session.clone());
            callers.spawn(async move {
                let mut confirmed = Vec::new();
                loop {
                    let (act, execution) = act_of(&session, tool);
                    match writer.intent(act.clone(), execution).await {
                        Ok(()) => confirmed.push(act.id),
                        Err(LedgerError::LostSession) => return confirmed,
                        Err(error) => panic!("{error:?}"),
                    }
                }
            });
        }
        // Some intents are there before the session is taken.
        let filter = ExecutionFilter { session: Some(session.id), ..ExecutionFilter::default() };
        while fixture
            .store
            .list_executions(tenant.scope, &filter, &Page::first(9))
            .await
            .unwrap()
            .next
            .is_none()
        {}
        let loaded = other.claim_session_any_tenant(session.id, NodeId::generate(), far()).await.unwrap();
        let mut confirmed = Vec::new();
        while let Some(acts) = callers.join_next().await {
            confirmed.extend(acts.unwrap());
        }
        confirmed.sort();
        let mut seen = loaded.left_pending;
        seen.sort();
        assert_eq!(seen, confirmed);
    }
}

/// Both servers write acts and records of the same tools at once: no counter is lost, nobody fails for the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_counters_of_two_servers_add_up() {
    let fixture = Fixture::postgres().await;
    let other = second_server(&fixture).await;
    let tenant = fixture.tenant("t").await;
    let mut tools = Vec::new();
    for name in ["one", "two", "three"] {
        tools.push(fixture.tool(&tenant, name).await.id);
    }
    let writers = [fixture.writer(), Writer::start(other, WriterOptions::default())];
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..8_usize {
        let (writer, tools) = (writers[caller % 2].clone(), tools.clone());
        let session = fixture.session(&tenant, None).await;
        callers.spawn(async move {
            for round in 0..15_u64 {
                let tool = tools[(caller + round as usize) % 3];
                let (act, execution) = act_of(&session, tool);
                writer.intent(act.clone(), execution.clone()).await.unwrap();
                let done = ended(execution, Outcome::Done);
                let events = vec![event_of(session.id, round + 1)];
                writer.outcome(outcome_of(&act, ActState::Done), done, events, None).await.unwrap();
                writer.record(execution_of(&session, tool)).await.unwrap();
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
    let mut calls = 0;
    for writer in &writers {
        writer.flush().await.unwrap();
        assert_eq!(writer.stats().dropped, 0);
    }
    for tool in tools {
        calls += fixture.store.tool_stats(tenant.scope, tool).await.unwrap().calls;
    }
    assert_eq!(calls, 8 * 15 * 2);
}
