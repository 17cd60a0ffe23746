//! The tools of an agent: names looked up, bindings replaced.

use std::collections::HashMap;

use hookswitch_model::binding::Binding;
use hookswitch_model::name::ToolName;
use hookswitch_model::{AgentId, Findings, ProjectId, Scope, ToolId};
use hookswitch_registry::{NewBinding, Registry, RegistryError};

use super::Refused;
use crate::wire::agent::{Wanted, place};
use crate::wire::param_errors::{ParamErrors, item};

/// Where names of tools are looked up.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) registry: &'p Registry,
    pub(super) scope: Scope,
    pub(super) project: ProjectId,
}

impl Place<'_> {
    /// The tools of some names. `bound` ones may be of another project: they are the agent's already.
    pub(super) async fn look_up(
        &self,
        names: &[String],
        bound: &HashMap<String, ToolId>,
        at: &str,
    ) -> Result<(Wanted, ParamErrors), Refused> {
        let scope = self.scope.in_project(self.project);
        let mut known = bound.clone();
        for name in names {
            let Ok(parsed) = ToolName::parse(name.as_str()) else { continue };
            match self.registry.tool_by_name(scope, &parsed).await {
                Ok(tool) => drop(known.insert(name.clone(), tool.id)),
                Err(RegistryError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(place(names, &known, at))
    }

    /// Notes tools that want settings which this API can't give, and that were not bound with them elsewhere.
    pub(super) async fn check_settings(
        &self,
        names: &[String],
        wanted: &Wanted,
        before: &[Binding],
        errors: &mut ParamErrors,
    ) -> Result<(), Refused> {
        let stored = self.registry.tools_by_ids(self.scope, &wanted.bound).await?;
        for tool in stored.iter().filter(|tool| before.iter().all(|binding| binding.tool != tool.id)) {
            let mut findings = Findings::default();
            if let Some(schema) = &tool.draft.config_schema {
                schema.check_config(&serde_json::Map::new(), "$", &mut findings);
            }
            let index = names.iter().position(|name| name == tool.name.as_str());
            if let (true, Some(index)) = (findings.has_errors(), index) {
                errors
                    .note(item("tools", index), "This tool needs settings that are made through another API");
            }
        }
        Ok(())
    }

    /// Binds these tools and no others. Those that stay keep their settings.
    pub(super) async fn bind(
        &self,
        agent: AgentId,
        tools: &[ToolId],
        before: &[Binding],
    ) -> Result<(), Refused> {
        let binding = |tool: &ToolId| match before.iter().find(|binding| binding.tool == *tool) {
            Some(stored) => {
                NewBinding { tool: *tool, enabled: stored.enabled, config: stored.config.clone() }
            }
            None => NewBinding { tool: *tool, enabled: true, config: serde_json::Map::new() },
        };
        let all: Vec<NewBinding> = tools.iter().map(binding).collect();
        self.registry.replace_bindings(self.scope, agent, all).await?;
        Ok(())
    }
}
