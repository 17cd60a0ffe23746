//! Tools: saved by name, read, changed, deleted; their secrets rotated.

use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_api::{SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::Dialect;
use hookswitch_model::name::ToolName;
use hookswitch_registry::RegistryError;

use super::found::{Found, absent, find, find_custom};
use super::{Allowed, Answer, Body, Failed, Id, json, ok};
use crate::PyaiState;
use crate::wire::given::object;
use crate::wire::tool::{self, ToolBody};
use crate::wire::trouble::{INVALID_REQUEST, TOOL_NOT_FOUND, Trouble};

/// Creates a tool, or changes the one that has its name.
pub(super) async fn upsert(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsWrite>,
    Body { 0: body, .. }: Body,
) -> Answer {
    let body = ToolBody::parse(&object(body)?)?;
    let name = ToolName::parse(body.wanted_name()?)
        .map_err(|_| Trouble::field("name", "must not be blank or hold control characters"))?;
    let (registry, scope) = (state.registry(), caller.scope());
    let merge = |stored: Option<&_>| {
        tool::merge(stored, &body, |url| registry.check_https_url(url)).map_err(Failed::from)
    };
    let (project, by) = (caller.key.project, caller.key.id);
    let saved = registry.upsert_merged(scope, project, Dialect::Pyai, &name, by, merge).await?;
    if !saved.is_new {
        return ok(&tool::view(&saved.tool));
    }
    // A tool that the app runs may become one that the server calls: its secret is shown now or never.
    let secret = match saved.signing_secret {
        Some(secret) => Some(secret),
        None => registry.first_signing_secret(scope, saved.tool.id).await?,
    };
    Ok(json(StatusCode::CREATED, &tool::with_secret(&saved.tool, secret.as_ref())))
}

/// Shows a tool.
pub(super) async fn show(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsRead>,
    Id { 0: id, .. }: Id,
) -> Answer {
    match find(state.registry(), &caller, &id).await? {
        Found::Prebuilt(prebuilt) => ok(&prebuilt.view()),
        Found::Custom(found) => ok(&tool::view(&found)),
    }
}

/// Changes a tool.
pub(super) async fn update(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsWrite>,
    Id { 0: id, .. }: Id,
    Body { 0: body, .. }: Body,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let stored = find_custom(registry, &caller, &id).await?;
    let body = ToolBody::parse_update(&object(body)?)?;
    let enabled = body.enabled()?;
    let merge = |stored: &_| {
        tool::merge(Some(stored), &body, |url| registry.check_https_url(url)).map_err(Failed::from)
    };
    let saved = registry.update_merged(scope, stored.id, caller.key.id, merge).await;
    let mut tool = saved.map_err(|failed| failed.about_tool(&id))?.tool;
    if let Some(enabled) = enabled
        && enabled != tool.enabled
    {
        let switched = registry.set_tool_enabled(scope, tool.id, enabled).await;
        tool = switched.map_err(|error| absent(error, &id))?;
    }
    ok(&tool::view(&tool))
}

impl Failed {
    /// An absence that was noticed while saving, in the words of one that was noticed before.
    fn about_tool(self, id: &str) -> Self {
        match self {
            Self::House(failure) if Trouble::from(&failure).code == TOOL_NOT_FOUND => {
                Self::Trouble(Trouble::no_tool(id))
            }
            other => other,
        }
    }
}

/// Deletes a tool with its bindings; its calls stay listed.
pub(super) async fn delete(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsWrite>,
    Id { 0: id, .. }: Id,
) -> Answer {
    let stored = find_custom(state.registry(), &caller, &id).await?;
    let deleted = state.registry().delete_tool(caller.scope(), stored.id).await;
    deleted.map_err(|error| absent(error, &id))?;
    ok(&tool::deleted(stored.id))
}

/// Makes a new signing secret, shown once; the one before signs along for a day.
pub(super) async fn rotate(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsWrite>,
    Id { 0: id, .. }: Id,
) -> Answer {
    let stored = find_custom(state.registry(), &caller, &id).await?;
    match state.registry().rotate_signing_secret(caller.scope(), stored.id).await {
        Ok((secret, old_until)) => ok(&tool::secret(stored.id, &secret, old_until)),
        Err(RegistryError::Invalid(_)) => {
            let detail = "Only a tool that the server calls has a signing secret of its own";
            Err(Trouble::new(INVALID_REQUEST, detail).into())
        }
        Err(error) => Err(absent(error, &id)),
    }
}
