//! Saving tools: the same for both families of paths but for the text of a name that is taken.

use hookswitch_api::{SurfaceState, ToolsWrite};
use hookswitch_model::Dialect;
use hookswitch_model::tool::StoredTool;
use hookswitch_registry::RegistryError;
use serde_json::Value;

use super::Allowed;
use super::fault::Fault;
use super::load;
use crate::BurkiState;
use crate::wire::change::Changed;
use crate::wire::extras::Origin;
use crate::wire::fields::{Fields, Purpose};
use crate::wire::new_tool::NewTool;
use crate::wire::refusal::Refusal;
use crate::wire::warnings;

/// How often a change looks anew when others change the same tool at the same time.
const MOST_TRIES: u32 = 8;

/// A saved tool and what its author should know.
pub(crate) struct Saved {
    pub(crate) tool: StoredTool,
    pub(crate) warnings: Vec<String>,
}

/// The words for a name that is taken.
pub(crate) fn taken(family: Origin) -> impl Fn(RegistryError) -> Fault {
    move |error| match error {
        RegistryError::NameTaken { name, .. } => Fault::Refusal(Refusal::bad(match family {
            Origin::V1 => format!("Tool name '{name}' already exists in organization"),
            Origin::Server => format!("Tool with name '{name}' already exists in this organization"),
        })),
        other => other.into(),
    }
}

/// Creates the tool of a body.
pub(crate) async fn create(
    state: &BurkiState,
    caller: &Allowed<ToolsWrite>,
    body: &Value,
    family: Origin,
) -> Result<Saved, Fault> {
    let fields = Fields::read(body, family, Purpose::Create).map_err(Fault::refused)?;
    let new = NewTool::of(fields, family, family).map_err(Fault::refused)?;
    Box::pin(insert(state, caller, new)).await.map_err(taken(family))?
}

/// Creates a tool. The outer error is the registry's.
pub(crate) async fn insert(
    state: &BurkiState,
    caller: &Allowed<ToolsWrite>,
    new: NewTool,
) -> Result<Result<Saved, Fault>, RegistryError> {
    let (scope, registry) = (caller.scope(), state.registry());
    let saved =
        registry.create_tool(scope, caller.key.project, Dialect::Burki, new.draft, caller.key.id).await?;
    let tool = if new.is_active {
        saved.tool
    } else {
        registry.set_tool_enabled(scope, saved.tool.id, false).await?
    };
    Ok(match load::secret_names(registry, scope).await {
        Ok(secrets) => {
            let warnings = warnings::of(&tool.draft, &saved.findings, &secrets);
            Ok(Saved { tool, warnings })
        }
        Err(fault) => Err(fault),
    })
}

/// Changes a tool by a body.
pub(crate) async fn update(
    state: &BurkiState,
    caller: &Allowed<ToolsWrite>,
    number: i64,
    body: &Value,
    family: Origin,
) -> Result<Saved, Fault> {
    let (scope, registry) = (caller.scope(), state.registry());
    let mut tries = 0;
    loop {
        tries += 1;
        let tool = load::tool(registry, scope, number).await?;
        let opened = registry.open_draft_seals(scope, &tool.draft).await?;
        let changed = Changed::of(&tool, body, family, &opened).map_err(Fault::refused)?;
        let version = Some(tool.version);
        let saved = registry.update_tool(scope, tool.id, version, changed.draft, caller.key.id).await;
        let saved = match saved {
            Err(RegistryError::VersionMismatch { .. }) if tries < MOST_TRIES => continue,
            other => other.map_err(taken(family))?,
        };
        let tool = match changed.is_active {
            Some(is_active) => registry.set_tool_enabled(scope, tool.id, is_active).await?,
            None => saved.tool,
        };
        let secrets = load::secret_names(registry, scope).await?;
        let warnings = warnings::of(&tool.draft, &saved.findings, &secrets);
        return Ok(Saved { tool, warnings });
    }
}

/// Deletes a tool that is assigned to nobody, or any with `force`.
pub(crate) async fn delete(
    state: &BurkiState,
    caller: &Allowed<ToolsWrite>,
    tool: &StoredTool,
    is_forced: bool,
) -> Result<(), Fault> {
    let (scope, registry) = (caller.scope(), state.registry());
    if !is_forced {
        let count = registry.bindings_of_tool(scope, tool.id).await?.len();
        if count > 0 {
            let text = format!("Cannot delete tool: it is assigned to {count} assistant(s)");
            return Err(Fault::Refusal(Refusal::bad(text)));
        }
    }
    Ok(registry.delete_tool(scope, tool.id).await?)
}
