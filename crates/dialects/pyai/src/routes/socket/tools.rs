//! The tools of a `configure`, looked up and made.

use hookswitch_api::SurfaceState;
use hookswitch_engine::StartTool;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::name::ToolName;
use hookswitch_model::{Dialect, ToolId};
use hookswitch_registry::RegistryError;
use serde_json::Map;

use super::talk::Talk;
use crate::routes::Failed;
use crate::wire::prebuilt::Prebuilt;
use crate::wire::socket::configure::{Item, ToolError};
use crate::wire::tool::is_expressible;
use crate::wire::trouble::Trouble;

impl Talk {
    /// Gives the session these tools and no others; those that could not be had are noted. How many there are now.
    pub(super) async fn set_tools(
        &mut self,
        items: Vec<Item>,
        errors: &mut Vec<ToolError>,
    ) -> Result<usize, Failed> {
        let mut start = Vec::with_capacity(items.len());
        for item in items {
            let name = item.name().to_owned();
            match Box::pin(self.tool_of(item)).await {
                Ok(tool) => start.push(StartTool { tool, config: Map::new() }),
                Err(Failed::Trouble(trouble)) => {
                    errors.push(ToolError::new(&name, trouble.code.word, trouble.detail));
                }
                Err(Failed::House(failure)) => {
                    let trouble = Trouble::from(&failure);
                    if trouble.code.status >= 500 {
                        return Err(failure.into());
                    }
                    errors.push(ToolError::new(&name, trouble.code.word, trouble.detail));
                }
            }
        }
        let engine = self.state.engine();
        Ok(engine.set_session_tools(self.admitted.scope, self.id, &start).await?.tools.len())
    }

    async fn tool_of(&mut self, item: Item) -> Result<ToolId, Failed> {
        let is_webhook = item.is_webhook();
        match item {
            Item::Named(name) => Box::pin(self.named(&name)).await,
            Item::Own { draft, .. } => {
                if is_webhook {
                    self.sign().await?;
                }
                Box::pin(self.make(*draft)).await
            }
        }
    }

    /// A tool of the organisation, else a prebuilt one: as it is bound, where it is.
    async fn named(&mut self, name: &str) -> Result<ToolId, Failed> {
        let (registry, scope) = (self.state.registry(), self.admitted.scope);
        if let Ok(parsed) = ToolName::parse(name) {
            match registry.tool_by_name(scope, &parsed).await {
                Ok(tool) if is_expressible(&tool.draft) => return Ok(tool.id),
                Ok(_) | Err(RegistryError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let Some(prebuilt) = Prebuilt::from_name(name) else {
            return Err(Trouble::new(crate::wire::trouble::UNKNOWN_TOOL, "there is no such tool").into());
        };
        if let Some(agent) = &self.setup.agent {
            let bindings = registry.list_bindings(scope, agent.id).await?;
            let bound = bindings.iter().find(|one| Prebuilt::from_copy(scope, one.tool) == Some(prebuilt));
            if let Some(bound) = bound {
                return Ok(bound.tool);
            }
        }
        Box::pin(self.make(prebuilt.draft())).await
    }

    async fn make(&mut self, draft: ToolDraft) -> Result<ToolId, Failed> {
        let (registry, admitted) = (self.state.registry(), &self.admitted);
        let (scope, key) = (admitted.scope, admitted.key);
        let made = registry.create_session_tool(scope, self.project, self.id, Dialect::Pyai, draft, key);
        let made = Box::pin(made).await?;
        Ok(made.id)
    }

    /// The project has a signing secret from now on, if it had none.
    async fn sign(&mut self) -> Result<(), Failed> {
        let (registry, scope) = (self.state.registry(), self.admitted.scope);
        if registry.project_signing_hint(scope, self.project).await?.is_none() {
            registry.rotate_project_signing_secret(scope, self.project).await?;
        }
        Ok(())
    }
}
