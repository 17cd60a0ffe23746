//! Fetching what several handlers show.

use std::collections::{BTreeSet, HashMap};

use hookswitch_model::agent::Agent;
use hookswitch_model::tool::{CallStats, StoredTool};
use hookswitch_model::{AgentId, Scope};
use hookswitch_registry::{Page, Registry, RegistryError, ToolFilter};

use super::fault::Fault;
use crate::wire::configuration::Opened;
use crate::wire::list::MOST_ITEMS;
use crate::wire::refusal::Refusal;
use crate::wire::stats::Stats;
use crate::wire::tool::{View, is_expressible};

/// The tool of a number, if this dialect can express it.
pub(crate) async fn tool(registry: &Registry, scope: Scope, number: i64) -> Result<StoredTool, Fault> {
    match registry.tool_by_number(scope, number).await {
        Ok(tool) if is_expressible(&tool) => Ok(tool),
        Ok(_) | Err(RegistryError::NotFound(_)) => Err(Fault::Refusal(Refusal::no_tool(number))),
        Err(error) => Err(error.into()),
    }
}

/// The same with the shorter text of some operations.
pub(crate) async fn tool_plainly(
    registry: &Registry,
    scope: Scope,
    number: i64,
) -> Result<StoredTool, Fault> {
    tool(registry, scope, number).await.map_err(|fault| match fault {
        Fault::Refusal(Refusal::NotFound(_)) => {
            Fault::Refusal(Refusal::NotFound("Tool not found".to_owned()))
        }
        other => other,
    })
}

/// The assistant of a number.
pub(crate) async fn assistant(registry: &Registry, scope: Scope, number: i64) -> Result<Agent, Fault> {
    match registry.agent_by_number(scope, number).await {
        Ok(agent) => Ok(agent),
        Err(RegistryError::NotFound(_)) => Err(Fault::Refusal(Refusal::no_assistant(number))),
        Err(error) => Err(error.into()),
    }
}

/// What is shown of one tool beside itself.
pub(crate) struct Shown {
    pub(crate) tool: StoredTool,
    stats: Stats,
    opened: Opened,
    organization: i64,
}

impl Shown {
    pub(crate) async fn of(registry: &Registry, scope: Scope, tool: StoredTool) -> Result<Self, Fault> {
        let counted = registry.stats_of_tools(scope, &[tool.id]).await?;
        let stats = Stats::from(counted.get(&tool.id).copied().unwrap_or_default());
        let opened = registry.open_draft_seals(scope, &tool.draft).await?;
        let organization = organization(registry, scope).await?;
        Ok(Self { tool, stats, opened, organization })
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { tool: &self.tool, stats: self.stats, opened: &self.opened, organization: self.organization }
    }
}

/// The number of the caller's organisation, which is also that of its only user.
pub(crate) async fn organization(registry: &Registry, scope: Scope) -> Result<i64, Fault> {
    Ok(registry.get_org(scope).await?.number)
}

/// Names of the organisation's secrets, in lower case.
pub(crate) async fn secret_names(registry: &Registry, scope: Scope) -> Result<BTreeSet<String>, Fault> {
    let mut names = BTreeSet::new();
    let mut page = Page::first(Page::MOST);
    loop {
        let found = registry.list_secrets(scope, page).await?;
        names.extend(found.items.iter().map(|secret| secret.name.as_str().to_ascii_lowercase()));
        match found.next {
            // Warnings are advice: nobody has more secrets than this by accident.
            Some(next) if names.len() < 10_000 => page.after = Some(next),
            _ => return Ok(names),
        }
    }
}

/// Tools that a filter lets through and this dialect can express, the first thousand.
pub(crate) async fn tools(
    registry: &Registry,
    scope: Scope,
    filter: &ToolFilter,
) -> Result<Vec<StoredTool>, Fault> {
    let mut found: Vec<StoredTool> = Vec::new();
    let mut page = Page::first(Page::MOST);
    loop {
        let some = registry.list_tools(scope, filter, page).await?;
        found.extend(some.items.into_iter().filter(is_expressible));
        match some.next {
            Some(next) if found.len() < MOST_ITEMS => page.after = Some(next),
            _ => break,
        }
    }
    found.truncate(MOST_ITEMS);
    Ok(found)
}

/// Counters of some tools.
pub(crate) async fn stats(
    registry: &Registry,
    scope: Scope,
    tools: &[StoredTool],
) -> Result<Vec<Stats>, Fault> {
    let ids: Vec<_> = tools.iter().map(|tool| tool.id).collect();
    let counted = registry.stats_of_tools(scope, &ids).await?;
    let of = |tool: &StoredTool| counted.get(&tool.id).copied().unwrap_or_else(CallStats::default);
    Ok(tools.iter().map(|tool| Stats::from(of(tool))).collect())
}

/// The phone numbers of one assistant.
pub(crate) async fn phone_numbers(
    registry: &Registry,
    scope: Scope,
    agent: AgentId,
) -> Result<Vec<String>, Fault> {
    let mut found: HashMap<AgentId, Vec<String>> = registry.phone_numbers_of_agents(scope, &[agent]).await?;
    Ok(found.remove(&agent).unwrap_or_default())
}
