//! Calls: asked for and looked at. Without a call engine they are refused, or become text sessions.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;

use axum::extract::State;
use hookswitch_api::{AnyJson, Failure, PathText, Sessions, SurfaceState};
use hookswitch_engine::{ExecutionFilter, SessionStart, StartTool};
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::event::EventKind;
use hookswitch_model::event_webhook::EventForm;
use hookswitch_model::key::Permission;
use hookswitch_model::session::Channel;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, SessionId};
use hookswitch_registry::{Caller, Page, Registry, RegistryError, SessionEventWebhook};
use serde_json::{Map, Value, json};

use super::answer::{Allowed, Answer, Refused, ok};
use super::tools::{facts, find, scope_of};
use crate::wire::body::success;
use crate::wire::call::{self, Call, Wanted};
use crate::wire::call_view::{self, Tools};
use crate::wire::{failure, ids, lower};
use crate::{Bland, BlandState, Calls};

/// A tool of a call, found or lowered, with its place in `tools`.
enum Found {
    Stored(usize, Box<StoredTool>),
    Inline(usize, Box<ToolDraft>),
}

impl Found {
    fn named(&self) -> (usize, &str) {
        match self {
            Self::Stored(index, tool) => (*index, &tool.draft.name),
            Self::Inline(index, draft) => (*index, &draft.name),
        }
    }
}

pub(super) async fn send(
    State(state): State<BlandState>,
    caller: Allowed<Sessions>,
    AnyJson(body, _): AnyJson<Bland>,
) -> Answer {
    let wanted = call::of_body(body.unwrap_or_else(|| json!({})))?;
    let mut found = Vec::with_capacity(wanted.tools.len());
    for tool in &wanted.tools {
        found.push(look(&state, &caller, tool).await?);
    }
    call::check_names(found.iter().map(Found::named))?;
    if state.calls() == Calls::None {
        return Err(call::no_call_engine().into());
    }
    let id = SessionId::generate();
    let started = start(&state, &caller, id, wanted, found).await;
    if started.is_err() {
        // What was made for it is of no use to anybody.
        state.registry().delete_session_tools(caller.scope(), id).await?;
        state.registry().delete_session_event_webhooks(caller.scope(), id).await?;
    }
    started?;
    ok(&success([
        ("message", Value::from("Call successfully queued.")),
        ("call_id", Value::from(ids::call_text(id))),
        ("batch_id", Value::Null),
    ]))
}

async fn look(state: &BlandState, caller: &Caller, wanted: &Wanted) -> Result<Found, Refused> {
    let registry = state.registry();
    match wanted {
        Wanted::Stored(index, id) => {
            let text = ids::tool_text(*id);
            match find(registry, scope_of(caller), &text).await {
                Ok(tool) => Ok(Found::Stored(*index, Box::new(tool))),
                Err(Refused::Failure(
                    Failure::NotFound(_) | Failure::Registry(RegistryError::NotFound(_)),
                )) => Err(call::absent_tool(*index, &text).into()),
                Err(other) => Err(other),
            }
        }
        Wanted::Inline(index, fields) => {
            // Whoever defines a request decides where the organisation's secrets go.
            if !caller.key.may(Permission::ToolsWrite) {
                return Err(Failure::Forbidden(Permission::ToolsWrite).into());
            }
            let facts = facts(registry, caller.scope(), fields).await?;
            let inside = |problem| call::inside_call(*index, &problem);
            let draft = lower::created(fields, &facts).map_err(inside)?;
            match registry.check(&draft) {
                Ok(_) => Ok(Found::Inline(*index, Box::new(draft))),
                Err(error) => Err(inside(failure::problem_of(&error.into())).into()),
            }
        }
    }
}

async fn start(
    state: &BlandState,
    caller: &Caller,
    id: SessionId,
    wanted: Call,
    found: Vec<Found>,
) -> Result<(), Refused> {
    let (registry, project) = (state.registry(), caller.key.project);
    let mut tools = Vec::with_capacity(found.len());
    for tool in found {
        let tool = match tool {
            Found::Stored(_, tool) => tool.id,
            Found::Inline(index, draft) => {
                let made = registry
                    .create_session_tool(caller.scope(), project, id, Dialect::Bland, *draft, caller.key.id)
                    .await;
                match made {
                    Ok(tool) => tool.id,
                    Err(error @ RegistryError::Invalid(_)) => {
                        let problem = failure::problem_of(&error.into());
                        return Err(call::inside_call(index, &problem).into());
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        };
        tools.push(StartTool { tool, config: Map::new() });
    }
    if let Some(url) = wanted.log_to {
        tell_of_tools(registry, caller, id, url).await?;
    }
    let start = SessionStart {
        tools,
        longest: wanted.longest,
        channel: Channel::Text,
        system: wanted.system,
        variables: wanted.variables,
        metadata: wanted.metadata,
        ..SessionStart::default()
    };
    state.engine().start_session_as(caller.scope(), project, id, start).await?;
    Ok(())
}

/// The call's own webhook is told when a tool call starts and when it ends, signed for its project (bland: 3.7).
async fn tell_of_tools(
    registry: &Registry,
    caller: &Caller,
    id: SessionId,
    url: String,
) -> Result<(), Refused> {
    let wanted = SessionEventWebhook {
        session: id,
        project: caller.key.project,
        url,
        kinds: BTreeSet::from([EventKind::CallStarted, EventKind::CallAnswered]),
        form: EventForm::CallLog,
    };
    match registry.create_session_event_webhook(caller.scope(), wanted).await {
        Ok(_) => Ok(()),
        Err(RegistryError::Invalid(findings)) => Err(call::bad_webhook(&findings).into()),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn show(
    State(state): State<BlandState>,
    caller: Allowed<Sessions>,
    PathText(text, _): PathText<Bland>,
) -> Answer {
    let scope = scope_of(&caller);
    let id = ids::call_id(&text).ok_or_else(|| Refused::from(Failure::NotFound("call")))?;
    let session = state.engine().stored_session(scope, id).await?;
    let filter = ExecutionFilter { session: Some(id), ..ExecutionFilter::default() };
    let page = state.engine().list_executions(scope, &filter, Page::first(Page::MOST)).await?;
    let mut executions = page.items;
    executions.reverse();
    let mut tools = Tools::new();
    for key in executions.iter().filter_map(|execution| execution.tool.zip(execution.tool_version)) {
        if let Entry::Vacant(place) = tools.entry(key) {
            match state.registry().tool_at_version(scope, key.0, key.1).await {
                Ok(tool) => drop(place.insert(tool)),
                // Deleted since, or of a session whose content was erased.
                Err(RegistryError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    ok(&call_view::call(&session, &executions, &tools))
}
