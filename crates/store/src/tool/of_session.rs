//! Tools that one session alone has: in no list, found by no name, gone with the session's content.

use hookswitch_model::tool::StoredTool;
use hookswitch_model::{KeyId, Scope, SessionId, Stamp, ToolId};

use super::{COLUMNS, NewTool, read};
use crate::db::{Result, sql};
use crate::error::StoreError;
use crate::open::Store;

impl Store {
    /// Makes a tool for a session that is about to start. Its name in the row takes no name from anybody: the
    /// caller gives one that nobody else can have.
    pub async fn insert_session_tool(
        &self,
        scope: Scope,
        session: SessionId,
        new: NewTool,
        saved_by: Option<KeyId>,
    ) -> Result<StoredTool> {
        self.insert(scope, new, saved_by, Some(session)).await
    }

    /// A tool that a session may have: one of the organisation, or one of its own.
    pub async fn get_tool_for_session(
        &self,
        scope: Scope,
        session: SessionId,
        id: ToolId,
    ) -> Result<StoredTool> {
        let query = sql(COLUMNS)
            .push("and v.version = t.version where ")
            .within_project("t", scope)
            .and("t.id =", id)
            .push(" and (t.session is null or t.session = ")
            .arg(session)
            .push(")");
        read(&self.db().row(query).await?.ok_or(StoreError::NotFound)?)
    }

    /// Removes the tools that a session alone has.
    pub async fn delete_session_tools(&self, scope: Scope, session: SessionId) -> Result<u64> {
        let query = sql("delete from tools where ").within_project("tools", scope).and("session =", session);
        self.db().run(query).await
    }

    /// Removes at most `limit` tools of sessions that ended before a moment, or that never came to be.
    pub(crate) async fn prune_session_tools_any_tenant(&self, before: Stamp, limit: u32) -> Result<u64> {
        let query = sql("delete from tools where id in (select t.id from tools t \
             left join sessions s on s.id = t.session where t.session is not null and t.created_at < $1 \
             and (s.id is null or s.ended_at < $1) order by t.number limit $2)")
        .bind(before)
        .bind(limit.max(1));
        self.db().run(query).await
    }
}
