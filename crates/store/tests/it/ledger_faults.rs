//! What the writer does when something is wrong.

use std::time::Duration;

use hookswitch_model::execution::ActState;
use hookswitch_model::{Outcome, SessionId};
use hookswitch_store::{LedgerError, Writer, WriterOptions};

use crate::support::{Fixture, act_of, ended, event_of, execution_of, outcome_of, suite};

suite![
    a_bad_row_fails_alone,
    lazy_rows_are_stored_within_a_moment,
    a_full_queue_makes_callers_wait,
    shutdown_stores_what_waits,
    a_closed_database_is_an_error,
];

/// The database refuses one row of a batch: only the job that it belongs to fails.
async fn a_bad_row_fails_alone(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    crate::raw::refuse_events_numbered(&fixture, 666).await;

    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..10 {
        let (act, execution) = act_of(&session, tool);
        writer.intent(act.clone(), execution.clone()).await.unwrap();
        let seq = if index == 4 { 666 } else { index + 1 };
        let (writer, event) = (writer.clone(), event_of(session.id, seq));
        tasks.spawn(async move {
            let done = ended(execution, Outcome::Done);
            let outcome = outcome_of(&act, ActState::Done);
            (act.id, writer.outcome(outcome, done, vec![event], None).await)
        });
    }
    let mut failed = Vec::new();
    while let Some(answer) = tasks.join_next().await {
        if let (act, Err(error)) = answer.unwrap() {
            assert!(matches!(error, LedgerError::Store(_)), "{error:?}");
            failed.push(act);
        }
    }
    assert_eq!(failed.len(), 1);
    let act = fixture.store.get_act(tenant.scope, failed[0]).await.unwrap();
    assert_eq!(act.state, ActState::Pending, "all of it or nothing");

    writer.event(event_of(session.id, 666)).await.unwrap();
    writer.event(event_of(session.id, 20)).await.unwrap();
    writer.flush().await.unwrap();
    let events = fixture.store.list_events(tenant.scope, session.id, 0, 100).await.unwrap();
    assert_eq!(events.len(), 10);
    assert_eq!(writer.stats().dropped, 1);
    assert!(writer.stats().split_batches >= 1);
    let counters = fixture.store.tool_stats(tenant.scope, tool).await.unwrap();
    assert_eq!(counters.done, 9);
}

async fn lazy_rows_are_stored_within_a_moment(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let session = fixture.session(&tenant, None).await;
    let writer = fixture.writer();
    writer.event(event_of(session.id, 1)).await.unwrap();
    let stored = async {
        while fixture.store.list_events(tenant.scope, session.id, 0, 1).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), stored).await.expect("nobody flushed");
}

async fn a_full_queue_makes_callers_wait(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let options =
        WriterOptions { lazy_queue: 2, urgent_queue: 1, most_at_once: 3, ..WriterOptions::default() };
    let writer = Writer::start(fixture.store.clone(), options);
    let mut tasks = tokio::task::JoinSet::new();
    for seq in 1..=50 {
        let (writer, read) = (writer.clone(), execution_of(&session, tool));
        let (event, (act, execution)) = (event_of(session.id, seq), act_of(&session, tool));
        tasks.spawn(async move {
            writer.record(read).await.unwrap();
            writer.intent(act, execution).await.unwrap();
            writer.event(event).await.unwrap();
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    writer.flush().await.unwrap();
    assert_eq!(writer.stats().jobs, 150);
    let events = fixture.store.list_events(tenant.scope, session.id, 0, 100).await.unwrap();
    assert_eq!(events.len(), 50);
}

async fn shutdown_stores_what_waits(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    for seq in 1..=600 {
        writer.event(event_of(session.id, seq)).await.unwrap();
    }
    writer.shutdown().await.unwrap();
    let events = fixture.store.list_events(tenant.scope, session.id, 0, 1000).await.unwrap();
    assert_eq!(events.len(), 600);
    let (act, execution) = act_of(&session, tool);
    assert!(matches!(writer.intent(act, execution).await, Err(LedgerError::Closed)));
    assert!(matches!(writer.event(event_of(session.id, 601)).await, Err(LedgerError::Closed)));
    assert!(matches!(writer.flush().await, Err(LedgerError::Closed)));
}

async fn a_closed_database_is_an_error(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let options = WriterOptions { patience: Duration::ZERO, ..WriterOptions::default() };
    let writer = Writer::start(fixture.store.clone(), options);
    fixture.store.close().await;
    let (act, execution) = act_of(&session, tool);
    let refused = writer.intent(act, execution).await;
    assert!(matches!(&refused, Err(LedgerError::Store(error)) if error.is_transient()), "{refused:?}");
    writer.event(event_of(SessionId::generate(), 1)).await.unwrap();
    writer.flush().await.unwrap();
    assert_eq!(writer.stats().dropped, 1, "given up, and said so");
    writer.shutdown().await.unwrap();
}
