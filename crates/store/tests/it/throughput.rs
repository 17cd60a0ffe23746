//! How many acts the ledger takes with 32 callers at once. Printed, not judged: disks differ.
#![allow(clippy::print_stdout, reason = "the figures are the point")]

use std::time::Instant;

use hookswitch_model::Outcome;
use hookswitch_model::execution::ActState;

use crate::support::{Fixture, act_of, ended, outcome_of, suite};

suite![acts_by_32_callers];

/// Acts of each caller: few, for the suite; `HOOKSWITCH_TEST_ACTS` for a longer run.
fn acts() -> usize {
    std::env::var("HOOKSWITCH_TEST_ACTS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

async fn acts_by_32_callers(fixture: Fixture) {
    let tenant = fixture.tenant("t").await;
    let tool = fixture.tool(&tenant, "one").await.id;
    let (writer, acts) = (fixture.writer(), acts());
    let mut callers = tokio::task::JoinSet::new();
    let begin = Instant::now();
    for _ in 0..32 {
        let (writer, session) = (writer.clone(), fixture.session(&tenant, None).await);
        callers.spawn(async move {
            for _ in 0..acts {
                let (act, execution) = act_of(&session, tool);
                writer.intent(act.clone(), execution.clone()).await.unwrap();
                let done = ended(execution, Outcome::Done);
                writer.outcome(outcome_of(&act, ActState::Done), done, vec![], None).await.unwrap();
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
    let (took, stats) = (begin.elapsed(), writer.stats());
    let total = 32 * acts;
    println!(
        "{:?}: {total} acts in {took:.2?}: {:.0} acts/s, {:.0} intents+outcomes/s, {:.1} jobs a commit",
        fixture.url,
        total as f64 / took.as_secs_f64(),
        2.0 * total as f64 / took.as_secs_f64(),
        stats.jobs as f64 / stats.commits as f64,
    );
    let counters = fixture.store.tool_stats(tenant.scope, tool).await.unwrap();
    assert_eq!((counters.calls, counters.done), (total as u64, total as u64));
}
