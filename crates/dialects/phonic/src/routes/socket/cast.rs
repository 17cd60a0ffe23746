//! Who speaks in a conversation and with which tools: a config looked up.

use std::collections::HashMap;

use hookswitch_api::{Failure, SurfaceState};
use hookswitch_engine::StartTool;
use hookswitch_model::agent::Agent;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::name::{AgentName, ToolName};
use hookswitch_model::{Dialect, ProjectId, Scope, SessionId, ToolId};
use hookswitch_registry::{Project, RegistryError};
use serde_json::{Map, Value};

use super::admission::Admitted;
use crate::PhonicState;
use crate::routes::Refused;
use crate::routes::scopes::project;
use crate::wire::agent::{self as wire_agent};
use crate::wire::param_errors::{ParamErrors, item};
use crate::wire::problem::Problem;
use crate::wire::socket::config::Config;
use crate::wire::socket::tools::{Entry, built_in, inline_id};
use crate::wire::tool::kind::{BUILT_IN_NAMES, ToolType};
use crate::wire::{ids, tool};

/// The agent and the project of a conversation.
pub(super) struct Cast {
    pub(super) project: Project,
    pub(super) agent: Option<Agent>,
    /// The agent as it is shown; an empty object without one.
    pub(super) shown: Value,
}

/// A tool that this conversation alone has.
#[derive(Debug, Clone)]
pub(super) struct Own {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) draft: ToolDraft,
}

/// The tools of a conversation.
#[derive(Debug, Default)]
pub(super) struct Tools {
    pub(super) start: Vec<StartTool>,
    pub(super) own: HashMap<ToolId, Own>,
    /// Names of tools that can't be offered without a phone call.
    pub(super) unavailable: Vec<String>,
}

fn at(path: &str, message: &str) -> Refused {
    Problem::at(path, message).into()
}

/// Looks up project and agent; a credential may be good for one of them only.
pub(super) async fn find(state: &PhonicState, admitted: &Admitted, config: &Config) -> Result<Cast, Refused> {
    let (registry, scope) = (state.registry(), admitted.scope);
    let project = match (&config.project, admitted.project) {
        (None, Some(only)) => registry.get_project(scope, only).await?,
        (named, only) => {
            let found = project(registry, scope, named.as_deref().unwrap_or("main")).await;
            let found = found.map_err(|refused| absent(refused, "project", "There is no such project"))?;
            if only.is_some_and(|only| only != found.id) {
                return Err(at("project", "The token is for another project"));
            }
            found
        }
    };
    let agent = match (&config.agent, admitted.agent) {
        (None, Some(only)) => Some(registry.get_agent(scope, only).await?),
        (Some(named), only) => {
            let found = named_agent(state, scope, project.id, named).await;
            let found = found.map_err(|refused| absent(refused, "agent", "There is no such agent"))?;
            if only.is_some_and(|only| only != found.id) {
                return Err(at("agent", "The token is for another agent"));
            }
            Some(found)
        }
        (None, None) => match registry.project_settings(scope, project.id).await?.default_agent {
            Some(id) => Some(registry.get_agent(scope, id).await?),
            None => None,
        },
    };
    if agent.as_ref().is_some_and(|agent| agent.draft.disabled) {
        return Err(at("agent", "Agent is disabled"));
    }
    let shown = match &agent {
        Some(agent) => shown(state, scope, agent, &project).await?,
        None => Value::Object(Map::new()),
    };
    Ok(Cast { project, agent, shown })
}

fn absent(refused: Refused, path: &str, message: &str) -> Refused {
    match refused {
        Refused::Failure(Failure::Registry(RegistryError::NotFound(_)) | Failure::NotFound(_)) => {
            at(path, message)
        }
        Refused::Problem(problem) if problem.status == 404 => at(path, message),
        other => other,
    }
}

async fn named_agent(
    state: &PhonicState,
    scope: Scope,
    project: ProjectId,
    text: &str,
) -> Result<Agent, Refused> {
    if let Some(id) = ids::parse_agent(text) {
        return Ok(state.registry().get_agent(scope, id).await?);
    }
    let name = AgentName::parse(text).map_err(|_| Problem::not_found("agent"))?;
    Ok(state.registry().agent_by_name(scope, project, &name).await?)
}

