//! `/api/organization/tools` (burki: 2.5).

use axum::extract::State;
use hookswitch_api::{SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_engine::ExecutionFilter;
use hookswitch_registry::Page;
use serde_json::{Value, json};

use super::fault::{Fault, well};
use super::input::{JsonBody, Number, Pairs};
use super::tools::filter_of;
use super::{Allowed, Answer, load, logs, ok, save};
use crate::BurkiState;
use crate::wire::configuration::Opened;
use crate::wire::extras::Origin;
use crate::wire::list::ListQuery;
use crate::wire::log::LOGGED;
use crate::wire::moment::in_millis;
use crate::wire::tool::{View, brief, display_name};

/// Log items beside a tool.
const RECENT: u32 = 5;

pub(super) async fn create(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    JsonBody(body): JsonBody,
) -> Answer {
    let saved = Box::pin(save::create(&state, &caller, &body, Origin::Server)).await?;
    ok(&json!({
        "success": true,
        "message": "Tool created successfully",
        "tool": brief(&saved.tool),
        "warnings": saved.warnings,
    }))
}

pub(super) async fn list(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Pairs(query): Pairs,
) -> Answer {
    let wanted = ListQuery::read(query, Origin::Server).map_err(Fault::refused)?;
    let (scope, registry) = (caller.scope(), state.registry());
    let tools = load::tools(registry, scope, &filter_of(&wanted)).await?;
    let stats = load::stats(registry, scope, &tools).await?;
    let opened = Opened::new();
    let mut views: Vec<View<'_>> = (tools.iter().zip(stats))
        .map(|(tool, stats)| View { tool, stats, opened: &opened, organization: 0 })
        .collect();
    wanted.sort(&mut views);
    let page: Vec<Value> = wanted.slice(&views).iter().map(View::organization_item).collect();
    ok(&json!({
        "success": true,
        "tools": page,
        "pagination": wanted.pagination(views.len(), Origin::Server),
    }))
}

pub(super) async fn show(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Number(number): Number,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let tool = load::tool_plainly(registry, scope, number).await?;
    let assignments = registry.bindings_of_tool(scope, tool.id).await?.len();
    let filter = ExecutionFilter {
        tool: Some(tool.id),
        test: Some(false),
        outcomes: LOGGED.to_vec(),
        ..ExecutionFilter::default()
    };
    let recent = state.engine().list_executions(scope, &filter, Page::first(RECENT)).await?.items;
    let recent = logs::items(registry, scope, &recent, false).await?;
    let shown = load::Shown::of(registry, scope, tool).await?;
    ok(&json!({"success": true, "tool": shown.view().organization(assignments, &recent)}))
}

pub(super) async fn update(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    JsonBody(body): JsonBody,
) -> Answer {
    let saved = save::update(&state, &caller, number, &body, Origin::Server).await?;
    ok(&json!({
        "success": true,
        "message": "Tool updated successfully",
        "tool": {
            "id": saved.tool.number,
            "name": saved.tool.name,
            "display_name": display_name(&saved.tool.draft),
            "updated_at": in_millis(saved.tool.updated_at),
        },
        "warnings": saved.warnings,
    }))
}

pub(super) async fn delete(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    Pairs(mut query): Pairs,
) -> Answer {
    let is_forced = query.boolean("force").unwrap_or(false);
    query.finish().map_err(Fault::refused)?;
    let tool = load::tool_plainly(state.registry(), caller.scope(), number).await?;
    save::delete(&state, &caller, &tool, is_forced).await?;
    ok(&well("Tool deleted successfully"))
}
