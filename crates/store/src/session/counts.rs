//! What happened in one session, counted.

use hookswitch_model::event::EventKind;
use hookswitch_model::{Outcome, Scope, SessionId};
use serde_json::Value;

use crate::db::{Result, sql};
use crate::open::Store;

/// How the tool calls of a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutcomeCounts {
    /// All of them.
    pub calls: u64,
    /// Done.
    pub done: u64,
    /// Known not to have happened.
    pub failed: u64,
    /// May have happened.
    pub unknown: u64,
    /// Never tried.
    pub refused: u64,
    /// Withdrawn.
    pub cancelled: u64,
    /// Still running.
    pub running: u64,
    /// Those of all of them whose model was given the soft timeout.
    pub timed_out: u64,
}

/// How often something happened. Of `speech` events the data is told, which is what they are told apart by.
#[derive(Debug, Clone, PartialEq)]
pub struct EventCount {
    /// What happened.
    pub kind: EventKind,
    /// Its details, for speech; null for all others and what was erased.
    pub data: Value,
    /// How often.
    pub count: u64,
}

impl Store {
    /// How the executions of a session ended.
    pub async fn count_outcomes(&self, scope: Scope, session: SessionId) -> Result<OutcomeCounts> {
        let query = sql("select e.outcome, count(*) as count, \
             count(case when e.timed_out then 1 end) as timed_out from executions e where ")
        .within("e", scope)
        .and("e.session =", session)
        .push(" group by e.outcome");
        let mut counts = OutcomeCounts::default();
        for row in self.db().rows(query).await? {
            let count: u64 = row.get("count")?;
            let timed_out: u64 = row.get("timed_out")?;
            counts.calls += count;
            counts.timed_out += timed_out;
            let place = match row.opt::<Outcome>("outcome")? {
                Some(Outcome::Done) => &mut counts.done,
                Some(Outcome::Failed) => &mut counts.failed,
                Some(Outcome::Unknown) => &mut counts.unknown,
                Some(Outcome::Refused) => &mut counts.refused,
                Some(Outcome::Cancelled) => &mut counts.cancelled,
                None => &mut counts.running,
            };
            *place += count;
        }
        Ok(counts)
    }

    /// How often what happened in a session.
    pub async fn count_events(&self, scope: Scope, session: SessionId) -> Result<Vec<EventCount>> {
        self.get_session(scope, session).await?;
        let query = sql("select kind, data, count(*) as count from (select kind, \
             case when kind = 'speech' then data end as data from events where session = ")
        .arg(session)
        .push(") counted group by kind, data");
        let one = |row: &crate::db::Row| {
            let data = row.json_opt("data")?.unwrap_or(Value::Null);
            Ok(EventCount { kind: row.get("kind")?, data, count: row.get("count")? })
        };
        self.db().rows(query).await?.iter().map(one).collect()
    }
}
