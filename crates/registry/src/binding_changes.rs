//! Bindings that change the definition of their tool for one agent.

use hookswitch_model::binding::Binding;
use hookswitch_model::changes::DraftChanges;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::{AgentId, Scope, ToolId};

use crate::Registry;
use crate::bindings::{MOST_BINDINGS, NewBinding};
use crate::error::RegistryError;

/// What becomes of the changes that a binding makes.
#[derive(Debug, Clone)]
pub enum ChangedDraft {
    /// They stay.
    Keep,
    /// The tool is as it is.
    Clear,
    /// With this agent the tool is this.
    Set(Box<ToolDraft>),
}

impl Registry {
    /// Binds tools to an agent, or changes their bindings, each with its changes: all or, on any error of a
    /// definition, none.
    pub async fn put_changed_bindings(
        &self,
        scope: Scope,
        agent: AgentId,
        all: Vec<(NewBinding, ChangedDraft)>,
    ) -> Result<Vec<Binding>, RegistryError> {
        self.get_agent(scope, agent).await?;
        let stored = self.inner.store.list_bindings(scope, agent).await?;
        let is_new = |new: &&(NewBinding, ChangedDraft)| !stored.iter().any(|own| own.tool == new.0.tool);
        if stored.len() + all.iter().filter(is_new).count() > MOST_BINDINGS {
            return Err(RegistryError::finding("$", "too_many", format!("at most {MOST_BINDINGS} tools")));
        }
        let mut prepared = Vec::with_capacity(all.len());
        for (new, changed) in all {
            let tool = self.get_tool(scope, new.tool).await?;
            let (mut binding, mut seals) = self.prepare_binding(scope, agent, new, &stored, "$").await?;
            match changed {
                ChangedDraft::Keep => {}
                ChangedDraft::Clear => binding.changes = DraftChanges::default(),
                ChangedDraft::Set(mut draft) => {
                    let before = binding.changes.apply(&tool.draft).unwrap_or_else(|| tool.draft.clone());
                    self.check_with_code(scope, &draft).await?;
                    seals.extend(self.seal_draft(scope, &mut draft, Some(&before)).await?);
                    binding.changes = DraftChanges::between(&tool.draft, &draft);
                }
            }
            prepared.push((binding, seals));
        }
        let mut bindings = Vec::with_capacity(prepared.len());
        for (binding, seals) in prepared {
            let put = self.inner.store.put_binding(scope, &binding, seals).await;
            bindings.push(put.map_err(RegistryError::absent("tool"))?);
        }
        Ok(bindings)
    }

    /// The agents that a tool is bound to, oldest binding first; at most a thousand.
    pub async fn bindings_of_tool(&self, scope: Scope, tool: ToolId) -> Result<Vec<Binding>, RegistryError> {
        let page = hookswitch_store::Page::first(hookswitch_store::Page::MOST);
        let found = self.inner.store.bindings_of_tool(scope, tool, &page).await;
        found.map(|page| page.items).map_err(RegistryError::absent("tool"))
    }
}
