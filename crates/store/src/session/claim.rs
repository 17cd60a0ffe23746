//! Taking a session: after a restart, an idle eviction, or from a node that is gone. One way for all three.

use hookswitch_model::execution::Act;
use hookswitch_model::{ActId, NodeId, Outcome, SessionId, Stamp};

use super::{LoadedSession, Undelivered, read, read_act};
use crate::db::{Query, Result, Row, Tx, sql};
use crate::error::StoreError;
use crate::execution::{self, Saved};
use crate::open::Store;

/// Most acts that are loaded; older ones are past every repeat window that matters.
const MOST_ACTS: i64 = 4096;

impl Store {
    /// Makes a node the owner of a session, whoever owned it: raises the epoch, so that the owner before can
    /// write no intent any more, and turns acts that it left pending into `unknown`, with their executions. Of
    /// two claims at once both succeed one after the other, and the later one owns the session.
    pub async fn claim_session_any_tenant(
        &self,
        id: SessionId,
        node: NodeId,
        lease_until: Stamp,
    ) -> Result<LoadedSession> {
        self.claim(id, node, lease_until, None).await
    }

    /// The same, but only when nobody else owns the session at `now`: it is the node's own, its lease has ended,
    /// or it has ended itself. Else [`StoreError::Conflict`]. Of two claims at once one wins.
    pub async fn claim_free_session_any_tenant(
        &self,
        id: SessionId,
        node: NodeId,
        now: Stamp,
        lease_until: Stamp,
    ) -> Result<LoadedSession> {
        self.claim(id, node, lease_until, Some(now)).await
    }

    /// Sessions that ended while an act was under way, of `node` or of servers that are gone: nobody will load them
    /// to find it.
    pub async fn ended_with_pending_acts_any_tenant(
        &self,
        node: NodeId,
        now: Stamp,
        limit: u32,
    ) -> Result<Vec<SessionId>> {
        let query = sql("select distinct s.id from acts a join sessions s on s.id = a.session \
             where a.state = 'pending' and s.ended_at is not null and (s.node = $1 or s.lease_until < $2) limit $3")
        .bind(node)
        .bind(now)
        .bind(limit.max(1));
        self.db().rows(query).await?.iter().map(|row| row.get("id")).collect()
    }

    /// Open sessions that should have ended by now, of `node` or of servers that are gone.
    pub async fn overdue_sessions_any_tenant(
        &self,
        node: NodeId,
        now: Stamp,
        limit: u32,
    ) -> Result<Vec<SessionId>> {
        let query = sql("select id from sessions where ended_at is null and ends_by <= $2 \
             and (node = $1 or lease_until < $2) order by ends_by limit $3")
        .bind(node)
        .bind(now)
        .bind(limit.max(1));
        self.db().rows(query).await?.iter().map(|row| row.get("id")).collect()
    }

    /// Whether an intent of the session has no outcome.
    pub async fn has_pending_acts_any_tenant(&self, id: SessionId) -> Result<bool> {
        let query =
            sql("select id from acts where state = 'pending' and session = ").arg(id).push(" limit 1");
        Ok(self.db().row(query).await?.is_some())
    }

    /// The number of the last event that was stored when an epoch of a session began; none for the first one.
    pub async fn epoch_began_after(&self, session: SessionId, epoch: i64) -> Result<Option<u64>> {
        let query = sql("select after_seq from session_epochs where session = $1 and epoch = $2")
            .bind(session)
            .bind(epoch);
        self.db().row(query).await?.map(|row| row.get("after_seq")).transpose()
    }

