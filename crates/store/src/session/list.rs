//! Lists of sessions.

use hookswitch_model::session::Session;
use hookswitch_model::{NodeId, Scope, SessionId, Stamp};

use super::{SessionFilter, read};
use crate::db::{Result, sql};
use crate::open::Store;
use crate::page::{Cursor, Order, Page, PageOf};

impl Store {
    /// A page of sessions, newest first.
    pub async fn list_sessions(
        &self,
        scope: Scope,
        filter: &SessionFilter,
        page: &Page,
    ) -> Result<PageOf<Session>> {
        let query = sql("select * from sessions where ")
            .within_project("sessions", scope)
            .and_some("agent =", filter.agent)
            .push(match filter.active {
                Some(true) => " and ended_at is null",
                Some(false) => " and ended_at is not null",
                None => "",
            })
            .paged(page, Order::NewestFirst, "created_at", "id");
        let sessions = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        Ok(PageOf::cut(sessions, page, |session: &Session| Cursor {
            key: session.created_at.micros(),
            id: session.id.uuid(),
        }))
    }

    /// How many sessions there are, running and ended.
    pub async fn count_sessions(&self, scope: Scope) -> Result<u64> {
        let query = sql("select count(*) as n from sessions where ").within_project("sessions", scope);
        self.db().row(query).await?.map_or(Ok(0), |row| row.get("n"))
    }

    /// Open sessions whose owner is another node and whose lease ended before `now`, those waiting longest first:
    /// what a node may take over.
    pub async fn open_sessions_of_other_nodes_any_tenant(
        &self,
        node: NodeId,
        now: Stamp,
        limit: u32,
    ) -> Result<Vec<SessionId>> {
        let query = sql("select id from sessions where ended_at is null and lease_until < ")
            .arg(now)
            .and("node <>", node)
            .push(" order by lease_until, id limit ")
            .arg(limit.clamp(1, Page::MOST));
        self.db().rows(query).await?.iter().map(|row| row.get("id")).collect()
    }
}
