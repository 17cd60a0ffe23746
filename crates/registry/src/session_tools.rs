//! Tools that one session alone has: defined where it is started, no tools of the organisation.

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::name::ToolName;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, KeyId, ProjectId, Scope, SessionId, ToolId};
use hookswitch_store::NewTool;

use crate::Registry;
use crate::error::RegistryError;

impl Registry {
    /// Makes a tool for a session that is about to start under this id. It takes its name from nobody; requests of a
    /// tool of its own secret are refused, since nobody would ever see that secret.
    pub async fn create_session_tool(
        &self,
        scope: Scope,
        project: ProjectId,
        session: SessionId,
        dialect: Dialect,
        mut draft: ToolDraft,
        by: KeyId,
    ) -> Result<StoredTool, RegistryError> {
        self.check_with_code(scope, &draft).await?;
        let seals = self.seal_draft(scope, &mut draft, None).await?;
        let id = ToolId::generate();
        // What nobody else is called; the definition keeps the name that was given.
        let name = ToolName::parse(id.to_string())
            .map_err(|error| RegistryError::finding("$.name", "invalid_name", error.to_string()))?;
        let new = NewTool { id, project, name, dialect, enabled: true, draft, seals, signing: None };
        Ok(self.inner.store.insert_session_tool(scope, session, new, Some(by)).await?)
    }

    /// Removes what was made for a session that did not start.
    pub async fn delete_session_tools(&self, scope: Scope, session: SessionId) -> Result<(), RegistryError> {
        self.inner.store.delete_session_tools(scope, session).await?;
        Ok(())
    }

    /// A tool as a version of it was saved, also one that a session alone has.
    pub async fn tool_at_version(
        &self,
        scope: Scope,
        id: ToolId,
        version: u32,
    ) -> Result<StoredTool, RegistryError> {
        self.inner.store.tool_at_version(scope, id, version).await.map_err(RegistryError::absent("tool"))
    }
}
