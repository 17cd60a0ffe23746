//! What dialects with numbers and assistants need: numbers, phone numbers, public tools, counters of bindings.

use hookswitch_model::binding::Binding;
use hookswitch_model::changes::DraftChanges;
use hookswitch_model::session::EndReason;
use hookswitch_model::{Mode, Outcome, Scope, Stamp};
use hookswitch_store::{ExecutionFilter, Page, SessionTally, StoreError, ToolFilter};
use serde_json::Map;

use crate::support::{Fixture, ended, execution_of, new_tool, suite};

suite![
    things_have_numbers,
    a_phone_number_leads_to_one_agent,
    public_tools_are_seen_by_others_in_their_mode,
    counters_by_binding_leave_out_what_was_not_carried_out,
    sessions_are_tallied,
    changes_of_a_binding_come_back,
    outcomes_and_timeouts_narrow_the_list,
];

async fn things_have_numbers(fixture: Fixture) {
    let (one, other) = (fixture.tenant("one").await, fixture.tenant("other").await);
    let (tool, agent) = (fixture.tool(&one, "t").await, fixture.agent(&one, "A").await);
    let session = fixture.session(&one, Some(agent.id)).await;
    let store = &fixture.store;
    assert_eq!(store.numbers_of_tools(one.scope, &[tool.id]).await.unwrap()[&tool.id], tool.number);
    assert_eq!(store.numbers_of_agents(one.scope, &[agent.id]).await.unwrap()[&agent.id], agent.number);
    let numbers = store.numbers_of_sessions(one.scope, &[session.id]).await.unwrap();
    assert_eq!(numbers[&session.id], session.number);
    assert!(store.numbers_of_tools(other.scope, &[tool.id]).await.unwrap().is_empty());
    assert!(store.numbers_of_agents(other.scope, &[]).await.unwrap().is_empty());
}

async fn a_phone_number_leads_to_one_agent(fixture: Fixture) {
    let (tenant, other) = (fixture.tenant("one").await, fixture.tenant("other").await);
    let (first, second) = (fixture.agent(&tenant, "A").await, fixture.agent(&tenant, "B").await);
    let store = &fixture.store;
    let numbers = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    store.set_agent_phone_numbers(tenant.scope, first.id, &numbers(&["+2", "+1"])).await.unwrap();
    let found = store.agent_by_phone_number(tenant.scope, "+1").await.unwrap();
    assert_eq!(found.map(|agent| agent.id), Some(first.id));
    assert!(store.agent_by_phone_number(other.scope, "+1").await.unwrap().is_none());
    let taken = store.set_agent_phone_numbers(tenant.scope, second.id, &numbers(&["+3", "+1"])).await;
    assert!(matches!(taken, Err(StoreError::Conflict { .. })), "{taken:?}");
    let all = store.phone_numbers_of_agents(tenant.scope, &[first.id, second.id]).await.unwrap();
    assert_eq!((&all[&first.id], all.get(&second.id)), (&numbers(&["+2", "+1"]), None));
    let absent = store.set_agent_phone_numbers(other.scope, first.id, &[]).await;
    assert!(matches!(absent, Err(StoreError::NotFound)));
    store.set_agent_phone_numbers(tenant.scope, first.id, &numbers(&["+1"])).await.unwrap();
    store.set_agent_phone_numbers(tenant.scope, second.id, &numbers(&["+2"])).await.unwrap();
    store.delete_agent(tenant.scope, first.id).await.unwrap();
    assert!(store.agent_by_phone_number(tenant.scope, "+1").await.unwrap().is_none());
}

async fn public_tools_are_seen_by_others_in_their_mode(fixture: Fixture) {
    let (owner, other) = (fixture.tenant("owner").await, fixture.tenant("other").await);
    let mut new = new_tool(&owner, "shared");
    new.draft.public = true;
    let store = &fixture.store;
    let shared = store.insert_tool(owner.scope, new, None).await.unwrap();
    let private = fixture.tool(&owner, "private").await;
    let list = |scope: Scope, filter: ToolFilter| async move {
        let page = store.public_tools_any_tenant(scope, &filter, &Page::default()).await.unwrap();
        page.items.into_iter().map(|tool| tool.id).collect::<Vec<_>>()
    };
    assert_eq!(list(other.scope, ToolFilter::default()).await, [shared.id]);
    let search = |text: &str| ToolFilter { search: Some(text.to_owned()), ..ToolFilter::default() };
    assert_eq!(list(other.scope, search("SHARED")).await, [shared.id]);
    assert!(list(other.scope, search("private")).await.is_empty());
    assert!(list(owner.scope, ToolFilter::default()).await.is_empty());
    let test_mode = Scope::new(other.scope.org, Mode::Test);
    assert!(list(test_mode, ToolFilter::default()).await.is_empty());
    let one = |scope, number| store.public_tool_by_number_any_tenant(scope, number);
    assert_eq!(one(other.scope, shared.number).await.unwrap().map(|tool| tool.id), Some(shared.id));
    assert!(one(other.scope, private.number).await.unwrap().is_none());
    assert!(one(owner.scope, shared.number).await.unwrap().is_none());
}

