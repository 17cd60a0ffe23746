//! Projects.

use axum::extract::State;
use hookswitch_api::{Admin, PathText, SurfaceState, ToolsRead};
use hookswitch_model::Scope;
use hookswitch_model::name::{AgentName, ProjectName};
use hookswitch_registry::{Project, ProjectSettings, Registry, RegistryError, Removal};
use http::StatusCode;
use serde_json::{Value, json};

use super::bodies::Body;
use super::scopes::{MOST_LISTED, first_page, page_after, project};
use super::{Allowed, Answer, Refused, json_answer, ok, success};
use crate::wire::problem::Problem;
use crate::wire::{ids, project as wire};
use crate::{Phonic, PhonicState};

async fn view(registry: &Registry, scope: Scope, project: &Project) -> Result<Value, Refused> {
    let settings = registry.project_settings(scope, project.id).await?;
    let default_agent = match settings.default_agent {
        Some(id) => match registry.get_agent(scope, id).await {
            Ok(agent) => Some((ids::agent(id), agent.draft.name.as_str().to_owned())),
            // Deleted in between.
            Err(RegistryError::NotFound(_)) => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let active = registry.open_sessions_of_project(scope, project.id).await?;
    let name = project.name.as_str();
    Ok(wire::project(&wire::Shown {
        id: project.id,
        name,
        default_agent,
        active,
        most: settings.most_sessions,
    }))
}

pub(super) async fn list(State(state): State<PhonicState>, caller: Allowed<ToolsRead>) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let mut shown = Vec::new();
    let mut page = first_page();
    loop {
        let found = registry.list_projects(scope, page).await?;
        for project in &found.items {
            shown.push(view(registry, scope, project).await?);
        }
        match found.next {
            Some(next) if shown.len() < MOST_LISTED => page = page_after(next),
            _ => return ok(&json!({"projects": shown})),
        }
    }
}

pub(super) async fn create(State(state): State<PhonicState>, caller: Allowed<Admin>, body: Body) -> Answer {
    let name = wire::read_new(&body.required()?)?;
    let name = ProjectName::parse(name).map_err(|error| Problem::at("name", error.to_string()))?;
    let made = state.registry().create_project(caller.scope(), name).await?;
    json_answer(StatusCode::CREATED, &json!({"id": ids::project(made.id), "name": made.name}))
}

pub(super) async fn show(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsRead>,
    PathText(name, _): PathText<Phonic>,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let found = project(registry, scope, &name).await?;
    ok(&json!({"project": view(registry, scope, &found).await?}))
}

pub(super) async fn change(
    State(state): State<PhonicState>,
    caller: Allowed<Admin>,
    PathText(name, _): PathText<Phonic>,
    body: Body,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let found = project(registry, scope, &name).await?;
    let change = wire::read_change(&body.required()?, found.name.as_str())?;
    let before = registry.project_settings(scope, found.id).await?;
    let default_agent = match &change.default_agent {
        None => before.default_agent,
        Some(None) => None,
        Some(Some(text)) => {
            let unknown = || Problem::at("default_agent", "There is no such agent in the project");
            let name = AgentName::parse(text.as_str()).map_err(|_| unknown())?;
            match registry.agent_by_name(scope, found.id, &name).await {
                Ok(agent) => Some(agent.id),
                Err(RegistryError::NotFound(_)) => return Err(unknown().into()),
                Err(error) => return Err(error.into()),
            }
        }
    };
    if let Some(name) = &change.name {
        let name =
            ProjectName::parse(name.as_str()).map_err(|error| Problem::at("name", error.to_string()))?;
        registry.rename_project(scope, found.id, &name).await?;
    }
    let after = ProjectSettings { default_agent, most_sessions: change.most.unwrap_or(before.most_sessions) };
    if after != before {
        registry.put_project_settings(scope, found.id, after).await?;
    }
    success()
}

pub(super) async fn delete(
    State(state): State<PhonicState>,
    caller: Allowed<Admin>,
    PathText(name, _): PathText<Phonic>,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let found = project(registry, scope, &name).await?;
    match registry.delete_project(scope, found.id).await? {
        Removal::Removed => success(),
        Removal::LastProject => {
            let message = "Cannot delete the last project in a workspace";
            Err(Problem::new(409, message).with_code("last_project_in_workspace").into())
        }
        Removal::HoldsLive => {
            Err(Problem::new(403, "A test key cannot delete a project that holds anything live").into())
        }
    }
}
