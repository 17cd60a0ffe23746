//! Prepared tools: parsed once per version, shared by all sessions that pinned it.

use std::sync::Arc;

use hookswitch_model::definition::Definition;
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

impl Registry {
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
        let prepared = Arc::new(Prepared {
            id: tool,
            org: stored.org,
            project: stored.project,
            number: stored.number,
            version,
            dialect: stored.dialect,
            definition,
        });
        self.inner.caches.prepared.insert((tool, version), Arc::clone(&prepared)).await;
        Ok(prepared)
    }
}
