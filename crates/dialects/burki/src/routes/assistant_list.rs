//! Lists of assistants: a plain array (burki: 2.8).

use axum::extract::State;
use hookswitch_api::{SurfaceState, ToolsRead};
use hookswitch_model::Scope;
use hookswitch_model::agent::Agent;
use hookswitch_registry::{Page, Registry};
use serde_json::{Value, json};

use super::fault::Fault;
use super::input::Pairs;
use super::{Allowed, Answer, load, ok};
use crate::BurkiState;
use crate::wire::assistant::show;

/// Most assistants that are counted and skipped.
const MOST: usize = 100_000;

pub(super) async fn list(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Pairs(mut query): Pairs,
) -> Answer {
    let skip = query.integer("skip", 0, i64::MAX).unwrap_or(0);
    let limit = query.integer("limit", 1, 1000).unwrap_or(100);
    let active_only = query.boolean("active_only").unwrap_or(false);
    // Everything belongs to the organisation, which stands for its only user.
    query.boolean("my_assistants_only");
    let with_stats = query.boolean("include_stats").unwrap_or(false);
    query.finish().map_err(Fault::refused)?;
    let (scope, registry) = (caller.scope(), state.registry());
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let limit = usize::try_from(limit).unwrap_or(100);
    let agents = agents(registry, scope, active_only, skip.saturating_add(limit)).await?;
    let agents: Vec<Agent> = agents.into_iter().skip(skip).collect();
    let ids: Vec<_> = agents.iter().map(|agent| agent.id).collect();
    let numbers = registry.phone_numbers_of_agents(scope, &ids).await?;
    let tallies = if with_stats { Some(registry.session_tallies(scope, &ids).await?) } else { None };
    let organization = load::organization(registry, scope).await?;
    let shown = agents.iter().map(|agent| {
        let numbers = numbers.get(&agent.id).map(Vec::as_slice).unwrap_or_default();
        let tally = tallies.as_ref().map(|tallies| tallies.get(&agent.id).copied().unwrap_or_default());
        show(agent, organization, numbers, tally)
    });
    ok(&Value::Array(shown.collect()))
}

pub(super) async fn count(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Pairs(mut query): Pairs,
) -> Answer {
    let active_only = query.boolean("active_only").unwrap_or(false);
    query.finish().map_err(Fault::refused)?;
    let count = agents(state.registry(), caller.scope(), active_only, MOST).await?.len();
    ok(&json!({ "count": count }))
}

/// The first assistants, oldest first.
async fn agents(
    registry: &Registry,
    scope: Scope,
    active_only: bool,
    most: usize,
) -> Result<Vec<Agent>, Fault> {
    let most = most.min(MOST);
    let mut found: Vec<Agent> = Vec::new();
    let mut page = Page::first(Page::MOST);
    loop {
        let some = registry.list_agents(scope, page).await?;
        found.extend(some.items.into_iter().filter(|agent| !active_only || !agent.draft.disabled));
        match some.next {
            Some(next) if found.len() < most => page.after = Some(next),
            _ => break,
        }
    }
    found.truncate(most);
    Ok(found)
}
