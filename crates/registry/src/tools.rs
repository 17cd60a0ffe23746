//! Reading tools.

use hookswitch_model::name::ToolName;
use hookswitch_model::tool::{CallStats, StoredTool, ToolVersion};
use hookswitch_model::{Scope, ToolId};
use hookswitch_store::{Page, PageOf, Percentiles, ToolFilter};

use crate::Registry;
use crate::error::RegistryError;

impl Registry {
    /// One tool.
    pub async fn get_tool(&self, scope: Scope, id: ToolId) -> Result<StoredTool, RegistryError> {
        self.inner.store.get_tool(scope, id).await.map_err(RegistryError::absent("tool"))
    }

    /// The tool of a name, compared byte for byte.
    pub async fn tool_by_name(&self, scope: Scope, name: &ToolName) -> Result<StoredTool, RegistryError> {
        self.inner.store.tool_by_name(scope, name.as_str()).await?.ok_or(RegistryError::NotFound("tool"))
    }

    /// Tools, by name.
    pub async fn list_tools(
        &self,
        scope: Scope,
        filter: &ToolFilter,
        page: Page,
    ) -> Result<PageOf<StoredTool>, RegistryError> {
        Ok(self.inner.store.list_tools(scope, filter, &page).await?)
    }

    /// The saved versions of a tool, newest first.
    pub async fn list_versions(
        &self,
        scope: Scope,
        id: ToolId,
        page: Page,
    ) -> Result<PageOf<ToolVersion>, RegistryError> {
        self.inner.store.list_versions(scope, id, &page).await.map_err(RegistryError::absent("tool"))
    }

    /// One saved version.
    pub async fn get_version(
        &self,
        scope: Scope,
        id: ToolId,
        version: u32,
    ) -> Result<ToolVersion, RegistryError> {
        self.inner.store.get_version(scope, id, version).await.map_err(RegistryError::absent("version"))
    }

    /// Counters and percentiles of a tool.
    pub async fn tool_stats(
        &self,
        scope: Scope,
        id: ToolId,
    ) -> Result<(CallStats, Percentiles), RegistryError> {
        self.get_tool(scope, id).await?;
        let stats = self.inner.store.tool_stats(scope, id).await?;
        let percentiles = self.inner.store.percentiles(scope, id, None).await?;
        Ok((stats, percentiles))
    }
}
