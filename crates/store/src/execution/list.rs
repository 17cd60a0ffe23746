//! Reading executions back.

use hookswitch_model::execution::Execution;
use hookswitch_model::{ExecutionId, Scope};

use super::{ExecutionFilter, all, read};
use crate::db::{Query, Result};
use crate::error::StoreError;
use crate::open::Store;
use crate::page::{Cursor, Order, Page, PageOf};

/// An execution is in a project through its session, or, being a test of a tool, through the tool.
pub(super) fn within(query: Query, scope: Scope) -> Query {
    let query = query.push("where ").within("e", scope);
    match scope.project {
        None => query,
        Some(project) => query
            .push(" and (exists (select 1 from sessions s where s.id = e.session and s.project = ")
            .arg(project)
            .push(") or (e.session is null and exists (select 1 from tools t where t.id = e.tool and t.project = ")
            .arg(project)
            .push(")))"),
    }
}

impl Store {
    /// One execution. Its detail is empty when it was pruned or erased.
    pub async fn get_execution(&self, scope: Scope, id: ExecutionId) -> Result<Execution> {
        let row = self.db().row(within(all(), scope).and("e.id =", id)).await?;
        read(&row.ok_or(StoreError::NotFound)?)
    }

    /// A page of executions, newest first.
    pub async fn list_executions(
        &self,
        scope: Scope,
        filter: &ExecutionFilter,
        page: &Page,
    ) -> Result<PageOf<Execution>> {
        let query = within(all(), scope)
            .and_some("e.session =", filter.session)
            .and_some("e.tool =", filter.tool)
            .and_some("e.agent =", filter.agent)
            .and_some("e.outcome =", filter.outcome)
            .and_some("e.created_at >=", filter.since)
            .and_some("e.created_at <", filter.until)
            .and_some("e.tool_call_id =", filter.tool_call_id.as_deref());
        let query = match filter.timed_out {
            Some(timed_out) => query.and("e.timed_out =", timed_out),
            None => query,
        };
        let query = if filter.outcomes.is_empty() {
            query
        } else {
            query.push(" and e.outcome in ").list(filter.outcomes.iter().copied())
        };
        let query = match filter.test {
            Some(test) => query.and("e.test =", test),
            None => query,
        }
        .paged(page, Order::NewestFirst, "e.created_at", "e.id");
        let executions = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        Ok(PageOf::cut(executions, page, |execution: &Execution| Cursor {
            key: execution.created_at.micros(),
            id: execution.id.uuid(),
        }))
    }
}