/// The agent in this API's fields, without its secrets.
async fn shown(
    state: &PhonicState,
    scope: Scope,
    agent: &Agent,
    project: &Project,
) -> Result<Value, Refused> {
    let bindings = state.registry().list_bindings(scope, agent.id).await?;
    let bound: Vec<ToolId> = bindings.iter().map(|binding| binding.tool).collect();
    let stored = state.registry().tools_by_ids(scope, &bound).await?;
    let tools = bound.iter().filter_map(|id| stored.iter().find(|tool| tool.id == *id));
    let tools: Vec<String> = tools.map(|tool| tool.name.as_str().to_owned()).collect();
    let opened = HashMap::new();
    Ok(wire_agent::agent(wire_agent::Known {
        agent,
        project: project.name.as_str(),
        tools: &tools,
        opened: &opened,
        shows_secrets: false,
    }))
}

/// The tools of an agent, as if a config had named them.
pub(super) fn of_agent(shown: &Value) -> Vec<Entry> {
    let names = shown.get("tools").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(|name| Entry::Named(name.to_owned())).collect()
}

/// Looks up tools, and makes those that the conversation alone has. Problems are at `at[i]`.
pub(super) async fn tools(
    state: &PhonicState,
    admitted: &Admitted,
    session: SessionId,
    cast: &Cast,
    entries: Vec<Entry>,
    path: &str,
) -> Result<Tools, Refused> {
    let (registry, scope) = (state.registry(), admitted.scope);
    let bindings = match &cast.agent {
        Some(agent) => registry.list_bindings(scope, agent.id).await?,
        None => Vec::new(),
    };
    let bound: Vec<ToolId> = bindings.iter().map(|binding| binding.tool).collect();
    let bound = registry.tools_by_ids(scope, &bound).await?;
    let (mut found, mut errors) = (Tools::default(), ParamErrors::default());
    for (index, entry) in entries.into_iter().enumerate() {
        let at = item(path, index);
        let (name, draft) = match entry {
            Entry::Inline { name, draft } => (name, Ok(*draft)),
            Entry::BuiltIn { name, config } => {
                let draft = built_in(&name, &config);
                (name, draft)
            }
            Entry::Named(name) => {
                let stored = match bound.iter().find(|tool| tool.name.as_str() == name) {
                    Some(tool) => Some(tool.clone()),
                    None => by_name(state, scope, cast.project.id, &name).await?,
                };
                if let Some(stored) = stored {
                    if ToolType::of(&stored.draft) == Some(ToolType::TransferPhone) {
                        found.unavailable.push(name);
                    } else {
                        found.start.push(StartTool { tool: stored.id, config: Map::new() });
                    }
                    continue;
                }
                if !BUILT_IN_NAMES.iter().any(|(other, _)| *other == name) {
                    errors.note(at, "There is no such tool in the project");
                    continue;
                }
                let draft = built_in(&name, &settings_of(&cast.shown, &name));
                (name, draft)
            }
        };
        let Ok(draft) = draft else {
            errors.note(at, "This server has no such tool");
            continue;
        };
        let (project, key) = (cast.project.id, admitted.key);
        let made = registry.create_session_tool(scope, project, session, Dialect::Phonic, draft.clone(), key);
        match Box::pin(made).await {
            Ok(made) => {
                found.start.push(StartTool { tool: made.id, config: Map::new() });
                let id = if draft.call_control.is_some() { format!("tool_{name}") } else { inline_id(&name) };
                found.own.insert(made.id, Own { id, name, draft });
            }
            Err(RegistryError::Invalid(findings)) => {
                let mut inner = ParamErrors::default();
                tool::note_findings(&findings, &draft, &mut inner);
                let message = inner.into_map().values().find_map(|text| text.as_str().map(str::to_owned));
                errors.note(at, message.unwrap_or_else(|| "This tool can't be used".to_owned()));
            }
            Err(error) => return Err(error.into()),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors.into()) }
}

/// The agent's settings of a built-in tool.
fn settings_of(shown: &Value, name: &str) -> Map<String, Value> {
    let configs = shown.get("built_in_tool_configs");
    let config = configs.and_then(|configs| configs.get(format!("tool_{name}")));
    config.and_then(Value::as_object).cloned().unwrap_or_default()
}

async fn by_name(
    state: &PhonicState,
    scope: Scope,
    project: ProjectId,
    name: &str,
) -> Result<Option<hookswitch_model::tool::StoredTool>, Refused> {
    let Ok(name) = ToolName::parse(name) else { return Ok(None) };
    match state.registry().tool_by_name(scope.in_project(project), &name).await {
        Ok(tool) => Ok(Some(tool)),
        Err(RegistryError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
