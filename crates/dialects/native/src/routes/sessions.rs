//! Sessions.

use axum::extract::State;
use hookswitch_api::{Failure, Json, PageQuery, PathId, Query, Sessions, SurfaceState};
use hookswitch_engine::{SessionFilter, StartTool};
use hookswitch_model::name::ToolName;
use hookswitch_model::{AgentId, Scope, SessionId, Stamp, ToolId};
use hookswitch_registry::{Registry, RegistryError};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Allowed, Answer, created, known, no_content, ok, page};
use crate::wire::session::{SessionBody, SessionFunction, SessionStartBody, WantedTool};
use crate::wire::summary::SummaryBody;
use crate::wire::{ids, list::List, list::Whole};
use crate::{Native, NativeState};

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SessionQuery {
    /// Of this agent.
    #[param(value_type = Option<ids::AgentId>)]
    agent_id: Option<AgentId>,
    /// Whether they still run.
    active: Option<bool>,
    /// Most entries of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List sessions
///
/// Needs the permission `sessions`.
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions", operation_id = "listSessions", params(SessionQuery),
    responses((status = 200, description = "Sessions, newest first", body = List<SessionBody>)))]
pub(super) async fn list(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    Query(query, _): Query<SessionQuery, Native>,
) -> Answer {
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    let filter = SessionFilter { agent: query.agent_id, active: query.active };
    page::<_, SessionBody>(state.engine().list_sessions(caller.scope(), &filter, wanted).await?)
}

/// Start a session
///
/// Its tools are pinned as they are now. Needs the permission `sessions`.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", operation_id = "startSession",
    request_body = SessionStartBody, responses((status = 201, description = "The session", body = SessionBody)))]
pub(super) async fn start(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    Json(body, _): Json<SessionStartBody, Native>,
) -> Answer {
    let (mut start, wanted) = body.split();
    if let Some(agent) = start.agent {
        known(state.registry().get_agent(caller.scope(), agent).await, "$.agent_id", "unknown_agent")?;
    }
    if let Some(project) = start.project {
        known(
            state.registry().get_project(caller.scope(), project).await,
            "$.project_id",
            "unknown_project",
        )?;
    }
    start.tools = find_tools(state.registry(), caller.scope(), wanted).await?;
    let session = state.engine().start_session(caller.scope(), caller.key.project, start).await?;
    created(&SessionBody::from(session))
}

/// Most tools that a request may name.
const MOST_TOOLS: usize = 128;

async fn find_tools(
    registry: &Registry,
    scope: Scope,
    wanted: Vec<WantedTool>,
) -> Result<Vec<StartTool>, Failure> {
    if wanted.len() > MOST_TOOLS {
        return Err(Failure::invalid("$.tools", "too_many", format!("at most {MOST_TOOLS} tools")));
    }
    let mut found = Vec::with_capacity(wanted.len());
    for (index, wanted) in wanted.into_iter().enumerate() {
        let (text, config) = wanted.split();
        let tool = match text.parse::<ToolId>() {
            Ok(id) => Some(id),
            Err(_) => match ToolName::parse(text) {
                Err(_) => None,
                Ok(name) => match registry.tool_by_name(scope, &name).await {
                    Ok(tool) => Some(tool.id),
                    Err(RegistryError::NotFound(_)) => None,
                    Err(error) => return Err(error.into()),
                },
            },
        };
        let Some(tool) = tool else {
            return Err(Failure::invalid(
                format!("$.tools[{index}]"),
                "unknown_tool",
                "there is no such tool",
            ));
        };
        found.push(StartTool { tool, config });
    }
    Ok(found)
}

/// Get a session
///
/// Needs the permission `sessions`.
#[utoipa::path(get, path = "/v1/sessions/{id}", tag = "sessions", operation_id = "getSession",
    params(("id" = ids::SessionId, Path, description = "The session")),
    responses((status = 200, description = "The session", body = SessionBody)))]
pub(super) async fn show(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<SessionId, Native>,
) -> Answer {
    ok(&SessionBody::from(state.engine().get_session(caller.scope(), id).await?))
}

/// End a session
///
/// Reads and calls not yet sent are cancelled; actions under way run to their end. Ending an ended session changes
/// nothing. Needs the permission `sessions`.
#[utoipa::path(post, path = "/v1/sessions/{id}/end", tag = "sessions", operation_id = "endSession",
    params(("id" = ids::SessionId, Path, description = "The session")),
    responses((status = 200, description = "The ended session", body = SessionBody)))]
pub(super) async fn end(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<SessionId, Native>,
) -> Answer {
    state.engine().end_session(caller.scope(), id).await?;
    ok(&SessionBody::from(state.engine().get_session(caller.scope(), id).await?))
}

/// Erase a session
///
/// Ends it and erases its content: arguments, requests, answers, variables. Rows and counters stay. Needs the
/// permission `sessions`.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "sessions", operation_id = "eraseSession",
    params(("id" = ids::SessionId, Path, description = "The session")),
    responses((status = 204, description = "Erased")))]
pub(super) async fn erase(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<SessionId, Native>,
) -> Answer {
    state.engine().erase_session(caller.scope(), id).await?;
    no_content()
}

/// The tools of a session as functions
///
/// In the form that OpenAI-compatible endpoints take. Needs the permission `sessions`.
#[utoipa::path(get, path = "/v1/sessions/{id}/tools", tag = "sessions", operation_id = "sessionTools",
    params(("id" = ids::SessionId, Path, description = "The session")),
    responses((status = 200, description = "Its functions", body = Whole<SessionFunction>)))]
pub(super) async fn functions(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<SessionId, Native>,
) -> Answer {
    let session = state.engine().get_session(caller.scope(), id).await?;
    ok(&Whole { data: session.tools.into_iter().map(SessionFunction::from).collect::<Vec<_>>() })
}

/// Which executions of a summary.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SummaryQuery {
    /// Most executions of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `executions.next_cursor` of the page before.
    cursor: Option<String>,
}

/// What a session came to
///
/// How it ended, how its tool calls ended, what was said around them, and a page of its executions with their details.
/// Also of a running session. Needs the permission `sessions`.
#[utoipa::path(get, path = "/v1/sessions/{id}/summary", tag = "sessions", operation_id = "summariseSession",
    params(("id" = ids::SessionId, Path, description = "The session"), SummaryQuery),
    responses((status = 200, description = "The summary", body = SummaryBody)))]
pub(super) async fn summary(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<SessionId, Native>,
    Query(query, _): Query<SummaryQuery, Native>,
) -> Answer {
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    let summary = state.engine().summarise(caller.scope(), id, wanted).await?;
    ok(&SummaryBody::new(summary, Stamp::now()))
}
