//! Pruning and erasing.

use std::time::Duration;

use hookswitch_model::execution::{ActState, ExecutionDetail};
use hookswitch_model::session::EndReason;
use hookswitch_model::{Outcome, SessionId, Stamp};
use hookswitch_store::{StoreError, Writer};
use serde_json::Value;

use crate::support::{Fixture, Tenant, act_of, ended, event_of, object, outcome_of, suite};

suite![
    payloads_go_and_rows_stay,
    rows_go_in_small_steps_and_counters_stay,
    erasing_takes_the_content_for_good,
];

struct Filled {
    tenant: Tenant,
    session: SessionId,
    act: hookswitch_model::ActId,
    execution: hookswitch_model::ExecutionId,
    tool: hookswitch_model::ToolId,
    writer: Writer,
}

/// A session with one act and five events.
async fn fill(fixture: &Fixture) -> Filled {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    let (act, execution) = act_of(&session, tool);
    writer.intent(act.clone(), execution.clone()).await.unwrap();
    let mut done = ended(execution, Outcome::Unknown);
    done.error = Some("about Ada".to_owned());
    let events = (1..=5).map(|seq| event_of(session.id, seq)).collect();
    let execution = done.id;
    writer.outcome(outcome_of(&act, ActState::Unknown), done, events, None).await.unwrap();
    Filled { tenant, session: session.id, act: act.id, execution, tool, writer }
}

fn later() -> Stamp {
    Stamp::now().plus(Duration::from_mins(1))
}

async fn payloads_go_and_rows_stay(fixture: Fixture) {
    let (filled, store) = (fill(&fixture).await, &fixture.store);
    let scope = filled.tenant.scope;
    store.end_session(scope, filled.session, EndReason::Ended, Stamp::now()).await.unwrap();
    let early = store.prune_payloads_any_tenant(Stamp::from_micros(5), 100).await.unwrap();
    assert!(early.is_nothing(), "{early:?}");
    let mut steps = 0;
    loop {
        let step = store.prune_payloads_any_tenant(later(), 2).await.unwrap();
        assert!(step.events <= 2 && step.executions <= 2, "{step:?}");
        if step.is_nothing() {
            break;
        }
        steps += 1;
    }
    assert_eq!(steps, 3, "five events, two at a time");
    let execution = store.get_execution(scope, filled.execution).await.unwrap();
    assert_eq!(execution.detail, ExecutionDetail::default());
    assert_eq!(execution.outcome, Some(Outcome::Unknown));
    let events = store.list_events(scope, filled.session, 0, 10).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.data == Value::Null).count(), 5);
    assert_eq!(store.get_act(scope, filled.act).await.unwrap().told, None);
    assert!(store.get_session(scope, filled.session).await.unwrap().variables.is_empty());
}

async fn rows_go_in_small_steps_and_counters_stay(fixture: Fixture) {
    let (filled, store) = (fill(&fixture).await, &fixture.store);
    let scope = filled.tenant.scope;
    let open = fixture.session(&filled.tenant, None).await;
    filled.writer.event(event_of(open.id, 1)).await.unwrap();
    filled.writer.flush().await.unwrap();
    store.end_session(scope, filled.session, EndReason::Ended, Stamp::now()).await.unwrap();
    let early = store.prune_rows_any_tenant(Stamp::from_micros(5), 100).await.unwrap();
    assert!(early.is_nothing(), "{early:?}");
    while !store.prune_rows_any_tenant(later(), 2).await.unwrap().is_nothing() {}
    assert!(matches!(store.get_execution(scope, filled.execution).await, Err(StoreError::NotFound)));
    assert!(matches!(store.get_session(scope, filled.session).await, Err(StoreError::NotFound)));
    assert!(matches!(store.get_act(scope, filled.act).await, Err(StoreError::NotFound)));
    let events = store.list_events(scope, open.id, 0, 10).await.unwrap();
    assert_eq!(events.len(), 1, "an open session keeps its events");
    assert_eq!(store.tool_stats(scope, filled.tool).await.unwrap().calls, 1);
}

async fn erasing_takes_the_content_for_good(fixture: Fixture) {
    let (filled, store) = (fill(&fixture).await, &fixture.store);
    let scope = filled.tenant.scope;
    store.erase_session(scope, filled.session).await.unwrap();
    let session = store.get_session(scope, filled.session).await.unwrap();
    assert_eq!(session.end_reason, Some(EndReason::Erased));

    // What comes home later is stored without content.
    let act = store.get_act(scope, filled.act).await.unwrap();
    assert_eq!(act.told, None);
    let execution = store.get_execution(scope, filled.execution).await.unwrap();
    let mut late = ended(execution, Outcome::Done);
    late.detail.arguments = serde_json::json!({"name": "Ada"});
    let events = vec![event_of(filled.session, 6)];
    filled.writer.settle(outcome_of(&act, ActState::Done), late, events).await.unwrap();
    filled.writer.variables(filled.session, 1, object(&serde_json::json!({"name": "Ada"}))).await.unwrap();
    filled.writer.flush().await.unwrap();

    let session = store.get_session(scope, filled.session).await.unwrap();
    assert!(session.variables.is_empty() && session.system.is_empty() && session.metadata.is_empty());
    let act = store.get_act(scope, filled.act).await.unwrap();
    assert_eq!((act.told, act.state), (None, ActState::Done));
    let execution = store.get_execution(scope, filled.execution).await.unwrap();
    assert_eq!((execution.detail, execution.outcome), (ExecutionDetail::default(), Some(Outcome::Done)));
    let events = store.list_events(scope, filled.session, 0, 10).await.unwrap();
    assert_eq!(events.len(), 6);
    assert!(events.iter().all(|event| event.data == Value::Null));
    let stats = store.tool_stats(scope, filled.tool).await.unwrap();
    assert_eq!((stats.calls, stats.done), (1, 1));
}
