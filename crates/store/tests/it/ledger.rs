//! Intents, outcomes, settlements.

use hookswitch_model::effect::Effect;
use hookswitch_model::execution::ActState;
use hookswitch_model::{ExecutionId, Outcome, Stamp};
use hookswitch_store::LedgerError;
use serde_json::json;

use crate::support::{Fixture, act_of, ended, event_of, execution_of, outcome_of, suite};

suite![
    an_act_and_its_record_come_back,
    an_outcome_is_taken_once,
    an_unknown_act_is_settled_once,
    of_two_settlements_at_once_one_wins,
    an_idempotent_act_is_sent_again_under_its_key,
    an_act_is_meant_once,
    told_again_only_after_a_new_text,
    one_commit_serves_many,
    records_count_once_however_often_written,
    events_keep_their_numbers,
];

async fn an_act_and_its_record_come_back(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let agent = fixture.agent(&tenant, "A").await.id;
    let (session, tool) =
        (fixture.session(&tenant, Some(agent)).await, fixture.tool(&tenant, "one").await.id);
    let (store, writer) = (&fixture.store, fixture.writer());
    let (act, mut execution) = act_of(&session, tool);
    execution.tool_call_id = "odd\u{0}id".into();
    writer.intent(act.clone(), execution.clone()).await.unwrap();
    assert_eq!(store.get_act(tenant.scope, act.id).await.unwrap(), act);
    assert_eq!(store.get_execution(tenant.scope, execution.id).await.unwrap().outcome, None);

    let mut done = ended(execution, Outcome::Done);
    done.timed_out = true;
    done.error = Some("slow".to_owned());
    let outcome = outcome_of(&act, ActState::Done);
    writer.outcome(outcome.clone(), done.clone(), vec![event_of(session.id, 1)], None).await.unwrap();
    let stored = store.get_act(tenant.scope, act.id).await.unwrap();
    assert_eq!((stored.state, stored.settled_at), (ActState::Done, Some(outcome.settled_at)));
    assert_eq!((stored.told, stored.told_at), (outcome.told, None));
    done.tool_call_id = "odd\u{fffd}id".into();
    assert_eq!(store.get_execution(tenant.scope, done.id).await.unwrap(), done);
    assert_eq!(store.list_events(tenant.scope, session.id, 0, 10).await.unwrap().len(), 1);
    for stats in [
        store.tool_stats(tenant.scope, tool).await.unwrap(),
        store.binding_stats(tenant.scope, agent, tool).await.unwrap(),
    ] {
        assert_eq!((stats.calls, stats.done, stats.timed_out, stats.total_us), (1, 1, 1, 1000));
        assert_eq!(stats.last_at_us, done.ended_at.unwrap().micros());
    }
}

async fn an_outcome_is_taken_once(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    let (act, execution) = act_of(&session, tool);
    let done = ended(execution.clone(), Outcome::Done);
    let none = writer.outcome(outcome_of(&act, ActState::Done), done.clone(), vec![], None).await;
    assert!(matches!(none, Err(LedgerError::NoSuchAct)), "{none:?}");
    writer.intent(act.clone(), execution.clone()).await.unwrap();
    let outcome = outcome_of(&act, ActState::Done);
    writer.outcome(outcome.clone(), done.clone(), vec![], None).await.unwrap();
    writer.outcome(outcome, done, vec![], None).await.expect("the answer to the first was lost");
    let failed = ended(execution, Outcome::Failed);
    let events = vec![event_of(session.id, 9)];
    let again = writer.outcome(outcome_of(&act, ActState::Failed), failed, events, None).await;
    assert!(matches!(again, Err(LedgerError::AlreadySettled)), "{again:?}");
    let stats = fixture.store.tool_stats(tenant.scope, tool).await.unwrap();
    assert_eq!((stats.calls, stats.done, stats.failed), (1, 1, 0));
    assert!(fixture.store.list_events(tenant.scope, session.id, 0, 10).await.unwrap().is_empty());
}

