//! Assistants one by one (burki: 2.8).

use axum::extract::{Path, State};
use axum::http::StatusCode;
use hookswitch_api::{SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::Scope;
use hookswitch_model::agent::Agent;
use hookswitch_registry::{Registry, RegistryError};
use serde_json::Value;

use super::fault::{Fault, well};
use super::input::{JsonBody, Number, Pairs};
use super::{Allowed, Answer, json, load, ok};
use crate::BurkiState;
use crate::wire::assistant::{Manner, Written, show as shown};
use crate::wire::refusal::Refusal;
use crate::wire::style::Problem;

/// Names that are tried in the store for a name that is there already.
const MOST_NAMES: usize = 1000;

pub(super) async fn create(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    JsonBody(body): JsonBody,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let mut written = Written::read(&body, None, Manner::Create).map_err(Fault::refused)?;
    let mut attempt = 1;
    let agent = loop {
        match registry.create_agent(scope, caller.key.project, written.draft.clone()).await {
            Err(RegistryError::NameTaken { .. }) if attempt < MOST_NAMES => {
                attempt += 1;
                written.rename(attempt).map_err(Fault::refused)?;
            }
            other => break other?,
        }
    };
    if let Some(numbers) = written.phone_numbers.filter(|numbers| !numbers.is_empty())
        && let Err(error) = registry.set_agent_phone_numbers(scope, agent.id, &numbers).await
    {
        // All or nothing.
        registry.delete_agent(scope, agent.id).await?;
        return Err(number_taken(error));
    }
    Ok(json(StatusCode::CREATED, &object(&state, &caller, &agent).await?))
}

fn number_taken(error: RegistryError) -> Fault {
    match error {
        RegistryError::NameTaken { .. } => {
            Fault::Refusal(Refusal::bad("A phone number is already assigned to another assistant"))
        }
        other => other.into(),
    }
}

async fn object<R>(state: &BurkiState, caller: &Allowed<R>, agent: &Agent) -> Result<Value, Fault> {
    let (scope, registry) = (caller.scope(), state.registry());
    let organization = load::organization(registry, scope).await?;
    let numbers = load::phone_numbers(registry, scope, agent.id).await?;
    Ok(shown(agent, organization, &numbers, None))
}

pub(super) async fn show(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Number(number): Number,
) -> Answer {
    let agent = load::assistant(state.registry(), caller.scope(), number).await?;
    ok(&object(&state, &caller, &agent).await?)
}

pub(super) async fn by_phone(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Path(number): Path<String>,
) -> Answer {
    match state.registry().agent_by_phone_number(caller.scope(), &number).await {
        Ok(agent) => ok(&object(&state, &caller, &agent).await?),
        Err(RegistryError::NotFound(_)) => {
            Err(Fault::Refusal(Refusal::NotFound("Assistant not found".to_owned())))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn put(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    JsonBody(body): JsonBody,
) -> Answer {
    change(&state, &caller, number, &body, Manner::Put).await
}

pub(super) async fn patch(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    JsonBody(body): JsonBody,
) -> Answer {
    change(&state, &caller, number, &body, Manner::Patch).await
}

async fn change(
    state: &BurkiState,
    caller: &Allowed<ToolsWrite>,
    number: i64,
    body: &Value,
    manner: Manner,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let agent = load::assistant(registry, scope, number).await?;
    let mut written = Written::read(body, Some(&agent.draft), manner).map_err(Fault::refused)?;
    let before = load::phone_numbers(registry, scope, agent.id).await?;
    // First what may be taken.
    if let Some(numbers) = &written.phone_numbers {
        registry.set_agent_phone_numbers(scope, agent.id, numbers).await.map_err(number_taken)?;
    }
    match save(registry, scope, &agent, &mut written).await {
        Ok(agent) => ok(&object(state, caller, &agent).await?),
        Err(fault) => {
            // All or nothing.
            registry.set_agent_phone_numbers(scope, agent.id, &before).await?;
            Err(fault)
        }
    }
}

async fn save(
    registry: &Registry,
    scope: Scope,
    agent: &Agent,
    written: &mut Written,
) -> Result<Agent, Fault> {
    let mut attempt = 1;
    loop {
        if written.draft == agent.draft {
            return Ok(agent.clone());
        }
        match registry.update_agent(scope, agent.id, written.draft.clone()).await {
            Err(RegistryError::NameTaken { .. }) if attempt < MOST_NAMES => {
                attempt += 1;
                written.rename(attempt).map_err(Fault::refused)?;
            }
            other => return Ok(other?),
        }
    }
}

pub(super) async fn status(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    Pairs(mut query): Pairs,
) -> Answer {
    let is_active = query.boolean("is_active");
    if !query.has("is_active") {
        query.note("is_active", Problem::Missing);
    }
    query.finish().map_err(Fault::refused)?;
    let (scope, registry) = (caller.scope(), state.registry());
    let agent = load::assistant(registry, scope, number).await?;
    let mut draft = agent.draft.clone();
    draft.disabled = is_active == Some(false);
    let agent = registry.update_agent(scope, agent.id, draft).await?;
    ok(&object(&state, &caller, &agent).await?)
}

pub(super) async fn delete(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
) -> Answer {
    let agent = load::assistant(state.registry(), caller.scope(), number).await?;
    state.registry().delete_agent(caller.scope(), agent.id).await?;
    ok(&well("Assistant deleted successfully"))
}
