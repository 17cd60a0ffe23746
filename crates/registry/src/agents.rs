//! Agents.

use hookswitch_model::agent::{Agent, AgentDraft};
use hookswitch_model::name::AgentName;
use hookswitch_model::{AgentId, Findings, ProjectId, Scope};
use hookswitch_store::{AgentFilter, Page, PageOf, StoreError};

use crate::Registry;
use crate::error::RegistryError;

/// Longest prompt and greeting, in characters.
const MOST_TEXT: usize = 32_000;
/// Most bytes of variables, metadata and extras as JSON.
const MOST_DATA: usize = 64 * 1024;

impl Registry {
    /// Creates an agent. Its name must be free in the project and mode.
    pub async fn create_agent(
        &self,
        scope: Scope,
        project: ProjectId,
        draft: AgentDraft,
    ) -> Result<Agent, RegistryError> {
        check(&draft)?;
        let name = draft.name.clone();
        self.inner.store.insert_agent(scope, project, AgentId::generate(), draft).await.map_err(taken(&name))
    }

    /// Replaces what an agent is made of.
    pub async fn update_agent(
        &self,
        scope: Scope,
        id: AgentId,
        draft: AgentDraft,
    ) -> Result<Agent, RegistryError> {
        check(&draft)?;
        let name = draft.name.clone();
        self.inner.store.update_agent(scope, id, &draft).await.map_err(taken(&name))
    }

    /// One agent.
    pub async fn get_agent(&self, scope: Scope, id: AgentId) -> Result<Agent, RegistryError> {
        self.inner.store.get_agent(scope, id).await.map_err(RegistryError::absent("agent"))
    }

    /// Agents, by name.
    pub async fn list_agents(&self, scope: Scope, page: Page) -> Result<PageOf<Agent>, RegistryError> {
        Ok(self.inner.store.list_agents(scope, &AgentFilter::default(), &page).await?)
    }

    /// Deletes an agent and its bindings. Running sessions go on.
    pub async fn delete_agent(&self, scope: Scope, id: AgentId) -> Result<(), RegistryError> {
        self.inner.store.delete_agent(scope, id).await.map_err(RegistryError::absent("agent"))
    }
}

fn check(draft: &AgentDraft) -> Result<(), RegistryError> {
    let mut findings = Findings::default();
    for (path, text) in [("$.prompt", &draft.prompt), ("$.greeting", &draft.greeting)] {
        if text.as_ref().is_some_and(|text| text.chars().count() > MOST_TEXT) {
            findings.error(path, "too_long", format!("at most {MOST_TEXT} characters"));
        }
    }
    let maps =
        [("$.variables", &draft.variables), ("$.metadata", &draft.metadata), ("$.extras", &draft.extras)];
    for (path, map) in maps {
        if serde_json::to_string(map).map_or(0, |text| text.len()) > MOST_DATA {
            findings.error(path, "too_long", format!("at most {MOST_DATA} bytes of JSON"));
        }
    }
    if let Some(brain) = &draft.brain {
        brain.check(&mut findings);
    }
    if let Some(zone) = &draft.timezone
        && jiff::tz::TimeZone::get(zone).is_err()
    {
        findings.error("$.timezone", "unknown_value", "an IANA time zone such as Europe/Berlin");
    }
    if findings.has_errors() { Err(RegistryError::Invalid(findings)) } else { Ok(()) }
}

fn taken(name: &AgentName) -> impl FnOnce(StoreError) -> RegistryError + use<> {
    let name = name.as_str().to_owned();
    move |error| match error {
        StoreError::Conflict { .. } => RegistryError::NameTaken { what: "agent", name },
        StoreError::NotFound => RegistryError::NotFound("agent"),
        other => RegistryError::Store(other),
    }
}
