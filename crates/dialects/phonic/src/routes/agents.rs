//! Agents.

use std::collections::HashMap;

use axum::extract::State;
use hookswitch_api::{Failure, PathText, SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::agent::Agent;
use hookswitch_model::binding::Binding;
use hookswitch_model::name::AgentName;
use hookswitch_model::{Findings, Scope, SealId, ToolId};
use hookswitch_registry::{AgentSeals, Caller, Project, Registry, RegistryError};
use http::StatusCode;
use serde_json::json;

use super::agent_tools::Place;
use super::agent_view::{Whole, find};
use super::bodies::Body;
use super::scopes::{InProject, MOST_LISTED, first_page, page_after};
use super::{Allowed, Answer, Refused, json_answer, ok, success};
use crate::wire::agent::{self as wire, Change};
use crate::wire::ids;
use crate::wire::param_errors::ParamErrors;
use crate::wire::problem::Problem;
use crate::{Phonic, PhonicState};

pub(super) async fn list(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsRead>,
    project: InProject,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let project = project.find(registry, scope).await?;
    let mut shown = Vec::new();
    let mut page = first_page();
    loop {
        let found = registry.list_agents(scope.in_project(project.id), page).await?;
        for agent in found.items {
            shown.push(Whole::of(registry, &caller, agent, project.clone()).await?.render());
        }
        match found.next {
            Some(next) if shown.len() < MOST_LISTED => page = page_after(next),
            _ => return ok(&json!({"agents": shown})),
        }
    }
}

pub(super) async fn create(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsWrite>,
    project: InProject,
    body: Body,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let project = project.find(registry, scope).await?;
    let agent = make(registry, &caller, &project, &body.required()?).await?;
    let answer = json!({"id": ids::agent(agent.id), "name": agent.draft.name});
    json_answer(StatusCode::CREATED, &answer)
}

async fn make(
    registry: &Registry,
    caller: &Caller,
    project: &Project,
    body: &wire::Body,
) -> Result<Agent, Refused> {
    let mut change = wire::read(body, &mut SealId::generate)?;
    let place = Place { registry, scope: caller.scope(), project: project.id };
    let bound = checked(&place, &mut change, &HashMap::new(), &[]).await?;
    let seals = AgentSeals { new: change.new_seals, kept: Vec::new() };
    let made = registry.create_agent_sealed(caller.scope(), project.id, change.draft, seals).await;
    let agent = made.map_err(worded)?;
    if let Err(refused) = place.bind(agent.id, &bound.unwrap_or_default(), &[]).await {
        registry.delete_agent(caller.scope(), agent.id).await?;
        return Err(refused);
    }
    Ok(agent)
}

/// Looks up the tools of a change and checks what only the registry can; gives the tools to bind, where the body names
/// any.
async fn checked(
    place: &Place<'_>,
    change: &mut Change,
    bound: &HashMap<String, ToolId>,
    before: &[Binding],
) -> Result<Option<Vec<ToolId>>, Refused> {
    let mut errors = std::mem::take(&mut change.errors);
    let mut tools = None;
    if let Some(names) = &change.tools {
        let (wanted, unknown) = place.look_up(names, bound, "tools").await?;
        errors.merge(unknown);
        place.check_settings(names, &wanted, before, &mut errors).await?;
        wire::keep_built_ins(&mut change.draft, &wanted);
        tools = Some(wanted.bound);
    }
    if let Some(Err(message)) = change.url.as_deref().map(|url| place.registry.check_https_url(url)) {
        errors.note("configuration_endpoint.url", message);
    }
    if errors.is_empty() { Ok(tools) } else { Err(errors.into()) }
}

/// Findings about an agent in this API's fields.
fn worded(error: RegistryError) -> Refused {
    match error {
        RegistryError::Invalid(findings) => of_findings(&findings).into(),
        other => other.into(),
    }
}

fn of_findings(findings: &Findings) -> ParamErrors {
    let mut errors = ParamErrors::default();
    for finding in findings {
        let field = match finding.path.as_str() {
            "$.prompt" => "system_prompt",
            "$.greeting" => "welcome_message",
            "$.variables" => "template_variables",
            other => other.trim_start_matches("$."),
        };
        errors.note(field, finding.message.clone());
    }
    errors
}

pub(super) async fn show(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsRead>,
    PathText(name, _): PathText<Phonic>,
    project: InProject,
) -> Answer {
    let (agent, project) = find(&state, caller.scope(), &name, &project).await?;
    let whole = Whole::of(state.registry(), &caller, agent, project).await?;
    ok(&json!({"agent": whole.render()}))
}

pub(super) async fn change(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsWrite>,
    PathText(name, _): PathText<Phonic>,
    project: InProject,
    body: Body,
) -> Answer {
    let body = body.required()?;
    let (agent, project) = find(&state, caller.scope(), &name, &project).await?;
    let whole = save(state.registry(), &caller, agent, project, &body).await?;
    let version = state.registry().agent_version(caller.scope(), whole.agent.id).await?;
    ok(&json!({"success": true, "version_number": version, "agent": whole.render()}))
}

/// Merges a body over an agent.
async fn save(
    registry: &Registry,
    caller: &Caller,
    agent: Agent,
    project: Project,
    body: &wire::Body,
) -> Result<Whole, Refused> {
    if agent.draft.disabled {
        return Err(Problem::new(409, "Agent is disabled").into());
    }
    let scope = caller.scope();
    let whole = Whole::of(registry, caller, agent, project).await?;
    let mut change = wire::read_change(body, whole.known(), &mut SealId::generate);
    let place = Place { registry, scope, project: whole.project.id };
    let bound = whole.tools.iter().cloned().zip(whole.bindings.iter().map(|binding| binding.tool)).collect();
    let tools = checked(&place, &mut change, &bound, &whole.bindings).await?;
    if !change.is_changed {
        return Ok(whole);
    }
    let kept = wire::seals_of(&change.draft);
    let seals = AgentSeals { new: change.new_seals, kept };
    let saved = registry.update_agent_sealed(scope, whole.agent.id, change.draft, seals).await;
    let saved = saved.map_err(worded)?;
    if let Some(tools) = tools {
        place.bind(saved.id, &tools, &whole.bindings).await?;
    }
    Whole::of(registry, caller, saved, whole.project).await
}

/// The agent that has the name of a body, if there is one.
async fn named(
    registry: &Registry,
    scope: Scope,
    project: &Project,
    body: &wire::Body,
) -> Result<Option<Agent>, Refused> {
    let name = body.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
    let Ok(name) = AgentName::parse(name) else { return Ok(None) };
    match registry.agent_by_name(scope, project.id, &name).await {
        Ok(agent) => Ok(Some(agent)),
        Err(RegistryError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn upsert(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsWrite>,
    project: InProject,
    body: Body,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let project = project.find(registry, scope).await?;
    let body = body.required()?;
    let mut stored = named(registry, scope, &project, &body).await?;
    let mut made = None;
    if stored.is_none() {
        match make(registry, &caller, &project, &body).await {
            Ok(agent) => made = Some(agent),
            // Somebody else made it in between.
            Err(Refused::Failure(Failure::Registry(RegistryError::NameTaken { .. }))) => {
                stored = named(registry, scope, &project, &body).await?;
            }
            Err(refused) => return Err(refused),
        }
    }
    let is_new = made.is_some();
    let whole = match (made, stored) {
        (Some(agent), _) => Whole::of(registry, &caller, agent, project).await?,
        (None, Some(agent)) => save(registry, &caller, agent, project, &body).await?,
        (None, None) => return Err(Problem::not_found("agent").into()),
    };
    ok(&json!({"agent": whole.render(), "inserted": is_new, "updated": !is_new}))
}

pub(super) async fn delete(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsWrite>,
    PathText(name, _): PathText<Phonic>,
    project: InProject,
) -> Answer {
    let (agent, _) = find(&state, caller.scope(), &name, &project).await?;
    state.registry().delete_agent(caller.scope(), agent.id).await?;
    success()
}

pub(super) async fn enable(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsWrite>,
    PathText(name, _): PathText<Phonic>,
    project: InProject,
) -> Answer {
    switch(&state, &caller, &name, &project, false).await
}

pub(super) async fn disable(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsWrite>,
    PathText(name, _): PathText<Phonic>,
    project: InProject,
) -> Answer {
    switch(&state, &caller, &name, &project, true).await
}

async fn switch(
    state: &PhonicState,
    caller: &Caller,
    name: &str,
    project: &InProject,
    disabled: bool,
) -> Answer {
    let (agent, _) = find(state, caller.scope(), name, project).await?;
    if agent.draft.disabled != disabled {
        let mut draft = agent.draft;
        draft.disabled = disabled;
        state.registry().update_agent(caller.scope(), agent.id, draft).await?;
    }
    success()
}
