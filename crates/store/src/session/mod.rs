//! Sessions: their rows, who owns them, and loading one with its ledger.

mod claim;
mod counts;
mod lease;
mod list;
mod save;
mod tally;

pub use counts::{EventCount, OutcomeCounts};
pub use tally::SessionTally;

use hookswitch_model::execution::Act;
use hookswitch_model::session::Session;
use hookswitch_model::{ActId, AgentId, ExecutionId};
use serde_json::Value;

use crate::db::{Result, Row};

/// Which sessions a list shows.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    /// The agent they run.
    pub agent: Option<AgentId>,
    /// Whether they are still open.
    pub active: Option<bool>,
}

/// A session as its new owner gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedSession {
    /// The row, with the epoch of the new owner.
    pub session: Session,
    /// Its acts in the order in which they were meant; of a very long session the newest 4096.
    pub acts: Vec<Act>,
    /// Answers of acts that the model has not been told.
    pub undelivered: Vec<Undelivered>,
    /// The number of the last stored event; 0 when there is none.
    pub last_seq: u64,
    /// The acts that the owner before left pending: now unknown.
    pub left_pending: Vec<ActId>,
}

/// An answer that the model has not been told.
#[derive(Debug, Clone, PartialEq)]
pub struct Undelivered {
    /// The act.
    pub act: ActId,
    /// The execution that carried it out.
    pub execution: ExecutionId,
    /// The tool call that waits for it; none when the record is gone.
    pub tool_call_id: Option<String>,
    /// What it is to be told; none when the act was left without an answer.
    pub told: Option<Value>,
}

pub(crate) fn read(row: &Row) -> Result<Session> {
    Ok(Session {
        id: row.get("id")?,
        number: row.get("number")?,
        org: row.get("org")?,
        mode: row.get("mode")?,
        project: row.get("project")?,
        agent: row.opt("agent")?,
        channel: row.get("channel")?,
        system: row.json("system")?,
        variables: row.json("variables")?,
        tools: row.json("tools")?,
        mocks: row.json_opt("mocks")?,
        metadata: row.json("metadata")?,
        created_at: row.get("created_at")?,
        ended_at: row.opt("ended_at")?,
        end_reason: row.opt("end_reason")?,
        ends_by: row.opt("ends_by")?,
        epoch: row.get("epoch")?,
    })
}

pub(crate) fn read_act(row: &Row) -> Result<Act> {
    Ok(Act {
        id: row.get("id")?,
        session: row.get("session")?,
        tool: row.get("tool")?,
        key: row.get("act_key")?,
        effect: row.get("effect")?,
        state: row.get("state")?,
        execution: row.get("execution")?,
        told: row.json_opt("told")?,
        epoch: row.get("epoch")?,
        created_at: row.get("created_at")?,
        settled_at: row.opt("settled_at")?,
        told_at: row.opt("told_at")?,
        tool_call_id: row.opt("tool_call_id")?,
        caller_key: row.opt("caller_key")?,
    })
}
