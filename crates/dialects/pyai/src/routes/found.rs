//! A tool by its id: one of the catalogue, or one that is stored.

use hookswitch_model::ToolId;
use hookswitch_model::tool::StoredTool;
use hookswitch_registry::{Caller, Registry, RegistryError};

use super::Failed;
use crate::wire::prebuilt::Prebuilt;
use crate::wire::tool::is_expressible;
use crate::wire::trouble::{PREBUILT_READ_ONLY, Trouble};

/// What an id leads to.
#[derive(Debug)]
pub(super) enum Found {
    /// One of the catalogue, also by the id of the organisation's copy of it.
    Prebuilt(Prebuilt),
    /// One that is stored and that this dialect can show.
    Custom(Box<StoredTool>),
}

/// What an id leads to. Another organisation's or mode's tool is absent, and so is one without a form here.
pub(super) async fn find(registry: &Registry, caller: &Caller, id: &str) -> Result<Found, Failed> {
    let scope = caller.scope();
    if let Some(prebuilt) = Prebuilt::from_id(id) {
        return Ok(Found::Prebuilt(prebuilt));
    }
    let Ok(parsed) = id.parse::<ToolId>() else { return Err(Trouble::no_tool(id).into()) };
    if let Some(prebuilt) = Prebuilt::from_copy(scope, parsed) {
        return Ok(Found::Prebuilt(prebuilt));
    }
    match registry.get_tool(scope, parsed).await {
        Ok(tool) if is_expressible(&tool.draft) => Ok(Found::Custom(Box::new(tool))),
        Ok(_) | Err(RegistryError::NotFound(_)) => Err(Trouble::no_tool(id).into()),
        Err(error) => Err(error.into()),
    }
}

/// The same, for what prebuilt tools are too good for.
pub(super) async fn find_custom(
    registry: &Registry,
    caller: &Caller,
    id: &str,
) -> Result<Box<StoredTool>, Failed> {
    match find(registry, caller, id).await? {
        Found::Custom(tool) => Ok(tool),
        Found::Prebuilt(prebuilt) => {
            let detail = format!("Prebuilt tool {} can't be changed", prebuilt.name());
            Err(Trouble::new(PREBUILT_READ_ONLY, detail).into())
        }
    }
}

/// The same absence in the same words, also when it is noticed while saving.
pub(super) fn absent(error: RegistryError, id: &str) -> Failed {
    match error {
        RegistryError::NotFound("tool") => Trouble::no_tool(id).into(),
        RegistryError::NotFound("agent") => Trouble::no_agent(id).into(),
        other => other.into(),
    }
}
