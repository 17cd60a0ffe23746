//! Executions: the record of every tool call.

mod list;
mod percentile;
mod save;

use hookswitch_model::execution::{Execution, ExecutionDetail};
use hookswitch_model::{AgentId, Outcome, SessionId, Stamp, ToolId};

use crate::db::{Query, Result, Row, sql};

pub use percentile::Percentiles;
pub(crate) use save::{Saved, save};

/// Which executions a list shows.
#[derive(Debug, Clone, Default)]
pub struct ExecutionFilter {
    /// Of this session.
    pub session: Option<SessionId>,
    /// Of this tool.
    pub tool: Option<ToolId>,
    /// Of this agent.
    pub agent: Option<AgentId>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// With one of these outcomes; empty: any.
    pub outcomes: Vec<Outcome>,
    /// With the soft timeout, or without it.
    pub timed_out: Option<bool>,
    /// Tests of tools, or all but those.
    pub test: Option<bool>,
    /// Not before this moment.
    pub since: Option<Stamp>,
    /// Before this moment.
    pub until: Option<Stamp>,
    /// Of this tool call.
    pub tool_call_id: Option<String>,
}

/// All columns of executions `e`.
pub(crate) fn all() -> Query {
    sql(
        "select e.id, e.org, e.mode, e.session, e.agent, e.tool, e.tool_version, e.tool_name, e.tool_call_id, \
         e.act, e.outcome, e.timed_out, e.test, e.error, e.detail, e.queue_us, e.total_us, e.created_at, \
         e.ended_at from executions e ",
    )
}

pub(crate) fn read(row: &Row) -> Result<Execution> {
    Ok(Execution {
        id: row.get("id")?,
        org: row.get("org")?,
        mode: row.get("mode")?,
        session: row.opt("session")?,
        agent: row.opt("agent")?,
        tool: row.opt("tool")?,
        tool_version: row.opt("tool_version")?,
        tool_name: row.get("tool_name")?,
        tool_call_id: row.get("tool_call_id")?,
        act: row.opt("act")?,
        outcome: row.opt("outcome")?,
        timed_out: row.get("timed_out")?,
        test: row.get("test")?,
        error: row.opt("error")?,
        detail: row.json_opt::<ExecutionDetail>("detail")?.unwrap_or_default(),
        queue_us: row.get("queue_us")?,
        total_us: row.get("total_us")?,
        created_at: row.get("created_at")?,
        ended_at: row.opt("ended_at")?,
    })
}
