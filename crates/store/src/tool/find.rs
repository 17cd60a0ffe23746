//! Finding tools.

use hookswitch_model::draft::Kind;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{ProjectId, Scope, ToolId};
use uuid::Uuid;

use super::{COLUMNS, ToolFilter, read};
use crate::db::{Query, Result, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::page::{Cursor, Page, PageOf};

/// Ids asked for in one statement.
const IDS_AT_ONCE: usize = 500;

fn current(scope: Scope) -> Query {
    sql(COLUMNS).push("and v.version = t.version where t.session is null and ").within_project("t", scope)
}

impl Store {
    /// One tool.
    pub async fn get_tool(&self, scope: Scope, id: ToolId) -> Result<StoredTool> {
        let row = self.db().row(current(scope).and("t.id =", id)).await?;
        read(&row.ok_or(StoreError::NotFound)?)
    }

    /// The project of a tool and whether it is enabled; `None` when there is no such tool.
    pub async fn tool_standing(&self, scope: Scope, id: ToolId) -> Result<Option<(ProjectId, bool)>> {
        let query = sql("select t.project, t.enabled from tools t where ")
            .within_project("t", scope)
            .and("t.id =", id);
        let row = self.db().row(query).await?;
        row.map(|row| Ok((row.get("project")?, row.get("enabled")?))).transpose()
    }

    /// The tool of a name, byte for byte, if there is one.
    pub async fn tool_by_name(&self, scope: Scope, name: &str) -> Result<Option<StoredTool>> {
        self.db().row(current(scope).and("t.name =", name)).await?.as_ref().map(read).transpose()
    }

    /// The tool of a number, if there is one.
    pub async fn tool_by_number(&self, scope: Scope, number: i64) -> Result<Option<StoredTool>> {
        self.db().row(current(scope).and("t.number =", number)).await?.as_ref().map(read).transpose()
    }

    /// Those of some tools that are there, in no order.
    pub async fn tools_by_ids(&self, scope: Scope, ids: &[ToolId]) -> Result<Vec<StoredTool>> {
        let mut tools = Vec::with_capacity(ids.len().min(IDS_AT_ONCE));
        for some in ids.chunks(IDS_AT_ONCE) {
            let query = current(scope).push(" and t.id in ").list(some.iter().copied());
            for row in self.db().rows(query).await? {
                tools.push(read(&row)?);
            }
        }
        Ok(tools)
    }

    /// A page of the tools that a filter lets through.
    pub async fn list_tools(
        &self,
        scope: Scope,
        filter: &ToolFilter,
        page: &Page,
    ) -> Result<PageOf<StoredTool>> {
        let query = self.filtered(current(scope), filter).paged(page, filter.order, "t.number", "t.id");
        let tools = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        Ok(PageOf::cut(tools, page, |tool: &StoredTool| Cursor { key: tool.number, id: tool.id.uuid() }))
    }

    /// How many tools a filter lets through.
    pub async fn count_tools(&self, scope: Scope, filter: &ToolFilter) -> Result<u64> {
        let query =
            sql("select count(*) as n from tools t where t.session is null and ").within_project("t", scope);
        let row = self.db().row(self.filtered(query, filter)).await?;
        row.map_or(Ok(0), |row| row.get("n"))
    }

    pub(super) fn filtered(&self, query: Query, filter: &ToolFilter) -> Query {
        let query =
            query.and_some("t.kind =", filter.kind.map(Kind::as_str)).and_some("t.dialect =", filter.dialect);
        let query = match filter.enabled {
            Some(enabled) => query.and("t.enabled =", enabled),
            None => query,
        };
        let query = match &filter.tag {
            Some(tag) => query
                .push(" and exists (select 1 from tool_tags g where g.tool = t.id")
                .and("g.tag =", tag.as_str())
                .push(")"),
            None => query,
        };
        match filter.search.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => query
                .push(" and ")
                .push(self.db().place_of())
                .push("(t.search_text, ")
                .arg(text.to_lowercase())
                .push(") > 0"),
            None => query,
        }
    }
}

/// Where a list by version goes on.
pub(super) fn version_cursor(version: u32) -> Cursor {
    Cursor { key: i64::from(version), id: Uuid::nil() }
}
