//! Agents with values that are sealed beside them.

use hookswitch_model::agent::{Agent, AgentDraft};
use hookswitch_model::name::AgentName;
use hookswitch_model::{AgentId, ProjectId, Scope, SealId};
use hookswitch_vault::Purpose;
use secrecy::SecretString;

use crate::Registry;
use crate::error::RegistryError;

/// Values that an agent's draft refers to by their ids.
#[derive(Debug, Default)]
pub struct AgentSeals {
    /// To be sealed now.
    pub new: Vec<(SealId, SecretString)>,
    /// Stored already; all others go.
    pub kept: Vec<SealId>,
}

impl Registry {
    /// The agent of a name in a project.
    pub async fn agent_by_name(
        &self,
        scope: Scope,
        project: ProjectId,
        name: &AgentName,
    ) -> Result<Agent, RegistryError> {
        let found = self.inner.store.agent_by_name(scope, project, name.as_str()).await?;
        found.ok_or(RegistryError::NotFound("agent"))
    }

    /// How often an agent was saved: 1 when it is new.
    pub async fn agent_version(&self, scope: Scope, id: AgentId) -> Result<u32, RegistryError> {
        self.inner.store.agent_version(scope, id).await.map_err(RegistryError::absent("agent"))
    }

    /// Creates an agent with its sealed values.
    pub async fn create_agent_sealed(
        &self,
        scope: Scope,
        project: ProjectId,
        draft: AgentDraft,
        seals: AgentSeals,
    ) -> Result<Agent, RegistryError> {
        let agent = self.create_agent(scope, project, draft).await?;
        if let Err(error) = self.put_agent_seals(scope, agent.id, seals).await {
            // An agent whose values are missing would look whole.
            self.delete_agent(scope, agent.id).await?;
            return Err(error);
        }
        Ok(agent)
    }

    /// Replaces what an agent is made of, and its sealed values.
    pub async fn update_agent_sealed(
        &self,
        scope: Scope,
        id: AgentId,
        draft: AgentDraft,
        mut seals: AgentSeals,
    ) -> Result<Agent, RegistryError> {
        // New values first, old ones last: at no moment does the draft refer to what is not there.
        let before = self.get_agent(scope, id).await?;
        let kept = std::mem::take(&mut seals.kept);
        let fresh: Vec<SealId> = seals.new.iter().map(|(seal, _)| *seal).collect();
        let stored = self.inner.store.agent_seal_ids(scope, id).await?;
        self.put_agent_seals(scope, id, AgentSeals { new: seals.new, kept: stored }).await?;
        let saved = self.update_agent(scope, before.id, draft).await?;
        let kept = kept.into_iter().chain(fresh).collect();
        self.put_agent_seals(scope, id, AgentSeals { new: Vec::new(), kept }).await?;
        Ok(saved)
    }

    async fn put_agent_seals(
        &self,
        scope: Scope,
        agent: AgentId,
        seals: AgentSeals,
    ) -> Result<(), RegistryError> {
        let mut new = Vec::with_capacity(seals.new.len());
        for (id, text) in seals.new {
            new.push((id, self.seal_text(scope.org, id, Purpose::Definition, &text)?));
        }
        let put = self.inner.store.put_agent_seals(scope, agent, new, &seals.kept).await;
        put.map_err(RegistryError::absent("agent"))
    }

    /// One sealed value of an agent in clear.
    pub async fn open_agent_seal(
        &self,
        scope: Scope,
        agent: AgentId,
        seal: SealId,
    ) -> Result<SecretString, RegistryError> {
        let sealed = self.inner.store.get_agent_seal(scope, agent, seal).await;
        let sealed = sealed.map_err(RegistryError::absent("sealed value"))?;
        self.open_text(scope.org, seal, Purpose::Definition, &sealed)
    }
}
