//! Values sealed beside agents.

use hookswitch_model::{AgentId, Scope, SealId, Stamp};

use crate::agent;
use crate::db::{Result, sql};
use crate::error::StoreError;
use crate::open::Store;

impl Store {
    /// Adds sealed values of an agent and removes those that are not in `kept`.
    pub async fn put_agent_seals(
        &self,
        scope: Scope,
        agent: AgentId,
        new: Vec<(SealId, Vec<u8>)>,
        kept: &[SealId],
    ) -> Result<()> {
        let mut tx = self.db().begin().await?;
        agent::lock(&mut tx, scope, agent).await?;
        let query = sql("delete from agent_seals where agent = ").arg(agent);
        let query =
            if kept.is_empty() { query } else { query.push(" and id not in ").list(kept.iter().copied()) };
        tx.run(query).await?;
        for (id, sealed) in new {
            let query = sql("insert into agent_seals (id, org, mode, agent, sealed, created_at) \
                 values ($1, $2, $3, $4, $5, $6)")
            .bind(id)
            .bind(scope.org)
            .bind(scope.mode)
            .bind(agent)
            .bind(sealed)
            .bind(Stamp::now());
            tx.run(query).await?;
        }
        tx.commit().await
    }

    /// The sealed values of an agent.
    pub async fn agent_seal_ids(&self, scope: Scope, agent: AgentId) -> Result<Vec<SealId>> {
        let query =
            sql("select id from agent_seals where ").within("agent_seals", scope).and("agent =", agent);
        self.db().rows(query).await?.iter().map(|row| row.get("id")).collect()
    }

    /// One sealed value of an agent.
    pub async fn get_agent_seal(&self, scope: Scope, agent: AgentId, id: SealId) -> Result<Vec<u8>> {
        let query = sql("select sealed from agent_seals where ")
            .within("agent_seals", scope)
            .and("agent =", agent)
            .and("id =", id);
        self.db().row(query).await?.ok_or(StoreError::NotFound)?.get("sealed")
    }
}
