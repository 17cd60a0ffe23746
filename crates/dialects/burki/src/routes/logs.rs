//! Logs of executions, by tool, assistant and call (burki: 2.5, 2.6).

use axum::extract::State;
use hookswitch_api::{Sessions, SurfaceState};
use hookswitch_engine::ExecutionFilter;
use hookswitch_model::Scope;
use hookswitch_model::execution::Execution;
use hookswitch_registry::{Page, Registry, RegistryError};
use serde_json::{Value, json};

use super::fault::Fault;
use super::input::{Number, Pairs};
use super::{Allowed, Answer, load, ok};
use crate::BurkiState;
use crate::wire::log::{LogQuery, Numbers, item};
use crate::wire::query::Query;
use crate::wire::refusal::Refusal;

pub(super) async fn of_tool(
    State(state): State<BurkiState>,
    caller: Allowed<Sessions>,
    Number(number): Number,
    Pairs(query): Pairs,
) -> Answer {
    let tool = load::tool_plainly(state.registry(), caller.scope(), number).await?;
    let filter = ExecutionFilter { tool: Some(tool.id), ..ExecutionFilter::default() };
    list(&state, caller.scope(), filter, query, false).await
}

pub(super) async fn of_assistant(
    State(state): State<BurkiState>,
    caller: Allowed<Sessions>,
    Number(number): Number,
    Pairs(query): Pairs,
) -> Answer {
    let agent = load::assistant(state.registry(), caller.scope(), number).await?;
    let filter = ExecutionFilter { agent: Some(agent.id), ..ExecutionFilter::default() };
    list(&state, caller.scope(), filter, query, true).await
}

pub(super) async fn of_call(
    State(state): State<BurkiState>,
    caller: Allowed<Sessions>,
    Number(number): Number,
    Pairs(query): Pairs,
) -> Answer {
    let session = match state.registry().session_by_number(caller.scope(), number).await {
        Ok(session) => session,
        Err(RegistryError::NotFound(_)) => {
            return Err(Fault::Refusal(Refusal::NotFound("Call not found".to_owned())));
        }
        Err(error) => return Err(error.into()),
    };
    let filter = ExecutionFilter { session: Some(session.id), ..ExecutionFilter::default() };
    list(&state, caller.scope(), filter, query, true).await
}

async fn list(
    state: &BurkiState,
    scope: Scope,
    filter: ExecutionFilter,
    query: Query,
    by_tool: bool,
) -> Answer {
    let wanted = LogQuery::read(query).map_err(Fault::refused)?;
    let mut filter = ExecutionFilter {
        outcomes: wanted.outcomes,
        timed_out: wanted.timed_out,
        test: Some(false),
        ..filter
    };
    if let Some(number) = wanted.tool.filter(|_| by_tool) {
        filter.tool = Some(load::tool(state.registry(), scope, number).await?.id);
    }
    let found = state.engine().list_executions(scope, &filter, Page::first(wanted.limit)).await?.items;
    let logs = items(state.registry(), scope, &found, wanted.with_details).await?;
    ok(&json!({"success": true, "logs": logs}))
}

/// Items with the numbers that they show.
pub(super) async fn items(
    registry: &Registry,
    scope: Scope,
    executions: &[Execution],
    with_details: bool,
) -> Result<Vec<Value>, Fault> {
    let tools: Vec<_> = executions.iter().filter_map(|execution| execution.tool).collect();
    let agents: Vec<_> = executions.iter().filter_map(|execution| execution.agent).collect();
    let sessions: Vec<_> = executions.iter().filter_map(|execution| execution.session).collect();
    let numbers = Numbers {
        tools: registry.numbers_of_tools(scope, &tools).await?,
        agents: registry.numbers_of_agents(scope, &agents).await?,
        sessions: registry.numbers_of_sessions(scope, &sessions).await?,
    };
    Ok(executions.iter().map(|execution| item(execution, &numbers, with_details)).collect())
}