async fn an_unknown_act_is_settled_once(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    let (act, execution) = act_of(&session, tool);
    writer.intent(act.clone(), execution.clone()).await.unwrap();
    let done = ended(execution.clone(), Outcome::Done);
    let early = writer.settle(outcome_of(&act, ActState::Done), done.clone(), vec![]).await;
    assert!(matches!(early, Err(LedgerError::AlreadySettled)), "{early:?}");
    let mut unknown = ended(execution, Outcome::Unknown);
    unknown.timed_out = true;
    writer.outcome(outcome_of(&act, ActState::Unknown), unknown, vec![], None).await.unwrap();
    let stats = async || fixture.store.tool_stats(tenant.scope, tool).await.unwrap();
    assert_eq!((stats().await.calls, stats().await.unknown, stats().await.timed_out), (1, 1, 1));
    let settled = hookswitch_model::execution::Execution { timed_out: true, ..done };
    writer.settle(outcome_of(&act, ActState::Done), settled.clone(), vec![]).await.unwrap();
    assert_eq!((stats().await.calls, stats().await.unknown, stats().await.done), (1, 0, 1));
    let again = writer.settle(outcome_of(&act, ActState::Failed), settled, vec![]).await;
    assert!(matches!(again, Err(LedgerError::AlreadySettled)), "{again:?}");
    assert_eq!(fixture.store.get_act(tenant.scope, act.id).await.unwrap().state, ActState::Done);
}

async fn of_two_settlements_at_once_one_wins(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    let (act, execution) = act_of(&session, tool);
    writer.intent(act.clone(), execution.clone()).await.unwrap();
    let unknown = ended(execution.clone(), Outcome::Unknown);
    writer.outcome(outcome_of(&act, ActState::Unknown), unknown, vec![], None).await.unwrap();
    let (one, two) = tokio::join!(
        writer.settle(outcome_of(&act, ActState::Done), ended(execution.clone(), Outcome::Done), vec![]),
        writer.settle(outcome_of(&act, ActState::Failed), ended(execution.clone(), Outcome::Failed), vec![]),
    );
    assert_ne!(one.is_ok(), two.is_ok());
    let record = fixture.store.get_execution(tenant.scope, execution.id).await.unwrap();
    let wins = if one.is_ok() { Outcome::Done } else { Outcome::Failed };
    assert_eq!(record.outcome, Some(wins));
    let stats = fixture.store.tool_stats(tenant.scope, tool).await.unwrap();
    assert_eq!((stats.calls, stats.unknown, stats.done + stats.failed), (1, 0, 1));
}

async fn an_idempotent_act_is_sent_again_under_its_key(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    for (effect, may) in [(Effect::Idempotent, true), (Effect::Action, false)] {
        let (mut act, execution) = act_of(&session, tool);
        act.effect = effect;
        writer.intent(act.clone(), execution.clone()).await.unwrap();
        let unknown = ended(execution.clone(), Outcome::Unknown);
        writer.outcome(outcome_of(&act, ActState::Unknown), unknown, vec![], None).await.unwrap();
        let mut second = execution;
        second.id = ExecutionId::generate();
        act.execution = second.id;
        let again = writer.intent(act.clone(), second).await;
        assert_eq!(again.is_ok(), may, "{again:?}");
        let state = fixture.store.get_act(tenant.scope, act.id).await.unwrap().state;
        assert_eq!(state, if may { ActState::Pending } else { ActState::Unknown });
    }
}

async fn an_act_is_meant_once(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    let (act, execution) = act_of(&session, tool);
    writer.intent(act.clone(), execution.clone()).await.unwrap();
    writer.intent(act.clone(), execution.clone()).await.expect("the answer to the first was lost");
    let mut other = execution.clone();
    other.id = ExecutionId::generate();
    let mut again = act.clone();
    again.execution = other.id;
    let refused = writer.intent(again, other.clone()).await;
    assert!(matches!(refused, Err(LedgerError::ActExists)), "{refused:?}");
    assert!(fixture.store.get_execution(tenant.scope, other.id).await.is_err());
    assert_eq!(fixture.store.get_act(tenant.scope, act.id).await.unwrap().execution, execution.id);
}

