//! Agents with what belongs to them, and how they are looked up.

use std::collections::HashMap;

use hookswitch_api::SurfaceState;
use hookswitch_model::agent::Agent;
use hookswitch_model::binding::Binding;
use hookswitch_model::name::AgentName;
use hookswitch_model::{Scope, SealId};
use hookswitch_registry::{Caller, Project, Registry, RegistryError};
use secrecy::SecretString;
use serde_json::Value;

use super::Refused;
use super::scopes::InProject;
use super::tool_lookup::shows_secrets;
use crate::PhonicState;
use crate::wire::problem::Problem;
use crate::wire::{agent as wire, ids};

/// An agent, its project, its tools and its sealed values.
pub(super) struct Whole {
    pub(super) agent: Agent,
    pub(super) project: Project,
    pub(super) bindings: Vec<Binding>,
    /// Names of the bound tools, in order.
    pub(super) tools: Vec<String>,
    opened: HashMap<SealId, SecretString>,
    shows_secrets: bool,
}

impl Whole {
    pub(super) async fn of(
        registry: &Registry,
        caller: &Caller,
        agent: Agent,
        project: Project,
    ) -> Result<Self, Refused> {
        let scope = caller.scope();
        let bindings = registry.list_bindings(scope, agent.id).await?;
        let wanted: Vec<_> = bindings.iter().map(|binding| binding.tool).collect();
        let stored = registry.tools_by_ids(scope, &wanted).await?;
        let tools = wanted.iter().filter_map(|id| stored.iter().find(|tool| tool.id == *id));
        let tools = tools.map(|tool| tool.name.as_str().to_owned()).collect();
        let mut opened = HashMap::new();
        for seal in wire::seals_of(&agent.draft) {
            match registry.open_agent_seal(scope, agent.id, seal).await {
                Ok(text) => drop(opened.insert(seal, text)),
                // Changed in between: shown as redacted.
                Err(RegistryError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self { agent, project, bindings, tools, opened, shows_secrets: shows_secrets(caller) })
    }

    pub(super) fn known(&self) -> wire::Known<'_> {
        wire::Known {
            agent: &self.agent,
            project: self.project.name.as_str(),
            tools: &self.tools,
            opened: &self.opened,
            shows_secrets: self.shows_secrets,
        }
    }

    pub(super) fn render(&self) -> Value {
        wire::agent(self.known())
    }
}

/// The agent of a name in a project, or of an id.
pub(super) async fn find(
    state: &PhonicState,
    scope: Scope,
    text: &str,
    project: &InProject,
) -> Result<(Agent, Project), Refused> {
    let registry = state.registry();
    if let Some(id) = ids::parse_agent(text) {
        let agent = registry.get_agent(scope, id).await?;
        let project = registry.get_project(scope, agent.project).await?;
        return Ok((agent, project));
    }
    let project = project.find(registry, scope).await?;
    let name = AgentName::parse(text).map_err(|_| Problem::not_found("agent"))?;
    Ok((registry.agent_by_name(scope, project.id, &name).await?, project))
}
