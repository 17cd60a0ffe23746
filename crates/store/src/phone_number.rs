//! Phone numbers that lead to an agent.

use std::collections::HashMap;

use hookswitch_model::agent::Agent;
use hookswitch_model::{AgentId, Scope};

use crate::agent;
use crate::db::{Result, sql};
use crate::open::Store;

impl Store {
    /// Sets the phone numbers of an agent in their order. One that leads to another agent is a conflict.
    pub async fn set_agent_phone_numbers(
        &self,
        scope: Scope,
        agent: AgentId,
        phone_numbers: &[String],
    ) -> Result<()> {
        let mut tx = self.db().begin().await?;
        agent::lock(&mut tx, scope, agent).await?;
        tx.run(sql("delete from agent_phone_numbers where agent = $1").bind(agent)).await?;
        for (position, phone_number) in (0_i64..).zip(phone_numbers) {
            let query = sql("insert into agent_phone_numbers (org, mode, phone_number, agent, position) \
                 values ($1, $2, $3, $4, $5)")
            .bind(scope.org)
            .bind(scope.mode)
            .bind(phone_number.as_str())
            .bind(agent)
            .bind(position);
            tx.run(query).await.map_err(|error| error.about("phone number"))?;
        }
        tx.commit().await
    }

    /// The agent that a phone number leads to, if there is one.
    pub async fn agent_by_phone_number(&self, scope: Scope, phone_number: &str) -> Result<Option<Agent>> {
        let query = agent::agents(scope)
            .push(" and a.id in (select n.agent from agent_phone_numbers n where ")
            .within("n", scope)
            .and("n.phone_number =", phone_number)
            .push(")");
        self.db().row(query).await?.as_ref().map(agent::read).transpose()
    }

    /// The phone numbers of some agents, in their order.
    pub async fn phone_numbers_of_agents(
        &self,
        scope: Scope,
        agents: &[AgentId],
    ) -> Result<HashMap<AgentId, Vec<String>>> {
        let mut found: HashMap<AgentId, Vec<String>> = HashMap::new();
        for some in agents.chunks(500) {
            let query = sql("select n.agent, n.phone_number from agent_phone_numbers n where ")
                .within("n", scope)
                .push(" and n.agent in ")
                .list(some.iter().copied())
                .push(" order by n.agent, n.position");
            for row in self.db().rows(query).await? {
                found.entry(row.get("agent")?).or_default().push(row.get("phone_number")?);
            }
        }
        Ok(found)
    }
}
