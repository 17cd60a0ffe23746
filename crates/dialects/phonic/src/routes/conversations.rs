//! Conversations: sessions read back.

use std::collections::HashMap;

use axum::extract::State;
use hookswitch_api::{PathText, Sessions, SurfaceState};
use hookswitch_engine::{Engine, ExecutionFilter};
use hookswitch_model::event::EventKind;
use hookswitch_model::execution::Execution;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Scope, SessionId, Stamp, ToolId};
use hookswitch_registry::RegistryError;
use serde_json::json;

use super::agent_view::Whole;
use super::scopes::{first_page, page_after};
use super::{Allowed, Answer, Refused, ok};
use crate::wire::problem::Problem;
use crate::wire::{conversation as wire, ids};
use crate::{Phonic, PhonicState};

/// Most tool calls of a conversation that are shown.
const MOST_CALLS: usize = 2000;
/// Most events of a conversation that are looked at, and as many at a time.
const MOST_EVENTS: u64 = 20_000;
const EVENTS_AT_ONCE: u32 = 1000;

pub(super) async fn show(
    State(state): State<PhonicState>,
    caller: Allowed<Sessions>,
    PathText(text, _): PathText<Phonic>,
) -> Answer {
    let (registry, engine, scope) = (state.registry(), state.engine(), caller.scope());
    let id = ids::parse_conversation(&text).ok_or_else(|| Problem::not_found("conversation"))?;
    let session = engine.stored_session(scope, id).await?;
    let executions = executions_of(engine, scope, id).await?;
    let mut wanted: Vec<ToolId> = executions.iter().filter_map(|execution| execution.tool).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let tools = registry.tools_by_ids(scope, &wanted).await?;
    let tools: HashMap<ToolId, StoredTool> = tools.into_iter().map(|tool| (tool.id, tool)).collect();
    let project = match registry.get_project(scope, session.project).await {
        Ok(project) => Some(project),
        Err(RegistryError::NotFound(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let agent = match (session.agent, &project) {
        (Some(agent), Some(project)) => match registry.get_agent(scope, agent).await {
            Ok(agent) => Some(Whole::of(registry, &caller, agent, project.clone()).await?.render()),
            Err(RegistryError::NotFound(_)) => None,
            Err(error) => return Err(error.into()),
        },
        _ => None,
    };
    let org = registry.get_org(scope).await?;
    let told = wire::Told {
        session: &session,
        workspace: org.name.as_str(),
        project: project.as_ref().map(|project| project.name.as_str()),
        agent: agent.as_ref(),
        executions: &executions,
        tools: &tools,
        user_turns: &user_turns(engine, scope, id).await?,
    };
    ok(&json!({"conversation": wire::conversation(&told)}))
}

/// Oldest first; of a very long conversation the newest.
async fn executions_of(engine: &Engine, scope: Scope, id: SessionId) -> Result<Vec<Execution>, Refused> {
    let filter = ExecutionFilter { session: Some(id), ..ExecutionFilter::default() };
    let mut all = Vec::new();
    let mut page = first_page();
    loop {
        let found = engine.list_executions(scope, &filter, page).await?;
        all.extend(found.items);
        match found.next {
            Some(next) if all.len() < MOST_CALLS => page = page_after(next),
            _ => break,
        }
    }
    all.reverse();
    Ok(all)
}

async fn user_turns(engine: &Engine, scope: Scope, id: SessionId) -> Result<Vec<Stamp>, Refused> {
    let mut turns = Vec::new();
    let mut after = 0;
    while after < MOST_EVENTS {
        let events = engine.list_events(scope, id, after, EVENTS_AT_ONCE).await?;
        let Some(last) = events.last() else { break };
        after = last.seq;
        let ended = events.iter().filter(|event| event.kind == EventKind::UserTurn);
        turns.extend(ended.map(|event| event.at));
    }
    Ok(turns)
}