    async fn claim(
        &self,
        id: SessionId,
        node: NodeId,
        lease_until: Stamp,
        only_free_at: Option<Stamp>,
    ) -> Result<LoadedSession> {
        let mut tx = self.db().begin().await?;
        let mut query =
            sql("update sessions set epoch = epoch + 1, node = $1, lease_until = $2 where id = $3")
                .bind(node)
                .bind(lease_until)
                .bind(id);
        if let Some(now) = only_free_at {
            query =
                query.push(" and (node = $1 or ended_at is not null or lease_until < ").arg(now).push(")");
        }
        let Some(row) = tx.row(query.push(" returning *")).await? else {
            let exists = tx.row(sql("select id from sessions where id = $1").bind(id)).await?.is_some();
            return Err(if exists { StoreError::Conflict { what: "session" } } else { StoreError::NotFound });
        };
        let session = read(&row)?;
        let left_pending = give_up_pending(&mut tx, id).await?;
        let acts = acts(&mut tx, id).await?;
        let undelivered = undelivered(&mut tx, id).await?;
        let last_seq = last_seq(&mut tx, id).await?;
        // Events of the owner before that come later than this lost their numbers.
        let began = sql("insert into session_epochs (session, epoch, after_seq) values ($1, $2, $3) \
             on conflict (session, epoch) do nothing")
        .bind(id)
        .bind(session.epoch)
        .bind(last_seq);
        tx.run(began).await?;
        tx.commit().await?;
        Ok(LoadedSession { session, acts, undelivered, last_seq, left_pending })
    }
}

/// Nobody knows how the acts under way ended (semantics: The ledger, server killed).
async fn give_up_pending(tx: &mut Tx, session: SessionId) -> Result<Vec<ActId>> {
    let now = Stamp::now();
    let query =
        sql("update acts set state = 'unknown', settled_at = $2 where session = $1 and state = 'pending' \
         returning id")
        .bind(session)
        .bind(now);
    let left: Vec<ActId> = tx.rows(query).await?.iter().map(|row| row.get("id")).collect::<Result<_>>()?;
    if left.is_empty() {
        return Ok(left);
    }
    let query = execution::all()
        .push("where e.outcome is null and e.session = ")
        .arg(session)
        .push(" and e.act is not null order by e.id");
    let mut unfinished = Vec::new();
    for row in tx.rows(query).await? {
        let mut execution = execution::read(&row)?;
        execution.outcome = Some(Outcome::Unknown);
        execution.error = Some("the server stopped before the outcome was known".to_owned());
        execution.ended_at = Some(now);
        unfinished.push(execution);
    }
    let saved = unfinished.iter().map(|execution| Saved { execution, counted: true, may_have_ended: false });
    execution::save(tx, saved.collect()).await?;
    Ok(left)
}

async fn acts(tx: &mut Tx, session: SessionId) -> Result<Vec<Act>> {
    let query = sql("select * from acts where session = ")
        .arg(session)
        .push(" order by id desc limit ")
        .arg(MOST_ACTS);
    let mut acts: Vec<Act> = tx.rows(query).await?.iter().map(read_act).collect::<Result<_>>()?;
    acts.reverse();
    Ok(acts)
}

async fn undelivered(tx: &mut Tx, session: SessionId) -> Result<Vec<Undelivered>> {
    let query: Query = sql("select a.id, a.execution, a.told, e.tool_call_id from acts a \
         left join executions e on e.id = a.execution \
         where a.told_at is null and a.session = ")
    .arg(session)
    .push(" order by a.id desc limit ")
    .arg(MOST_ACTS);
    let one = |row: &Row| -> Result<Undelivered> {
        Ok(Undelivered {
            act: row.get("id")?,
            execution: row.get("execution")?,
            tool_call_id: row.opt("tool_call_id")?,
            told: row.json_opt("told")?,
        })
    };
    let mut found: Vec<Undelivered> = tx.rows(query).await?.iter().map(one).collect::<Result<_>>()?;
    found.reverse();
    Ok(found)
}

async fn last_seq(tx: &mut Tx, session: SessionId) -> Result<u64> {
    let row = tx.row(sql("select max(seq) as seq from events where session = $1").bind(session)).await?;
    Ok(row.map(|row| row.opt("seq")).transpose()?.flatten().unwrap_or(0))
}
