//! Tools by name or id, and what is needed to show them.

use std::collections::HashMap;

use hookswitch_api::SurfaceState;
use hookswitch_model::key::Permission;
use hookswitch_model::name::ToolName;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{AgentId, ProjectId, Scope, SealId};
use hookswitch_registry::{Caller, Project, Registry};
use secrecy::SecretString;
use serde_json::Value;

use super::Refused;
use super::scopes::{InProject, MOST_LISTED, first_page, page_after};
use crate::PhonicState;
use crate::wire::ids;
use crate::wire::problem::Problem;
use crate::wire::tool::{Known, kind::ToolType, show};

/// A tool and its project.
pub(super) struct Found {
    pub(super) tool: StoredTool,
    pub(super) project: Project,
    agents: Vec<(AgentId, String)>,
    opened: HashMap<SealId, SecretString>,
    shows_secrets: bool,
}

impl Found {
    /// What the wire has to know beside the definition.
    pub(super) fn known(&self) -> Known<'_> {
        Known { agents: &self.agents, opened: &self.opened, shows_secrets: self.shows_secrets }
    }

    /// The tool as it is shown.
    pub(super) fn render(&self) -> Result<Value, Refused> {
        let shown = show::tool(&self.tool, self.project.name.as_str(), self.known());
        shown.ok_or_else(|| Problem::not_found("tool").into())
    }
}

/// The tool of a name in a project, or of an id.
pub(super) async fn find(
    state: &PhonicState,
    caller: &Caller,
    text: &str,
    project: &InProject,
) -> Result<Found, Refused> {
    let (registry, scope) = (state.registry(), caller.scope());
    let (tool, project) = if let Some(id) = ids::parse_tool(text) {
        let tool = registry.get_tool(scope, id).await?;
        let project = registry.get_project(scope, tool.project).await?;
        (tool, project)
    } else {
        let project = project.find(registry, scope).await?;
        let name = ToolName::parse(text).map_err(|_| Problem::not_found("tool"))?;
        (registry.tool_by_name(scope.in_project(project.id), &name).await?, project)
    };
    let kind = ToolType::of(&tool.draft).ok_or_else(|| Problem::not_found("tool"))?;
    let agents = match kind {
        ToolType::TransferAgent => agents_of(registry, scope, project.id).await?,
        _ => Vec::new(),
    };
    let opened = registry.open_draft_seals(scope, &tool.draft).await?;
    Ok(Found { tool, project, agents, opened, shows_secrets: shows_secrets(caller) })
}

/// Whether a key may read header values that are secrets.
pub(super) fn shows_secrets(caller: &Caller) -> bool {
    caller.key.may(Permission::ToolsSecrets)
}

/// All agents of a project, with their names.
pub(super) async fn agents_of(
    registry: &Registry,
    scope: Scope,
    project: ProjectId,
) -> Result<Vec<(AgentId, String)>, Refused> {
    let mut agents = Vec::new();
    let mut page = first_page();
    loop {
        let found = registry.list_agents(scope.in_project(project), page).await?;
        agents.extend(found.items.into_iter().map(|agent| (agent.id, agent.draft.name.as_str().to_owned())));
        match found.next {
            Some(next) if agents.len() < MOST_LISTED => page = page_after(next),
            _ => return Ok(agents),
        }
    }
}
