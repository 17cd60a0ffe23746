//! Public tools of other organisations (burki: 2.1, `is_public`).

use axum::extract::State;
use hookswitch_api::{SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::Scope;
use hookswitch_model::tool::{CallStats, StoredTool};
use hookswitch_registry::{Page, Registry, RegistryError};
use serde_json::{Value, json};

use super::fault::Fault;
use super::input::{Number, Pairs};
use super::tools::filter_of;
use super::transfer::{self, copied};
use super::{Allowed, Answer, ok};
use crate::BurkiState;
use crate::wire::configuration::Opened;
use crate::wire::extras::Origin;
use crate::wire::list::{ListQuery, MOST_ITEMS};
use crate::wire::public;
use crate::wire::refusal::Refusal;
use crate::wire::stats::Stats;
use crate::wire::tool::{View, is_expressible};

pub(super) async fn list(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Pairs(query): Pairs,
) -> Answer {
    let wanted = ListQuery::read(query, Origin::V1).map_err(Fault::refused)?;
    let registry = state.registry();
    let tools = all(registry, caller.scope(), &wanted).await?;
    let owners = registry.org_numbers(&tools).await?;
    let (opened, stats) = (Opened::new(), Stats::from(CallStats::default()));
    let mut views: Vec<View<'_>> = (tools.iter())
        .map(|tool| {
            let organization = owners.get(&tool.org).copied().unwrap_or_default();
            View { tool, stats, opened: &opened, organization }
        })
        .collect();
    wanted.sort(&mut views);
    let shown: Vec<Value> = views.iter().map(|view| public::show(view.tool, view.organization)).collect();
    let page = wanted.slice(&shown).to_vec();
    ok(&json!({
        "success": true,
        "tools": page,
        "items": if wanted.is_paged { page.as_slice() } else { &shown[..] },
        "total": views.len(),
        "pagination": wanted.pagination(views.len(), Origin::V1),
    }))
}

async fn all(registry: &Registry, scope: Scope, wanted: &ListQuery) -> Result<Vec<StoredTool>, Fault> {
    let mut tools: Vec<StoredTool> = Vec::new();
    let mut page = Page::first(Page::MOST);
    loop {
        let some = registry.public_tools(scope, &filter_of(wanted), page).await?;
        tools.extend(some.items.into_iter().filter(is_expressible));
        match some.next {
            Some(next) if tools.len() < MOST_ITEMS => page.after = Some(next),
            _ => break,
        }
    }
    tools.truncate(MOST_ITEMS);
    Ok(tools)
}

async fn one(registry: &Registry, scope: Scope, number: i64) -> Result<StoredTool, Fault> {
    match registry.public_tool(scope, number).await {
        Ok(tool) if is_expressible(&tool) => Ok(tool),
        Ok(_) | Err(RegistryError::NotFound(_)) => Err(Fault::Refusal(Refusal::no_tool(number))),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn show(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Number(number): Number,
) -> Answer {
    let registry = state.registry();
    let tool = one(registry, caller.scope(), number).await?;
    let owner = registry.org_numbers(std::slice::from_ref(&tool)).await?;
    ok(&public::show(&tool, owner.get(&tool.org).copied().unwrap_or_default()))
}

pub(super) async fn duplicate(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    Pairs(query): Pairs,
) -> Answer {
    let tool = one(state.registry(), caller.scope(), number).await?;
    let (draft, missing) = public::stripped(&tool.draft);
    let copy = Box::pin(transfer::copy(&state, &caller, &tool, draft, &query)).await?;
    let mut answer = copied(&copy);
    answer["missing_secrets"] = json!(missing);
    ok(&answer)
}
