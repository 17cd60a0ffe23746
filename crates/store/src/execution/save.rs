//! Writing executions. Counters follow from the difference between what was stored and what is stored now, in the
//! same transaction: an execution counts once however often it is written, and settling one moves it.

use std::collections::{BTreeMap, HashMap};

use hookswitch_model::execution::{Execution, ExecutionDetail};
use hookswitch_model::{AgentId, ExecutionId, OrgId};
use uuid::Uuid;

use crate::db::{Arg, Many, Result, Tx, json_text};
use crate::stats::{self, Delta, Tally};

static WRITE: Many = Many::new(
    "insert into executions (id, org, mode, session, agent, tool, tool_version, tool_name, tool_call_id, act, \
     outcome, timed_out, test, counted, error, detail, queue_us, total_us, created_at, ended_at) values (?1, ?2, ?3, \
     ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, case when exists (select 1 from sessions s \
     where s.id = ?4 and s.erased_at is not null) then null else ?16 end, ?17, ?18, ?19, ?20)",
    (
        "insert into executions (id, org, mode, session, agent, tool, tool_version, tool_name, tool_call_id, act, \
         outcome, timed_out, test, counted, error, detail, queue_us, total_us, created_at, ended_at) \
         select v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, \
         v.column8, v.column9, v.column10, v.column11, v.column12, v.column13, v.column14, v.column15, \
         case when exists (select 1 from sessions s where s.id = v.column4 and s.erased_at is not null) \
         then null else v.column16 end, v.column17, v.column18, v.column19, v.column20 from (values ",
        ") v where 1 = 1",
    ),
    " on conflict (id) do update set outcome = coalesce(excluded.outcome, \
     executions.outcome), timed_out = excluded.timed_out, counted = excluded.counted, \
     error = excluded.error, detail = excluded.detail, queue_us = excluded.queue_us, \
     total_us = excluded.total_us, ended_at = excluded.ended_at, \
     tool_version = excluded.tool_version, act = excluded.act",
);

static TALLIES: Many = Many::new(
    "select id, outcome, timed_out, total_us, ended_at from executions \
     where counted and outcome is not null and id = ?1",
    (
        "select id, outcome, timed_out, total_us, ended_at from executions \
         where counted and outcome is not null and id in (values ",
        ") order by id",
    ),
    "",
);

/// An execution on its way to the store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saved<'a> {
    pub(crate) execution: &'a Execution,
    /// Whether it counts: replayed and joined answers do not.
    pub(crate) counted: bool,
    /// Whether it may have been stored with an outcome before.
    pub(crate) may_have_ended: bool,
}

/// Stores executions, new ones and further states of stored ones, and keeps the counters.
pub(crate) async fn save(tx: &mut Tx, executions: Vec<Saved<'_>>) -> Result<u64> {
    let executions = last_of_each(executions);
    let mut before = tallies(tx, &executions).await?;
    let mut deltas: BTreeMap<(Uuid, Uuid), Delta> = BTreeMap::new();
    for saved in &executions {
        let Some(tool) = saved.execution.tool else { continue };
        let old = before.remove(&saved.execution.id).unwrap_or_default();
        let new = if saved.counted { Tally::of(saved.execution) } else { Tally::default() };
        let owner: (OrgId, _) = (saved.execution.org, saved.execution.mode);
        let agents = [Some(Uuid::nil()), saved.execution.agent.map(AgentId::uuid)];
        for agent in agents.into_iter().flatten() {
            deltas.entry((tool.uuid(), agent)).or_insert_with(|| Delta::none(owner)).add(&old, &new);
        }
    }
    let stored = write(tx, &executions).await?;
    Ok(stored + stats::add(tx, deltas).await?)
}

/// One statement can't write a row twice; the last state is the one that counts.
fn last_of_each(executions: Vec<Saved<'_>>) -> Vec<Saved<'_>> {
    let mut places: HashMap<ExecutionId, usize> = HashMap::with_capacity(executions.len());
    let mut kept: Vec<Saved<'_>> = Vec::with_capacity(executions.len());
    for saved in executions {
        if let Some(place) = places.get(&saved.execution.id) {
            let may_have_ended = saved.may_have_ended || kept[*place].may_have_ended;
            kept[*place] = Saved { may_have_ended, ..saved };
        } else {
            places.insert(saved.execution.id, kept.len());
            kept.push(saved);
        }
    }
    kept.sort_by_key(|saved| saved.execution.id);
    kept
}

/// What the stored rows of these executions have counted as.
async fn tallies(tx: &mut Tx, executions: &[Saved<'_>]) -> Result<HashMap<ExecutionId, Tally>> {
    let for_update = tx.for_update();
    let old = executions.iter().filter(|saved| saved.may_have_ended);
    let old = old.map(|saved| vec![saved.execution.id.into()]).collect();
    let rows = tx.rows_of_many(&TALLIES, old, for_update).await?;
    rows.iter().map(|row| Ok((row.get("id")?, Tally::read(row)?))).collect()
}

async fn write(tx: &mut Tx, executions: &[Saved<'_>]) -> Result<u64> {
    let rows = executions.iter().map(row_of).collect::<Result<_>>()?;
    tx.run_many(&WRITE, rows).await
}

fn row_of(saved: &Saved<'_>) -> Result<Vec<Arg>> {
    let execution = saved.execution;
    let detail = if execution.detail == ExecutionDetail::default() {
        None
    } else {
        Some(json_text(&execution.detail)?)
    };
    Ok(vec![
        execution.id.into(),
        execution.org.into(),
        execution.mode.into(),
        execution.session.into(),
        execution.agent.into(),
        execution.tool.into(),
        execution.tool_version.into(),
        execution.tool_name.as_str().into(),
        execution.tool_call_id.as_str().into(),
        execution.act.into(),
        execution.outcome.into(),
        execution.timed_out.into(),
        execution.test.into(),
        saved.counted.into(),
        execution.error.as_deref().into(),
        detail.into(),
        execution.queue_us.into(),
        execution.total_us.into(),
        execution.created_at.into(),
        execution.ended_at.into(),
    ])
}
