//! Pruning in small steps: each statement by itself, so that one that is cut short leaves nothing half done and
//! nobody waits long.

use hookswitch_model::Stamp;
use uuid::Uuid;

use super::Pruned;
use crate::db::{Result, sql};
use crate::open::Store;

/// The least id (UUID version 7) that can be made at a moment.
fn first_id_of(moment: Stamp) -> Uuid {
    let millis = u128::try_from(moment.micros().div_euclid(1000)).unwrap_or(0);
    Uuid::from_u128(millis << 80)
}

impl Store {
    /// Removes the payloads of at most `limit` rows of each table from before a moment: details of executions,
    /// data of events, told texts of acts, tools that one session alone had. Rows and counters stay.
    pub async fn prune_payloads_any_tenant(&self, before: Stamp, limit: u32) -> Result<Pruned> {
        let step = |text: &'static str| self.db().run(sql(text).bind(before).bind(limit.max(1)));
        Ok(Pruned {
            executions: step(
                "update executions set detail = null where id in (select id from executions \
                 where detail is not null and created_at < $1 order by created_at limit $2)",
            )
            .await?,
            events: step(
                "update events set data = null where (session, seq) in (select session, seq from events \
                 where data is not null and at < $1 order by at limit $2)",
            )
            .await?,
            acts: step(
                "update acts set told = null where id in (select id from acts \
                 where told is not null and state <> 'pending' and created_at < $1 order by created_at limit $2)",
            )
            .await?,
            sessions: step(
                "update sessions set variables = '{}' where id in (select id from sessions \
                 where ended_at is not null and variables <> '{}' and ended_at < $1 order by ended_at limit $2)",
            )
            .await?,
            answers: 0,
            tools: self.prune_session_tools_any_tenant(before, limit).await?,
        })
    }

    /// Removes at most `limit` rows of each table from before a moment: executions, sessions that ended before it
    /// with their acts and events; also answers that expired before it. Counters stay.
    pub async fn prune_rows_any_tenant(&self, before: Stamp, limit: u32) -> Result<Pruned> {
        let limit = limit.max(1);
        let step = |text: &'static str| self.db().run(sql(text).bind(before).bind(limit));
        // Ids sort by time: the primary key finds the old rows without an index of its own for that.
        let query = sql("delete from executions where id in (select id from executions \
             where id < $1 and created_at < $2 order by id limit $3)")
        .bind(first_id_of(before))
        .bind(before)
        .bind(limit);
        let executions = self.db().run(query).await?;
        let answers = self.prune_answers_any_tenant(before, limit).await?;
        // Events and acts first, then the sessions that have none left: a step that stops in between goes on.
        let events = step(
            "delete from events where (session, seq) in (select e.session, e.seq from sessions s \
             join events e on e.session = s.id where s.ended_at < $1 order by s.ended_at limit $2)",
        )
        .await?;
        let acts = step(
            "delete from acts where id in (select a.id from sessions s join acts a on a.session = s.id \
             where s.ended_at < $1 order by s.ended_at limit $2)",
        )
        .await?;
        let sessions = step(
            "delete from sessions where id in (select s.id from sessions s where s.ended_at < $1 \
             and not exists (select 1 from events e where e.session = s.id) \
             and not exists (select 1 from acts a where a.session = s.id) order by s.ended_at limit $2)",
        )
        .await?;
        Ok(Pruned { executions, events, acts, sessions, answers, tools: 0 })
    }

    /// Removes answers that expired before a moment, at most `limit`.
    pub async fn prune_answers_any_tenant(&self, before: Stamp, limit: u32) -> Result<u64> {
        let query = sql("delete from answers where (org, mode, key_hash) in (select org, mode, key_hash \
             from answers where expires_at < $1 order by expires_at limit $2)")
        .bind(before)
        .bind(limit.max(1));
        self.db().run(query).await
    }
}
