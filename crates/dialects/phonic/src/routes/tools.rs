//! Tools.

use std::collections::HashMap;

use axum::extract::State;
use hookswitch_api::{PathText, SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::Dialect;
use hookswitch_model::draft::VariableSyntax;
use hookswitch_model::tool::StoredTool;
use hookswitch_registry::{Order, Registry, RegistryError, ToolFilter};
use hookswitch_template::UrlTemplate;
use http::StatusCode;
use serde_json::{Value, json};

use super::bodies::Body;
use super::scopes::{InProject, MOST_LISTED, first_page, page_after};
use super::tool_lookup::{agents_of, find, shows_secrets};
use super::{Allowed, Answer, Refused, json_answer, ok, success};
use crate::wire::ids;
use crate::wire::problem::Problem;
use crate::wire::tool::kind::ToolType;
use crate::wire::tool::{Change, Known, create as new_tool, note_findings, patch, show as render};
use crate::{Phonic, PhonicState};

/// How often a change looks anew when others save the same tool at the same time.
const MOST_TRIES: u32 = 8;

pub(super) async fn list(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsRead>,
    project: InProject,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let project = project.find(registry, scope).await?;
    let filter = ToolFilter { order: Order::NewestFirst, ..ToolFilter::default() };
    let mut stored: Vec<StoredTool> = Vec::new();
    let mut page = first_page();
    loop {
        let found = registry.list_tools(scope.in_project(project.id), &filter, page).await?;
        stored.extend(found.items.into_iter().filter(|tool| ToolType::of(&tool.draft).is_some()));
        match found.next {
            Some(next) if stored.len() < MOST_LISTED => page = page_after(next),
            _ => break,
        }
    }
    let hands_over = stored.iter().any(|tool| ToolType::of(&tool.draft) == Some(ToolType::TransferAgent));
    let agents = if hands_over { agents_of(registry, scope, project.id).await? } else { Vec::new() };
    let mut shown = Vec::with_capacity(stored.len());
    for tool in &stored {
        let opened = registry.open_draft_seals(scope, &tool.draft).await?;
        let known = Known { agents: &agents, opened: &opened, shows_secrets: shows_secrets(&caller) };
        shown.extend(render::tool(tool, project.name.as_str(), known));
    }
    ok(&json!({"tools": shown}))
}

pub(super) async fn create(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsWrite>,
    project: InProject,
    body: Body,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let project = project.find(registry, scope).await?;
    let body = body.required()?;
    let wants_agents = body.get("type").and_then(Value::as_str) == Some(ToolType::TransferAgent.as_str());
    let agents = if wants_agents { agents_of(registry, scope, project.id).await? } else { Vec::new() };
    let known = Known { agents: &agents, opened: &HashMap::new(), shows_secrets: false };
    let draft = vetted(registry, new_tool::create(&body, known))?;
    let saved = registry.create_tool(scope, project.id, Dialect::Phonic, draft, caller.key.id).await?;
    let answer = json!({"id": ids::tool(saved.tool.id), "name": saved.tool.name});
    json_answer(StatusCode::CREATED, &answer)
}

/// The definition of a body without errors: its own, the model's, and those of addresses.
fn vetted(registry: &Registry, change: Change) -> Result<hookswitch_model::draft::ToolDraft, Refused> {
    let Change { draft, mut errors, url } = change;
    let Some(draft) = draft else { return Err(errors.into()) };
    if let Some(url) = url {
        let names = draft.webhook.as_ref().and_then(|webhook| webhook.variables.clone());
        let syntax = names.map_or_else(|| VariableSyntax::Single.into(), |names| names.url_syntax());
        let parsed = UrlTemplate::parse(&url, syntax);
        if let Some(Err(message)) =
            parsed.ok().and_then(|url| url.base().map(|base| registry.check_https_url(base)))
        {
            errors.note("endpoint_url", message);
        }
    }
    match registry.check(&draft) {
        Ok(_) => {}
        Err(RegistryError::Invalid(findings)) => note_findings(&findings, &draft, &mut errors),
        Err(error) => return Err(error.into()),
    }
    if errors.is_empty() { Ok(draft) } else { Err(errors.into()) }
}

pub(super) async fn show(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsRead>,
    PathText(name, _): PathText<Phonic>,
    project: InProject,
) -> Answer {
    let found = find(&state, &caller, &name, &project).await?;
    ok(&json!({"tool": found.render()?}))
}

pub(super) async fn change(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsWrite>,
    PathText(name, _): PathText<Phonic>,
    project: InProject,
    body: Body,
) -> Answer {
    let registry = state.registry();
    let body = body.required()?;
    let mut tries = 0;
    loop {
        tries += 1;
        let found = find(&state, &caller, &name, &project).await?;
        let change = patch::patch(&body, &found.tool, found.known());
        let change = change.ok_or_else(|| Problem::not_found("tool"))?;
        let draft = vetted(registry, change)?;
        let (id, version) = (found.tool.id, found.tool.version);
        let saved =
            Box::pin(registry.update_tool(caller.scope(), id, Some(version), draft, caller.key.id)).await;
        match saved {
            Ok(_) => return success(),
            // Somebody else saved it in between: merged anew.
            Err(RegistryError::VersionMismatch { .. }) if tries < MOST_TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
}

pub(super) async fn delete(
    State(state): State<PhonicState>,
    caller: Allowed<ToolsWrite>,
    PathText(name, _): PathText<Phonic>,
    project: InProject,
) -> Answer {
    let found = find(&state, &caller, &name, &project).await?;
    state.registry().delete_tool(caller.scope(), found.tool.id).await?;
    success()
}