async fn told_again_only_after_a_new_text(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    let (act, execution) = act_of(&session, tool);
    writer.intent(act.clone(), execution.clone()).await.unwrap();
    let unknown = ended(execution.clone(), Outcome::Unknown);
    writer.outcome(outcome_of(&act, ActState::Unknown), unknown, vec![], None).await.unwrap();
    let at = Stamp::from_micros(77);
    writer.told(act.id, at).await.unwrap();
    writer.told(act.id, Stamp::now()).await.unwrap();
    writer.flush().await.unwrap();
    assert_eq!(fixture.store.get_act(tenant.scope, act.id).await.unwrap().told_at, Some(at));
    let mut late = outcome_of(&act, ActState::Done);
    late.told = Some(json!("late"));
    writer.settle(late, ended(execution, Outcome::Done), vec![]).await.unwrap();
    let act = fixture.store.get_act(tenant.scope, act.id).await.unwrap();
    assert_eq!((act.told, act.told_at), (Some(json!("late")), None));
}

async fn one_commit_serves_many(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (writer, (act, execution)) = (writer.clone(), act_of(&session, tool));
        tasks.spawn(async move {
            writer.intent(act.clone(), execution.clone()).await.unwrap();
            let done = ended(execution, Outcome::Done);
            writer.outcome(outcome_of(&act, ActState::Done), done, vec![], None).await.unwrap();
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let stats = writer.stats();
    assert_eq!(stats.jobs, 128);
    assert!(stats.commits >= 2, "an outcome comes after its intent");
    assert!(stats.commits < 64, "{} commits for 64 acts", stats.commits);
    assert_eq!((stats.split_batches, stats.dropped), (0, 0));
    let counters = fixture.store.tool_stats(tenant.scope, tool).await.unwrap();
    assert_eq!((counters.calls, counters.total_us), (64, 64_000));

    // One caller alone: each act is two flushes, never fewer.
    let (act, execution) = act_of(&session, tool);
    writer.intent(act.clone(), execution.clone()).await.unwrap();
    assert_eq!(writer.stats().commits, stats.commits + 1);
    let done = ended(execution, Outcome::Done);
    writer.outcome(outcome_of(&act, ActState::Done), done, vec![], None).await.unwrap();
    assert_eq!(writer.stats().commits, stats.commits + 2);
}

async fn records_count_once_however_often_written(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    let mut read = execution_of(&session, tool);
    for total_us in [10, 20, 30] {
        read.total_us = total_us;
        writer.record(read.clone()).await.unwrap();
        writer.record(read.clone()).await.unwrap();
        writer.flush().await.unwrap();
    }
    let refused = ended(execution_of(&session, tool), Outcome::Refused);
    writer.record(refused).await.unwrap();
    writer.record_uncounted(execution_of(&session, tool)).await.unwrap();
    let mut test = execution_of(&session, tool);
    test.test = true;
    writer.record(test).await.unwrap();
    writer.flush().await.unwrap();
    let stats = fixture.store.tool_stats(tenant.scope, tool).await.unwrap();
    assert_eq!((stats.calls, stats.done, stats.refused, stats.total_us), (1, 1, 1, 30));
    let found = fixture.store.stats_of_tools(tenant.scope, &[tool]).await.unwrap();
    assert_eq!(found, [(tool, stats)]);
}

async fn events_keep_their_numbers(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let session = fixture.session(&tenant, None).await;
    let writer = fixture.writer();
    for seq in [1, 2, 3, 4, 5] {
        writer.event(event_of(session.id, seq)).await.unwrap();
    }
    let mut late = event_of(session.id, 3);
    late.data = json!("of a lost node");
    writer.event(late).await.unwrap();
    writer.flush().await.unwrap();
    let events = fixture.store.list_events(tenant.scope, session.id, 2, 2).await.unwrap();
    let seen: Vec<_> = events.iter().map(|event| (event.seq, event.data.clone())).collect();
    assert_eq!(seen, [(3, json!({"seq": 3})), (4, json!({"seq": 4}))]);
}
