//! Counters per tool and per binding.

use std::collections::BTreeMap;

use hookswitch_model::execution::Execution;
use hookswitch_model::tool::CallStats;
use hookswitch_model::{AgentId, Mode, OrgId, Outcome, Scope, Stamp, ToolId};
use uuid::Uuid;

use crate::db::{Arg, Many, Query, Result, Row, Tx, sql};
use crate::open::Store;

/// Most pairs of agent and tool that are read at once.
const MOST_BINDINGS: i64 = 10_000;
static ADD: Many = Many::new(
    "insert into call_stats (tool, agent, org, mode, calls, done, failed, unknown, refused, timed_out, total_us, \
     last_at_us) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    (
        "insert into call_stats (tool, agent, org, mode, calls, done, failed, unknown, refused, timed_out, \
         total_us, last_at_us) values ",
        "",
    ),
    " on conflict (tool, agent) do update set calls = call_stats.calls + excluded.calls, \
     done = call_stats.done + excluded.done, failed = call_stats.failed + excluded.failed, \
     unknown = call_stats.unknown + excluded.unknown, refused = call_stats.refused + excluded.refused, \
     timed_out = call_stats.timed_out + excluded.timed_out, \
     total_us = call_stats.total_us + excluded.total_us, last_at_us = case when \
     excluded.last_at_us > call_stats.last_at_us then excluded.last_at_us else call_stats.last_at_us end",
);

/// What one execution adds to the counters.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    counts: [i64; 7],
    last_at_us: i64,
}

impl Tally {
    /// Nothing for one that has not ended and for tests of tools.
    pub(crate) fn of(execution: &Execution) -> Self {
        match execution.outcome {
            Some(outcome) if !execution.test => Self::ended(
                outcome,
                execution.timed_out,
                i64::try_from(execution.total_us).unwrap_or(i64::MAX),
                execution.ended_at.map_or(0, Stamp::micros),
            ),
            _ => Self::default(),
        }
    }

    pub(crate) fn read(row: &Row) -> Result<Self> {
        Ok(Self::ended(
            row.get("outcome")?,
            row.get("timed_out")?,
            row.get("total_us")?,
            row.opt("ended_at")?.unwrap_or(0),
        ))
    }

    fn ended(outcome: Outcome, timed_out: bool, total_us: i64, last_at_us: i64) -> Self {
        let is = |wanted: Outcome| i64::from(outcome == wanted);
        // What was withdrawn before it ended says nothing about the tool.
        let tried = !matches!(outcome, Outcome::Refused | Outcome::Cancelled);
        let last_at_us = if tried { last_at_us } else { 0 };
        let counts = [
            i64::from(tried),
            is(Outcome::Done),
            is(Outcome::Failed),
            is(Outcome::Unknown),
            is(Outcome::Refused),
            i64::from(tried && timed_out),
            if tried { total_us } else { 0 },
        ];
        Self { counts, last_at_us }
    }
}

/// What changes in one row of counters.
#[derive(Debug)]
pub(crate) struct Delta {
    owner: (OrgId, Mode),
    counts: [i64; 7],
    last_at_us: i64,
}

impl Delta {
    pub(crate) const fn none(owner: (OrgId, Mode)) -> Self {
        Self { owner, counts: [0; 7], last_at_us: 0 }
    }

    pub(crate) fn add(&mut self, old: &Tally, new: &Tally) {
        for ((sum, old), new) in self.counts.iter_mut().zip(old.counts).zip(new.counts) {
            *sum = sum.saturating_add(new - old);
        }
        self.last_at_us = self.last_at_us.max(new.last_at_us);
    }

    fn is_nothing(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }
}

/// Adds to the counters, by (tool, agent), the agent being nil for the tool's own row. Sorted by that key, so
/// that two servers never wait for each other crosswise.
pub(crate) async fn add(tx: &mut Tx, deltas: BTreeMap<(Uuid, Uuid), Delta>) -> Result<u64> {
    let deltas = deltas.into_iter().filter(|(_, delta)| !delta.is_nothing());
    let rows = deltas.map(|((tool, agent), delta)| {
        let (org, mode) = delta.owner;
        let mut row: Vec<Arg> = vec![tool.into(), agent.into(), org.into(), mode.into()];
        row.extend(delta.counts.iter().map(|count| Arg::from(*count)));
        row.push(delta.last_at_us.into());
        row
    });
    tx.run_many(&ADD, rows.collect()).await
}

fn read(row: &Row) -> Result<CallStats> {
    Ok(CallStats {
        calls: row.get("calls")?,
        done: row.get("done")?,
        failed: row.get("failed")?,
        unknown: row.get("unknown")?,
        refused: row.get("refused")?,
        timed_out: row.get("timed_out")?,
        total_us: row.get("total_us")?,
        last_at_us: row.get("last_at_us")?,
    })
}

fn counters(scope: Scope) -> Query {
    let query = sql("select c.* from call_stats c where ").within("c", scope);
    match scope.project {
        Some(project) => query
            .push(" and exists (select 1 from tools t where t.id = c.tool")
            .and("t.project =", project)
            .push(")"),
        None => query,
    }
}

impl Store {
    /// The counters of a tool, all agents together; zeros when it was never called. Those of a deleted tool stay.
    pub async fn tool_stats(&self, scope: Scope, tool: ToolId) -> Result<CallStats> {
        let query = counters(scope).and("c.tool =", tool).and("c.agent =", Uuid::nil());
        match self.db().row(query).await? {
            Some(row) => read(&row),
            None => self.get_tool(scope, tool).await.map(|_| CallStats::default()),
        }
    }

    /// The counters of some tools; a tool that was never called is not among them.
    pub async fn stats_of_tools(&self, scope: Scope, tools: &[ToolId]) -> Result<Vec<(ToolId, CallStats)>> {
        let mut found = Vec::with_capacity(tools.len().min(500));
        for some in tools.chunks(500) {
            let query = counters(scope)
                .and("c.agent =", Uuid::nil())
                .push(" and c.tool in ")
                .list(some.iter().copied());
            for row in self.db().rows(query).await? {
                found.push((row.get("tool")?, read(&row)?));
            }
        }
        Ok(found)
    }

    /// The counters of one tool with each agent, or of each tool with one agent, as far as there were calls.
    pub async fn stats_of_bindings(
        &self,
        scope: Scope,
        tool: Option<ToolId>,
        agent: Option<AgentId>,
    ) -> Result<Vec<((AgentId, ToolId), CallStats)>> {
        let query = counters(scope)
            .and("c.agent <>", Uuid::nil())
            .and_some("c.tool =", tool)
            .and_some("c.agent =", agent)
            .push(" limit ")
            .arg(MOST_BINDINGS);
        let rows = self.db().rows(query).await?;
        rows.iter().map(|row| Ok(((row.get("agent")?, row.get("tool")?), read(row)?))).collect()
    }

    /// The counters of a tool with one agent; zeros when it was never called there.
    pub async fn binding_stats(&self, scope: Scope, agent: AgentId, tool: ToolId) -> Result<CallStats> {
        let query = counters(scope).and("c.tool =", tool).and("c.agent =", agent);
        match self.db().row(query).await? {
            Some(row) => read(&row),
            None => self.get_binding(scope, agent, tool).await.map(|_| CallStats::default()),
        }
    }
}
