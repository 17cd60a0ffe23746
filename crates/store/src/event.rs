//! Events of a session.

use hookswitch_model::event::SessionEvent;
use hookswitch_model::{Scope, SessionId};
use serde_json::Value;

use crate::db::{Arg, Many, Result, Row, Tx, json_text, sql};
use crate::open::Store;
use crate::page::Page;

static INSERT: Many = Many::new(
    "insert into events (session, seq, at, kind, data) values (?1, ?2, ?3, ?4, case when exists (select 1 from \
     sessions s where s.id = ?1 and s.erased_at is not null) then null else ?5 end)",
    (
        "insert into events (session, seq, at, kind, data) \
         select v.column1, v.column2, v.column3, v.column4, case when exists (select 1 from sessions s \
         where s.id = v.column1 and s.erased_at is not null) then null else v.column5 end from (values ",
        ") v where 1 = 1",
    ),
    " on conflict (session, seq) do nothing",
);

pub(crate) fn read(row: &Row) -> Result<SessionEvent> {
    Ok(SessionEvent {
        session: row.get("session")?,
        seq: row.get("seq")?,
        at: row.get("at")?,
        kind: row.get("kind")?,
        data: row.json_opt("data")?.unwrap_or(Value::Null),
    })
}

/// Stores events. One whose number is taken is dropped: a node that lost the session may still be counting.
pub(crate) async fn insert(tx: &mut Tx, events: &[&SessionEvent]) -> Result<u64> {
    let rows = events.iter().map(|event| row_of(event)).collect::<Result<_>>()?;
    tx.run_many(&INSERT, rows).await
}

fn row_of(event: &SessionEvent) -> Result<Vec<Arg>> {
    let data = if event.data.is_null() { None } else { Some(json_text(&event.data)?) };
    Ok(vec![event.session.into(), event.seq.into(), event.at.into(), event.kind.as_str().into(), data.into()])
}

impl Store {
    /// The events of a session after a number, in order, at most `limit` (1 to 1000). Data that was pruned or
    /// erased is null.
    pub async fn list_events(
        &self,
        scope: Scope,
        session: SessionId,
        after_seq: u64,
        limit: u32,
    ) -> Result<Vec<SessionEvent>> {
        self.get_session(scope, session).await?;
        let query = sql("select session, seq, at, kind, data from events where session = ")
            .arg(session)
            .and("seq >", after_seq)
            .push(" order by seq limit ")
            .arg(limit.clamp(1, Page::MOST));
        self.db().rows(query).await?.iter().map(read).collect()
    }
}
