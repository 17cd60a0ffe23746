//! `/api/v1/tools` (burki: 2.4).

use axum::extract::State;
use hookswitch_api::{SurfaceState, ToolsRead, ToolsSecrets, ToolsWrite};
use hookswitch_model::Dialect;
use hookswitch_model::draft::{Kind, SignatureScheme};
use hookswitch_registry::ToolFilter;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::fault::{Fault, well};
use super::input::{JsonBody, Number, Pairs};
use super::{Allowed, Answer, load, ok, save};
use crate::BurkiState;
use crate::wire::extras::Origin;
use crate::wire::list::ListQuery;
use crate::wire::moment::in_seconds;
use crate::wire::refusal::Refusal;
use crate::wire::tool::View;

pub(super) async fn create(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    JsonBody(body): JsonBody,
) -> Answer {
    let saved = Box::pin(save::create(&state, &caller, &body, Origin::V1)).await?;
    shown(&state, &caller, saved).await
}

pub(super) async fn update(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    JsonBody(body): JsonBody,
) -> Answer {
    let saved = save::update(&state, &caller, number, &body, Origin::V1).await?;
    shown(&state, &caller, saved).await
}

async fn shown(state: &BurkiState, caller: &Allowed<ToolsWrite>, saved: save::Saved) -> Answer {
    let shown = load::Shown::of(state.registry(), caller.scope(), saved.tool).await?;
    ok(&shown.view().v1(&saved.warnings))
}

pub(super) async fn show(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Number(number): Number,
) -> Answer {
    let registry = state.registry();
    let tool = load::tool(registry, caller.scope(), number).await?;
    ok(&load::Shown::of(registry, caller.scope(), tool).await?.view().v1(&[]))
}

pub(super) async fn list(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Pairs(query): Pairs,
) -> Answer {
    let wanted = ListQuery::read(query, Origin::V1).map_err(Fault::refused)?;
    let (scope, registry) = (caller.scope(), state.registry());
    let filter = filter_of(&wanted);
    let tools = load::tools(registry, scope, &filter).await?;
    let stats = load::stats(registry, scope, &tools).await?;
    let organization = load::organization(registry, scope).await?;
    let nothing = crate::wire::configuration::Opened::new();
    let mut views: Vec<View<'_>> = (tools.iter().zip(stats))
        .map(|(tool, stats)| View { tool, stats, opened: &nothing, organization })
        .collect();
    wanted.sort(&mut views);
    let chosen = if wanted.is_paged { wanted.slice(&views) } else { &views[..] };
    let mut items: Vec<Value> = Vec::with_capacity(chosen.len());
    for view in chosen {
        let opened = registry.open_draft_seals(scope, &view.tool.draft).await?;
        items.push(View { tool: view.tool, stats: view.stats, opened: &opened, organization }.v1(&[]));
    }
    let page = if wanted.is_paged { items.clone() } else { wanted.slice(&items).to_vec() };
    ok(&json!({
        "success": true,
        "tools": page,
        "items": items,
        "total": views.len(),
        "pagination": wanted.pagination(views.len(), Origin::V1),
    }))
}

pub(super) fn filter_of(wanted: &ListQuery) -> ToolFilter {
    ToolFilter {
        search: wanted.search.clone(),
        kind: wanted.kind,
        enabled: wanted.is_active,
        ..ToolFilter::default()
    }
}

pub(super) async fn delete(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    Pairs(mut query): Pairs,
) -> Answer {
    let is_forced = query.boolean("force").unwrap_or(false);
    query.finish().map_err(Fault::refused)?;
    let tool = load::tool(state.registry(), caller.scope(), number).await?;
    save::delete(&state, &caller, &tool, is_forced).await?;
    ok(&well("Tool deleted successfully"))
}

pub(super) async fn rotate_secret(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsSecrets>,
    Number(number): Number,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let tool = load::tool(registry, scope, number).await?;
    let scheme = tool.draft.webhook.as_ref().map(|webhook| webhook.signature);
    let signs_by_project = matches!(tool.dialect, Dialect::Phonic | Dialect::Bland);
    if tool.draft.kind != Kind::Webhook || scheme != Some(SignatureScheme::Standard) || signs_by_project {
        return Err(Fault::Refusal(Refusal::bad("Tool has no signing secret")));
    }
    let (secret, until) = registry.rotate_signing_secret(scope, tool.id).await?;
    ok(&json!({
        "tool_id": tool.number,
        // The one answer that may carry it.
        "hmac_secret": secret.expose_secret(),
        "previous_valid_until": in_seconds(until),
    }))
}
