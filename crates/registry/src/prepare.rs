//! Prepared tools: parsed once per version, shared by all sessions that pinned it.

use std::sync::Arc;

use hookswitch_model::changes::DraftChanges;
use hookswitch_model::definition::Definition;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, OrgId, ProjectId, Scope, ToolId};

use crate::Registry;
use crate::error::RegistryError;

/// A version of a tool, ready to run.
#[derive(Debug)]
pub struct Prepared {
    /// The tool.
    pub id: ToolId,
    /// Its organisation.
    pub org: OrgId,
    /// Its project, whose secret signs where its dialect wants that.
    pub project: ProjectId,
    /// Its number for dialects that show integers.
    pub number: i64,
    /// The version.
    pub version: u32,
    /// The dialect it was made in.
    pub dialect: Dialect,
    /// The parsed definition.
    pub definition: Definition,
}

impl Prepared {
    fn new(stored: &StoredTool, version: u32, definition: Definition) -> Self {
        Self {
            id: stored.id,
            org: stored.org,
            project: stored.project,
            number: stored.number,
            version,
            dialect: stored.dialect,
            definition,
        }
    }
}

impl Registry {
    /// The prepared form of a version with the changes of a binding. Not shared: each session has its own.
    pub async fn prepared_with(
        &self,
        scope: Scope,
        tool: ToolId,
        version: u32,
        changes: &DraftChanges,
    ) -> Result<Arc<Prepared>, RegistryError> {
        if changes.is_empty() {
            return self.prepared(scope, tool, version).await;
        }
        let stored = self
            .inner
            .store
            .tool_at_version(scope, tool, version)
            .await
            .map_err(RegistryError::absent("tool"))?;
        let unfit = || RegistryError::finding("$", "conflict", "the binding's changes do not fit the tool");
        let draft = changes.apply(&stored.draft).ok_or_else(unfit)?;
        let (definition, findings) = draft.parse();
        let definition = definition.ok_or(RegistryError::Invalid(findings))?;
        Ok(Arc::new(Prepared::new(&stored, version, definition)))
    }

    /// A draft that is not saved, as if it were a tool of this dialect; for trials.
    pub fn prepared_draft(
        &self,
        scope: Scope,
        project: ProjectId,
        dialect: Dialect,
        draft: &ToolDraft,
    ) -> Result<Prepared, RegistryError> {
        let (definition, _) = self.check(draft)?;
        let (org, number, version) = (scope.org, 0, 0);
        Ok(Prepared { id: ToolId::generate(), org, project, number, version, dialect, definition })
    }

    /// The prepared form of a version.
    pub async fn prepared(
        &self,
        scope: Scope,
        tool: ToolId,
        version: u32,
    ) -> Result<Arc<Prepared>, RegistryError> {
        if let Some(prepared) = self.inner.caches.prepared.get(&(tool, version)).await {
            // The cache knows no tenants; the id alone opens nothing.
            if prepared.org == scope.org {
                return Ok(prepared);
            }
            return Err(RegistryError::NotFound("tool"));
        }
        let stored = self
            .inner
            .store
            .tool_at_version(scope, tool, version)
            .await
            .map_err(RegistryError::absent("tool"))?;
        let (definition, findings) = stored.draft.parse();
        // Saved by an older server whose rules were laxer: the tool can be read and mended, not run.
        let definition = definition.ok_or(RegistryError::Invalid(findings))?;
        let prepared = Arc::new(Prepared::new(&stored, version, definition));
        self.inner.caches.prepared.insert((tool, version), Arc::clone(&prepared)).await;
        Ok(prepared)
    }
}
