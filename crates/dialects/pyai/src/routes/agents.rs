//! Agents.

use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_api::{SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::AgentId;
use hookswitch_model::agent::Agent;
use hookswitch_model::name::AgentName;
use hookswitch_registry::{Caller, Registry, RegistryError};
use http::Uri;

use super::found::absent;
use super::query::Query;
use super::{Allowed, Answer, Body, Failed, Id, bindings, json, ok};
use crate::PyaiState;
use crate::wire::agent::{AgentBody, deleted, view};
use crate::wire::given::object;
use crate::wire::list::list as listed;
use crate::wire::trouble::Trouble;

/// Most agents of a page, and how many there are when nothing is said.
const MOST: u32 = 1000;

/// The agent of an id.
pub(super) async fn find(registry: &Registry, caller: &Caller, id: &str) -> Result<Agent, Failed> {
    let Ok(parsed) = id.parse::<AgentId>() else { return Err(Trouble::no_agent(id).into()) };
    registry.get_agent(caller.scope(), parsed).await.map_err(|error| absent(error, id))
}

/// Lists agents, oldest first.
pub(super) async fn list(State(state): State<PyaiState>, caller: Allowed<ToolsRead>, uri: Uri) -> Answer {
    let page = Query::of(&uri).page(MOST, MOST)?;
    let agents = state.registry().list_agents(caller.scope(), page).await?;
    let mut shown = Vec::with_capacity(agents.items.len());
    for agent in &agents.items {
        shown.push(view(agent, &bindings::of_agent(state.registry(), caller.scope(), agent.id).await?));
    }
    ok(&listed(&shown, agents.next.map(|cursor| cursor.to_string())))
}

/// Creates an agent.
pub(super) async fn create(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsWrite>,
    Body { 0: body, .. }: Body,
) -> Answer {
    let registry = state.registry();
    let body = AgentBody::parse(&object(body)?, |url| registry.check_https_url(url))?;
    let name = body.new_name(None)?;
    let save = async |kept_as| -> Result<Agent, Failed> {
        let draft = body.merge(None, name, kept_as)?;
        Ok(registry.create_agent(caller.scope(), caller.key.project, draft).await?)
    };
    let agent = match (save(None).await, name) {
        (Err(Failed::House(failure)), Some(name)) if is_taken(&failure) => save(Some(another(name)?)).await?,
        (saved, _) => saved?,
    };
    Ok(json(StatusCode::CREATED, &view(&agent, &[])))
}

/// Whether another agent has the name.
fn is_taken(failure: &hookswitch_api::Failure) -> bool {
    matches!(failure, hookswitch_api::Failure::Registry(RegistryError::NameTaken { .. }))
}

/// A name that nobody has. Names are no keys in this dialect; in the house they are.
fn another(name: &AgentName) -> Result<AgentName, Trouble> {
    let start: String = name.as_str().chars().take(180).collect();
    let id = AgentId::generate().to_string();
    let tail = id.get(id.len().saturating_sub(10)..).unwrap_or_default();
    AgentName::parse(format!("{start} ~{tail}")).map_err(|_| Trouble::field("name", "can't be used"))
}

/// Shows an agent.
pub(super) async fn show(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsRead>,
    Id { 0: id, .. }: Id,
) -> Answer {
    let agent = find(state.registry(), &caller, &id).await?;
    ok(&view(&agent, &bindings::of_agent(state.registry(), caller.scope(), agent.id).await?))
}

/// Changes an agent.
pub(super) async fn update(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsWrite>,
    Id { 0: id, .. }: Id,
    Body { 0: body, .. }: Body,
) -> Answer {
    let registry = state.registry();
    let stored = find(registry, &caller, &id).await?;
    let body = AgentBody::parse(&object(body)?, |url| registry.check_https_url(url))?;
    let name = body.new_name(Some(&stored.draft))?;
    let save = async |kept_as| -> Result<Agent, Failed> {
        let draft = body.merge(Some(&stored.draft), name, kept_as)?;
        registry.update_agent(caller.scope(), stored.id, draft).await.map_err(|error| absent(error, &id))
    };
    let agent = match (save(None).await, name) {
        (Err(Failed::House(failure)), Some(name)) if is_taken(&failure) => save(Some(another(name)?)).await?,
        (saved, _) => saved?,
    };
    ok(&view(&agent, &bindings::of_agent(registry, caller.scope(), agent.id).await?))
}

/// Deletes an agent with its bindings.
pub(super) async fn delete(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsWrite>,
    Id { 0: id, .. }: Id,
) -> Answer {
    let agent = find(state.registry(), &caller, &id).await?;
    let gone = state.registry().delete_agent(caller.scope(), agent.id).await;
    gone.map_err(|error| absent(error, &id))?;
    ok(&deleted(agent.id))
}
