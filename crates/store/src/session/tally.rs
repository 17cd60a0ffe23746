//! How many sessions agents had, and how they went.

use hookswitch_model::{AgentId, Scope};

use crate::db::{Result, sql};
use crate::open::Store;

/// Counts of the sessions of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionTally {
    /// All that are stored.
    pub sessions: u64,
    /// Those that have ended.
    pub ended: u64,
    /// Those that somebody ended, which is how a conversation ends when nothing is wrong.
    pub ended_in_order: u64,
    /// Sum of the times of those that have ended, in microseconds.
    pub total_us: u64,
}

impl Store {
    /// The tallies of some agents; an agent without sessions is not among them.
    pub async fn session_tallies(
        &self,
        scope: Scope,
        agents: &[AgentId],
    ) -> Result<Vec<(AgentId, SessionTally)>> {
        let mut found = Vec::new();
        for some in agents.chunks(500) {
            let query = sql("select agent, count(*) as sessions, count(ended_at) as ended, \
                 count(case when end_reason = 'ended' then 1 end) as ended_in_order, \
                 cast(coalesce(sum(ended_at - created_at), 0) as bigint) as total_us from sessions where ")
            .within("sessions", scope)
            .push(" and agent in ")
            .list(some.iter().copied())
            .push(" group by agent");
            for row in self.db().rows(query).await? {
                let tally = SessionTally {
                    sessions: row.get("sessions")?,
                    ended: row.get("ended")?,
                    ended_in_order: row.get("ended_in_order")?,
                    total_us: row.get("total_us")?,
                };
                found.push((row.get("agent")?, tally));
            }
        }
        Ok(found)
    }
}
