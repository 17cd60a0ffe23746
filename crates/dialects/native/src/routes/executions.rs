//! Executions.

use axum::extract::State;
use hookswitch_api::{Failure, Json, PageQuery, PathId, Query, Sessions};
use hookswitch_engine::ExecutionFilter;
use hookswitch_model::execution::Execution;
use hookswitch_model::{AgentId, ExecutionId, Outcome, SessionId, Stamp, ToolId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Allowed, Answer, ok};
use crate::wire::execution::{ExecutionView, SettleBody};
use crate::wire::{ids, list::List, words};
use crate::{Native, NativeState};

/// What more is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Include {
    /// Arguments, request, answer, attempts.
    Details,
}

/// Which executions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExecutionQuery {
    /// Of this session.
    #[param(value_type = Option<ids::SessionId>)]
    session_id: Option<SessionId>,
    /// Of this tool.
    #[param(value_type = Option<ids::ToolId>)]
    tool_id: Option<ToolId>,
    /// Of this agent.
    #[param(value_type = Option<ids::AgentId>)]
    agent_id: Option<AgentId>,
    /// With this outcome.
    #[param(value_type = Option<words::Outcome>, inline)]
    outcome: Option<Outcome>,
    /// Tests of tools, or all but those.
    test: Option<bool>,
    /// Not before this moment.
    #[param(value_type = Option<String>, format = "date-time")]
    since: Option<Stamp>,
    /// Before this moment.
    #[param(value_type = Option<String>, format = "date-time")]
    until: Option<Stamp>,
    /// Of this tool call.
    tool_call_id: Option<String>,
    /// `details` for the whole records.
    #[param(inline)]
    include: Option<Include>,
    /// Most entries of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List executions
///
/// Needs the permission `sessions`.
#[utoipa::path(get, path = "/v1/executions", tag = "executions", operation_id = "listExecutions",
    params(ExecutionQuery),
    responses((status = 200, description = "Executions, newest first", body = List<ExecutionView>)))]
pub(super) async fn list(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    Query(query, _): Query<ExecutionQuery, Native>,
) -> Answer {
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    let filter = ExecutionFilter {
        session: query.session_id,
        tool: query.tool_id,
        agent: query.agent_id,
        outcome: query.outcome,
        test: query.test,
        since: query.since,
        until: query.until,
        tool_call_id: query.tool_call_id,
        ..ExecutionFilter::default()
    };
    let rows = state.engine().list_executions(caller.scope(), &filter, wanted).await?;
    let with_details = query.include == Some(Include::Details);
    let view = |execution: Execution| ExecutionView::of(execution, with_details);
    let next_cursor = rows.next.map(|cursor| cursor.to_string());
    ok(&List { data: rows.items.into_iter().map(view).collect::<Vec<_>>(), next_cursor })
}

/// Get an execution
///
/// With its redacted details. Needs the permission `sessions`.
#[utoipa::path(get, path = "/v1/executions/{id}", tag = "executions", operation_id = "getExecution",
    params(("id" = ids::ExecutionId, Path, description = "The execution")),
    responses((status = 200, description = "The execution", body = ExecutionView)))]
pub(super) async fn show(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<ExecutionId, Native>,
) -> Answer {
    ok(&ExecutionView::of(state.engine().get_execution(caller.scope(), id).await?, true))
}

/// Settle an unknown execution
///
/// Once, to `done` or `failed`; a repeat of the act is then answered with it. Needs the permission `sessions`.
#[utoipa::path(post, path = "/v1/executions/{id}/settle", tag = "executions", operation_id = "settleExecution",
    params(("id" = ids::ExecutionId, Path, description = "The execution")), request_body = SettleBody,
    responses((status = 200, description = "The settled execution", body = ExecutionView)))]
pub(super) async fn settle(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<ExecutionId, Native>,
    Json(body, _): Json<SettleBody, Native>,
) -> Answer {
    if !matches!(body.outcome, Outcome::Done | Outcome::Failed) {
        return Err(Failure::invalid("$.outcome", "unknown_value", "expected `done` or `failed`").into());
    }
    let settled = state.engine().settle(caller.scope(), id, body.outcome, body.result).await?;
    ok(&ExecutionView::of(settled, true))
}
