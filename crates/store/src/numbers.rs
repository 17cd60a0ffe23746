//! Numbers for dialects that show integers: from things to their numbers.

use std::collections::HashMap;
use std::hash::Hash;

use hookswitch_model::{AgentId, Scope, SessionId, ToolId};

use crate::db::{Arg, Column, Field, Result, sql};
use crate::open::Store;

/// Ids asked for in one statement.
const IDS_AT_ONCE: usize = 500;

impl Store {
    /// The numbers of some tools; deleted ones are not among them.
    pub async fn numbers_of_tools(&self, scope: Scope, ids: &[ToolId]) -> Result<HashMap<ToolId, i64>> {
        self.numbers("tools", scope, ids).await
    }

    /// The numbers of some agents; deleted ones are not among them.
    pub async fn numbers_of_agents(&self, scope: Scope, ids: &[AgentId]) -> Result<HashMap<AgentId, i64>> {
        self.numbers("agents", scope, ids).await
    }

    /// The numbers of some sessions; pruned ones are not among them.
    pub async fn numbers_of_sessions(
        &self,
        scope: Scope,
        ids: &[SessionId],
    ) -> Result<HashMap<SessionId, i64>> {
        self.numbers("sessions", scope, ids).await
    }

    async fn numbers<I>(&self, table: &'static str, scope: Scope, ids: &[I]) -> Result<HashMap<I, i64>>
    where
        I: Copy + Eq + Hash + Into<Arg> + Column,
        Option<I::Raw>: Field,
    {
        let mut found = HashMap::with_capacity(ids.len());
        for some in ids.chunks(IDS_AT_ONCE) {
            let query = sql(format!("select id, number from {table} where "))
                .within(table, scope)
                .push(" and id in ")
                .list(some.iter().copied());
            for row in self.db().rows(query).await? {
                found.insert(row.get::<I>("id")?, row.get::<i64>("number")?);
            }
        }
        Ok(found)
    }
}
