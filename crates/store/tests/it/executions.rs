//! Lists and figures of executions.

use hookswitch_model::{Outcome, Stamp};
use hookswitch_store::{ExecutionFilter, Page};

use crate::support::{Fixture, ended, execution_of, suite};

suite![filters_narrow_the_list, pages_are_newest_first_and_stable, percentiles_of_the_last_calls];

async fn filters_narrow_the_list(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let agent = fixture.agent(&tenant, "A").await.id;
    let (one, two) = (fixture.tool(&tenant, "one").await.id, fixture.tool(&tenant, "two").await.id);
    let (with, without) = (fixture.session(&tenant, Some(agent)).await, fixture.session(&tenant, None).await);
    let mut first = execution_of(&with, one);
    first.tool_call_id = "call_x".into();
    first.created_at = Stamp::from_micros(1_000);
    let second = ended(execution_of(&without, two), Outcome::Failed);
    let mut third = execution_of(&without, one);
    third.test = true;
    third.session = None;
    let writer = fixture.writer();
    for execution in [&first, &second, &third] {
        writer.record(execution.clone()).await.unwrap();
    }
    writer.flush().await.unwrap();
    let all = ExecutionFilter::default;
    for (filter, expected) in [
        (all(), vec![third.id, second.id, first.id]),
        (ExecutionFilter { session: Some(with.id), ..all() }, vec![first.id]),
        (ExecutionFilter { tool: Some(one), ..all() }, vec![third.id, first.id]),
        (ExecutionFilter { agent: Some(agent), ..all() }, vec![first.id]),
        (ExecutionFilter { outcome: Some(Outcome::Failed), ..all() }, vec![second.id]),
        (ExecutionFilter { test: Some(false), ..all() }, vec![second.id, first.id]),
        (ExecutionFilter { test: Some(true), ..all() }, vec![third.id]),
        (ExecutionFilter { until: Some(Stamp::from_micros(1_001)), ..all() }, vec![first.id]),
        (ExecutionFilter { since: Some(Stamp::from_micros(1_001)), ..all() }, vec![third.id, second.id]),
        (ExecutionFilter { tool_call_id: Some("call_x".to_owned()), ..all() }, vec![first.id]),
    ] {
        let page = fixture.store.list_executions(tenant.scope, &filter, &Page::default()).await.unwrap();
        let found: Vec<_> = page.items.iter().map(|execution| execution.id).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    // A test of a tool is in the project of the tool, anything else in that of its session.
    let narrowed = tenant.scope.in_project(tenant.project.id);
    let page = fixture.store.list_executions(narrowed, &all(), &Page::default()).await.unwrap();
    assert_eq!(page.items.len(), 3);
}

async fn pages_are_newest_first_and_stable(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    let at = Stamp::now();
    let mut made = Vec::new();
    for _ in 0..5 {
        let mut execution = execution_of(&session, tool);
        execution.created_at = at;
        made.insert(0, execution.id);
        writer.record(execution).await.unwrap();
    }
    writer.flush().await.unwrap();
    let filter = ExecutionFilter::default();
    let first = fixture.store.list_executions(tenant.scope, &filter, &Page::first(2)).await.unwrap();
    writer.record(execution_of(&session, tool)).await.unwrap();
    writer.flush().await.unwrap();
    let page = Page { limit: 10, after: first.next };
    let rest = fixture.store.list_executions(tenant.scope, &filter, &page).await.unwrap();
    let seen: Vec<_> = first.items.iter().chain(&rest.items).map(|execution| execution.id).collect();
    assert_eq!(seen, made, "equal times are told apart by id");
}

async fn percentiles_of_the_last_calls(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let (session, tool) = (fixture.session(&tenant, None).await, fixture.tool(&tenant, "one").await.id);
    let writer = fixture.writer();
    for total_us in 1..=1100 {
        let mut execution = execution_of(&session, tool);
        execution.total_us = total_us;
        execution.created_at = Stamp::from_micros(total_us.cast_signed());
        writer.record(execution).await.unwrap();
    }
    let mut refused = ended(execution_of(&session, tool), Outcome::Refused);
    refused.total_us = 1_000_000;
    writer.record(refused).await.unwrap();
    writer.flush().await.unwrap();
    let found = fixture.store.percentiles(tenant.scope, tool, None).await.unwrap();
    assert_eq!((found.count, found.p50_us, found.p95_us, found.p99_us), (1000, 600, 1050, 1090));
    assert_eq!(fixture.store.tool_stats(tenant.scope, tool).await.unwrap().calls, 1100);
}
