//! Things by the numbers that some dialects show, and what those dialects list beside them.

use std::collections::HashMap;

use hookswitch_model::agent::Agent;
use hookswitch_model::session::Session;
use hookswitch_model::tool::{CallStats, StoredTool};
use hookswitch_model::{AgentId, Scope, SessionId, ToolId};
use hookswitch_store::{Page, PageOf, SessionTally, StoreError, ToolFilter};

use crate::Registry;
use crate::error::RegistryError;

impl Registry {
    /// The tool of a number.
    pub async fn tool_by_number(&self, scope: Scope, number: i64) -> Result<StoredTool, RegistryError> {
        self.inner.store.tool_by_number(scope, number).await?.ok_or(RegistryError::NotFound("tool"))
    }

    /// The agent of a number.
    pub async fn agent_by_number(&self, scope: Scope, number: i64) -> Result<Agent, RegistryError> {
        self.inner.store.agent_by_number(scope, number).await?.ok_or(RegistryError::NotFound("agent"))
    }

    /// The session of a number.
    pub async fn session_by_number(&self, scope: Scope, number: i64) -> Result<Session, RegistryError> {
        self.inner.store.session_by_number(scope, number).await?.ok_or(RegistryError::NotFound("session"))
    }

    /// The numbers of some tools; deleted ones are not among them.
    pub async fn numbers_of_tools(
        &self,
        scope: Scope,
        ids: &[ToolId],
    ) -> Result<HashMap<ToolId, i64>, RegistryError> {
        Ok(self.inner.store.numbers_of_tools(scope, ids).await?)
    }

    /// The numbers of some agents; deleted ones are not among them.
    pub async fn numbers_of_agents(
        &self,
        scope: Scope,
        ids: &[AgentId],
    ) -> Result<HashMap<AgentId, i64>, RegistryError> {
        Ok(self.inner.store.numbers_of_agents(scope, ids).await?)
    }

    /// The numbers of some sessions; pruned ones are not among them.
    pub async fn numbers_of_sessions(
        &self,
        scope: Scope,
        ids: &[SessionId],
    ) -> Result<HashMap<SessionId, i64>, RegistryError> {
        Ok(self.inner.store.numbers_of_sessions(scope, ids).await?)
    }

    /// Those of some tools that are there, in no order.
    pub async fn tools_by_ids(&self, scope: Scope, ids: &[ToolId]) -> Result<Vec<StoredTool>, RegistryError> {
        Ok(self.inner.store.tools_by_ids(scope, ids).await?)
    }

    /// How many tools a filter lets through.
    pub async fn count_tools(&self, scope: Scope, filter: &ToolFilter) -> Result<u64, RegistryError> {
        Ok(self.inner.store.count_tools(scope, filter).await?)
    }

    /// The counters of some tools; a tool that was never called is not among them.
    pub async fn stats_of_tools(
        &self,
        scope: Scope,
        tools: &[ToolId],
    ) -> Result<HashMap<ToolId, CallStats>, RegistryError> {
        Ok(self.inner.store.stats_of_tools(scope, tools).await?.into_iter().collect())
    }

    /// The counters of one tool with each agent, or of each tool with one agent, as far as there were calls.
    pub async fn stats_of_bindings(
        &self,
        scope: Scope,
        tool: Option<ToolId>,
        agent: Option<AgentId>,
    ) -> Result<HashMap<(AgentId, ToolId), CallStats>, RegistryError> {
        Ok(self.inner.store.stats_of_bindings(scope, tool, agent).await?.into_iter().collect())
    }

    /// How many sessions some agents had, and how they went.
    pub async fn session_tallies(
        &self,
        scope: Scope,
        agents: &[AgentId],
    ) -> Result<HashMap<AgentId, SessionTally>, RegistryError> {
        Ok(self.inner.store.session_tallies(scope, agents).await?.into_iter().collect())
    }

    /// Sets the phone numbers that lead to an agent. One that leads to another agent is taken.
    pub async fn set_agent_phone_numbers(
        &self,
        scope: Scope,
        agent: AgentId,
        phone_numbers: &[String],
    ) -> Result<(), RegistryError> {
        self.inner.store.set_agent_phone_numbers(scope, agent, phone_numbers).await.map_err(|error| {
            match error {
                StoreError::Conflict { .. } => {
                    RegistryError::NameTaken { what: "phone number", name: phone_numbers.join(", ") }
                }
                StoreError::NotFound => RegistryError::NotFound("agent"),
                other => RegistryError::Store(other),
            }
        })
    }

    /// The agent that a phone number leads to.
    pub async fn agent_by_phone_number(
        &self,
        scope: Scope,
        phone_number: &str,
    ) -> Result<Agent, RegistryError> {
        let found = self.inner.store.agent_by_phone_number(scope, phone_number).await?;
        found.ok_or(RegistryError::NotFound("agent"))
    }

    /// The phone numbers of some agents, in their order.
    pub async fn phone_numbers_of_agents(
        &self,
        scope: Scope,
        agents: &[AgentId],
    ) -> Result<HashMap<AgentId, Vec<String>>, RegistryError> {
        Ok(self.inner.store.phone_numbers_of_agents(scope, agents).await?)
    }

    /// A page of the tools that other organisations made public.
    pub async fn public_tools(
        &self,
        scope: Scope,
        filter: &ToolFilter,
        page: Page,
    ) -> Result<PageOf<StoredTool>, RegistryError> {
        Ok(self.inner.store.public_tools_any_tenant(scope, filter, &page).await?)
    }

    /// The public tool of another organisation that has a number.
    pub async fn public_tool(&self, scope: Scope, number: i64) -> Result<StoredTool, RegistryError> {
        let found = self.inner.store.public_tool_by_number_any_tenant(scope, number).await?;
        found.ok_or(RegistryError::NotFound("tool"))
    }

    /// The numbers of the organisations that own some tools, for lists of public ones.
    pub async fn org_numbers(
        &self,
        tools: &[StoredTool],
    ) -> Result<HashMap<hookswitch_model::OrgId, i64>, RegistryError> {
        let mut numbers = HashMap::new();
        for tool in tools {
            if let std::collections::hash_map::Entry::Vacant(place) = numbers.entry(tool.org) {
                place.insert(self.inner.store.get_org(tool.org).await?.number);
            }
        }
        Ok(numbers)
    }
}
