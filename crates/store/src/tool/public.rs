//! Tools that other organisations of the server made public. The one place where a tenant sees what is not its own.

use hookswitch_model::Scope;
use hookswitch_model::tool::StoredTool;

use super::{COLUMNS, ToolFilter, read};
use crate::db::{Query, Result, sql};
use crate::open::Store;
use crate::page::{Cursor, Page, PageOf};

/// Those of others only, in the same mode.
fn of_others(scope: Scope) -> Query {
    sql(COLUMNS)
        .push("and v.version = t.version where t.is_public")
        .and("t.mode =", scope.mode)
        .and("t.org <>", scope.org)
}

impl Store {
    /// A page of the public tools of other organisations that a filter lets through.
    pub async fn public_tools_any_tenant(
        &self,
        scope: Scope,
        filter: &ToolFilter,
        page: &Page,
    ) -> Result<PageOf<StoredTool>> {
        let query = self.filtered(of_others(scope), filter).paged(page, filter.order, "t.number", "t.id");
        let tools = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        Ok(PageOf::cut(tools, page, |tool: &StoredTool| Cursor { key: tool.number, id: tool.id.uuid() }))
    }

    /// The public tool of another organisation that has a number, if there is one.
    pub async fn public_tool_by_number_any_tenant(
        &self,
        scope: Scope,
        number: i64,
    ) -> Result<Option<StoredTool>> {
        let query = of_others(scope).and("t.number =", number);
        self.db().row(query).await?.as_ref().map(read).transpose()
    }
}