async fn counters_by_binding_leave_out_what_was_not_carried_out(fixture: Fixture) {
    let (tenant, other) = (fixture.tenant("one").await, fixture.tenant("other").await);
    let agent = fixture.agent(&tenant, "A").await.id;
    let (one, two) = (fixture.tool(&tenant, "one").await.id, fixture.tool(&tenant, "two").await.id);
    let session = fixture.session(&tenant, Some(agent)).await;
    let writer = fixture.writer();
    let outcomes = [Outcome::Done, Outcome::Unknown, Outcome::Refused, Outcome::Cancelled];
    for outcome in outcomes {
        let mut execution = ended(execution_of(&session, one), outcome);
        let is_counted = matches!(outcome, Outcome::Done | Outcome::Unknown);
        execution.ended_at = Some(Stamp::from_micros(if is_counted { 1_000 } else { 9_000 }));
        writer.record(execution).await.unwrap();
    }
    writer.record(execution_of(&session, two)).await.unwrap();
    writer.flush().await.unwrap();
    let store = &fixture.store;
    let by_tool = store.stats_of_bindings(tenant.scope, Some(one), None).await.unwrap();
    assert_eq!(by_tool.len(), 1);
    let (pair, stats) = by_tool[0];
    assert_eq!(pair, (agent, one));
    assert_eq!((stats.calls, stats.done, stats.unknown, stats.refused), (2, 1, 1, 1));
    assert_eq!((stats.total_us, stats.last_at_us), (2_000, 1_000));
    assert_eq!(store.stats_of_bindings(tenant.scope, None, Some(agent)).await.unwrap().len(), 2);
    assert!(store.stats_of_bindings(other.scope, Some(one), None).await.unwrap().is_empty());
}

async fn sessions_are_tallied(fixture: Fixture) {
    let (tenant, other) = (fixture.tenant("one").await, fixture.tenant("other").await);
    let (agent, idle) = (fixture.agent(&tenant, "A").await.id, fixture.agent(&tenant, "B").await.id);
    let (first, second) =
        (fixture.session(&tenant, Some(agent)).await, fixture.session(&tenant, Some(agent)).await);
    let store = &fixture.store;
    let end = first.created_at.plus(std::time::Duration::from_secs(2));
    store.end_session(tenant.scope, first.id, EndReason::Ended, end).await.unwrap();
    store.end_session(tenant.scope, second.id, EndReason::Idle, second.created_at).await.unwrap();
    fixture.session(&tenant, Some(agent)).await;
    let tallies = store.session_tallies(tenant.scope, &[agent, idle]).await.unwrap();
    let expected = SessionTally { sessions: 3, ended: 2, ended_in_order: 1, total_us: 2_000_000 };
    assert_eq!(tallies, [(agent, expected)]);
    assert!(store.session_tallies(other.scope, &[agent]).await.unwrap().is_empty());
}

async fn changes_of_a_binding_come_back(fixture: Fixture) {
    let tenant = fixture.tenant("one").await;
    let (tool, agent) = (fixture.tool(&tenant, "t").await, fixture.agent(&tenant, "A").await);
    let mut changed = tool.draft.clone();
    "for this agent".clone_into(&mut changed.description);
    let changes = DraftChanges::between(&tool.draft, &changed);
    let now = Stamp::now();
    let binding = Binding {
        agent: agent.id,
        tool: tool.id,
        enabled: true,
        config: Map::new(),
        changes: changes.clone(),
        created_at: now,
        updated_at: now,
    };
    let stored = fixture.store.put_binding(tenant.scope, &binding, Vec::new()).await.unwrap();
    assert_eq!(stored.changes, changes);
    assert_eq!(stored.changes.apply(&tool.draft), Some(changed));
    let plain = Binding { changes: DraftChanges::default(), ..binding };
    let stored = fixture.store.put_binding(tenant.scope, &plain, Vec::new()).await.unwrap();
    assert!(stored.changes.is_empty());
}

async fn outcomes_and_timeouts_narrow_the_list(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let done = execution_of(&session, tool);
    let failed = ended(execution_of(&session, tool), Outcome::Failed);
    let mut late = ended(execution_of(&session, tool), Outcome::Unknown);
    late.timed_out = true;
    let writer = fixture.writer();
    for execution in [&done, &failed, &late] {
        writer.record(execution.clone()).await.unwrap();
    }
    writer.flush().await.unwrap();
    let trouble = vec![Outcome::Failed, Outcome::Unknown];
    for (outcomes, timed_out, expected) in [
        (trouble.clone(), None, vec![failed.id, late.id]),
        (trouble.clone(), Some(true), vec![late.id]),
        (trouble, Some(false), vec![failed.id]),
        (Vec::new(), Some(false), vec![done.id, failed.id]),
    ] {
        let filter = ExecutionFilter { outcomes, timed_out, ..ExecutionFilter::default() };
        let page = fixture.store.list_executions(tenant.scope, &filter, &Page::default()).await.unwrap();
        let mut found: Vec<_> = page.items.iter().map(|execution| execution.id).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{filter:?}");
    }
}
