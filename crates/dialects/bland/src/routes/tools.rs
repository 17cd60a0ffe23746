//! Tools: made, changed, listed, shown, deleted.

use std::collections::HashMap;

use axum::extract::State;
use hookswitch_api::{AnyJson, Failure, PathText, SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::draft::Kind;
use hookswitch_model::key::Permission;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, Scope};
use hookswitch_registry::{Caller, Order, Page, Registry, RegistryError, SavedTool, ToolFilter};
use serde_json::{Value, json};

use super::answer::{Allowed, Answer, Refused, ok};
use super::query::ListQuery;
use crate::wire::body::success;
use crate::wire::fields::Fields;
use crate::wire::lower::{self, Before, Facts};
use crate::wire::shown::{Reveal, shown};
use crate::wire::{ids, record, secret_ids};
use crate::{Bland, BlandState};

/// How often a change looks anew when somebody else saves the same tool at the same time.
const MOST_TRIES: u32 = 8;

/// The tools that a key works with: those of its project.
pub(super) fn scope_of(caller: &Caller) -> Scope {
    caller.scope().in_project(caller.key.project)
}

pub(super) async fn create(
    State(state): State<BlandState>,
    caller: Allowed<ToolsWrite>,
    AnyJson(body, _): AnyJson<Bland>,
) -> Answer {
    let registry = state.registry();
    let fields = Fields::of_body(body.unwrap_or_else(|| json!({})))?;
    let facts = facts(registry, caller.scope(), &fields).await?;
    let draft = lower::created(&fields, &facts)?;
    let project = caller.key.project;
    let saved = registry.create_tool(caller.scope(), project, Dialect::Bland, draft, caller.key.id).await?;
    ok(&saved_body(&saved))
}

pub(super) async fn update(
    State(state): State<BlandState>,
    caller: Allowed<ToolsWrite>,
    PathText(text, _): PathText<Bland>,
    AnyJson(body, _): AnyJson<Bland>,
) -> Answer {
    let (registry, scope) = (state.registry(), scope_of(&caller));
    let fields = Fields::of_body(body.unwrap_or_else(|| json!({})))?;
    let mut tries = 0;
    loop {
        tries += 1;
        let stored = find(registry, scope, &text).await?;
        let facts = facts(registry, caller.scope(), &fields).await?;
        let before = Before {
            shown: fields_of(registry, &caller, &stored).await?,
            draft: stored.draft,
            dialect: stored.dialect,
        };
        let draft = lower::changed(&fields, before, &facts)?;
        // What the change was laid over is what it must replace.
        let saved = registry.update_tool(scope, stored.id, Some(stored.version), draft, caller.key.id).await;
        match saved {
            Err(RegistryError::VersionMismatch { .. }) if tries < MOST_TRIES => {}
            saved => return ok(&saved_body(&saved?)),
        }
    }
}

pub(super) async fn list(
    State(state): State<BlandState>,
    caller: Allowed<ToolsRead>,
    query: ListQuery,
) -> Answer {
    let filter = ToolFilter {
        search: query.search,
        kind: Some(Kind::Webhook),
        order: Order::NewestFirst,
        ..ToolFilter::default()
    };
    let registry = state.registry();
    let tools = registry.list_tools(scope_of(&caller), &filter, Page::first(query.limit)).await?;
    let mut records = Vec::with_capacity(tools.items.len());
    for tool in &tools.items {
        records.push(record::record(tool, &fields_of(registry, &caller, tool).await?));
    }
    ok(&success([("tools", Value::Array(records))]))
}

pub(super) async fn show(
    State(state): State<BlandState>,
    caller: Allowed<ToolsRead>,
    PathText(text, _): PathText<Bland>,
) -> Answer {
    let registry = state.registry();
    let tool = find(registry, scope_of(&caller), &text).await?;
    let fields = fields_of(registry, &caller, &tool).await?;
    ok(&success([("tool", record::record(&tool, &fields))]))
}

pub(super) async fn delete(
    State(state): State<BlandState>,
    caller: Allowed<ToolsWrite>,
    PathText(text, _): PathText<Bland>,
) -> Answer {
    let (registry, scope) = (state.registry(), scope_of(&caller));
    let tool = find(registry, scope, &text).await?;
    registry.delete_tool(scope, tool.id).await?;
    ok(&success([("message", Value::from("Tool has been deleted."))]))
}

/// A tool that this dialect has a form for.
pub(super) async fn find(registry: &Registry, scope: Scope, text: &str) -> Result<StoredTool, Refused> {
    let absent = || Refused::from(Failure::NotFound("tool"));
    let id = ids::tool_id(text).ok_or_else(absent)?;
    let tool = registry.get_tool(scope, id).await?;
    if tool.draft.kind == Kind::Webhook { Ok(tool) } else { Err(absent()) }
}

/// What lowering must know of the fields.
pub(super) async fn facts(registry: &Registry, scope: Scope, fields: &Fields) -> Result<Facts, Refused> {
    let mut facts = Facts::default();
    for id in secret_ids::named(fields) {
        match registry.get_secret_by_id(scope, id).await {
            Ok(secret) => drop(facts.secrets.insert(id, secret.name.as_str().to_owned())),
            // Whoever calls the tool is told that it is not set up.
            Err(RegistryError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let url = fields.get("url").and_then(Value::as_str);
    facts.admits_plain_http = url.is_some_and(|url| registry.admits_plain_http(url));
    Ok(facts)
}

/// The fields of a tool as a caller may see them.
async fn fields_of(registry: &Registry, caller: &Caller, tool: &StoredTool) -> Result<Fields, Refused> {
    let opened = match &tool.draft.webhook {
        Some(webhook) if webhook.headers.values().any(|value| value.seal().is_some()) => {
            registry.open_draft_seals(caller.scope(), &tool.draft).await?
        }
        _ => HashMap::new(),
    };
    let in_clear = caller.key.may(Permission::ToolsSecrets);
    Ok(shown(&tool.draft, Reveal { opened: &opened, in_clear }))
}

fn saved_body(saved: &SavedTool) -> Value {
    success([
        ("tool_id", Value::from(ids::tool_text(saved.tool.id))),
        ("name", Value::from(saved.tool.draft.name.as_str())),
    ])
}
