//! Saved versions.

use hookswitch_model::tool::{StoredTool, ToolVersion};
use hookswitch_model::{Scope, ToolId};

use super::find::version_cursor;
use super::{COLUMNS, read};
use crate::db::{Query, Result, Row, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::page::{Page, PageOf};

fn read_version(row: &Row) -> Result<ToolVersion> {
    Ok(ToolVersion {
        tool: row.get("tool")?,
        version: row.get("version")?,
        draft: row.json("draft")?,
        saved_by: row.opt("saved_by")?,
        saved_at: row.get("saved_at")?,
    })
}

fn versions(scope: Scope, tool: ToolId) -> Query {
    sql("select v.tool, v.version, v.draft, v.saved_by, v.saved_at from tool_versions v \
         join tools t on t.id = v.tool where ")
    .within_project("t", scope)
    .and("v.tool =", tool)
}

impl Store {
    /// The versions of a tool, newest first.
    pub async fn list_versions(
        &self,
        scope: Scope,
        tool: ToolId,
        page: &Page,
    ) -> Result<PageOf<ToolVersion>> {
        let query = match page.after {
            Some(cursor) => versions(scope, tool).and("v.version <", cursor.key),
            None => versions(scope, tool),
        }
        .push(" order by v.version desc limit ")
        .arg(i64::from(page.limit.clamp(1, Page::MOST)) + 1);
        let found: Vec<ToolVersion> =
            self.db().rows(query).await?.iter().map(read_version).collect::<Result<_>>()?;
        if found.is_empty() {
            self.get_tool(scope, tool).await?;
        }
        Ok(PageOf::cut(found, page, |version| version_cursor(version.version)))
    }

    /// One version.
    pub async fn get_version(&self, scope: Scope, tool: ToolId, version: u32) -> Result<ToolVersion> {
        let row = self.db().row(versions(scope, tool).and("v.version =", version)).await?;
        read_version(&row.ok_or(StoreError::NotFound)?)
    }

    /// The tool as it is now, but with version number and draft of a saved version: what a session that pinned
    /// that version runs.
    pub async fn tool_at_version(&self, scope: Scope, tool: ToolId, version: u32) -> Result<StoredTool> {
        let query = sql(COLUMNS)
            .push("where ")
            .within_project("t", scope)
            .and("t.id =", tool)
            .and("v.version =", version);
        read(&self.db().row(query).await?.ok_or(StoreError::NotFound)?)
    }
}
