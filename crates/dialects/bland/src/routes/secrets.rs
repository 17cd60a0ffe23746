//! The organisation's secrets.

use axum::extract::State;
use hookswitch_api::{AnyJson, AnyKey, Failure, PathText, SurfaceState, ToolsSecrets};
use hookswitch_model::name::SecretName;
use hookswitch_registry::{Page, RegistryError};
use serde_json::{Value, json};

use super::answer::{Allowed, Answer, Refused, ok};
use crate::wire::body::success;
use crate::wire::{ids, secret};
use crate::{Bland, BlandState};

pub(super) async fn list(State(state): State<BlandState>, caller: Allowed<AnyKey>) -> Answer {
    let mut shown = Vec::new();
    let mut page = Page::first(Page::MOST);
    loop {
        let rows = state.registry().list_secrets(caller.scope(), page).await?;
        shown.extend(rows.items.iter().map(secret::secret));
        match rows.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    ok(&success([("secrets", Value::Array(shown))]))
}

pub(super) async fn set(
    State(state): State<BlandState>,
    caller: Allowed<ToolsSecrets>,
    AnyJson(body, _): AnyJson<Bland>,
) -> Answer {
    let (name, value) = secret::of_body(&body.unwrap_or_else(|| json!({})))?;
    let (stored, _) = state.registry().put_secret(caller.scope(), name, &value).await?;
    ok(&success([("secret", secret::secret(&stored))]))
}

pub(super) async fn delete(
    State(state): State<BlandState>,
    caller: Allowed<ToolsSecrets>,
    PathText(text, _): PathText<Bland>,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let by_id = match ids::secret_id(&text) {
        Some(id) => match registry.get_secret_by_id(scope, id).await {
            Ok(secret) => Some(secret.name),
            Err(RegistryError::NotFound(_)) => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let name = match by_id {
        Some(name) => name,
        None => SecretName::parse(text).map_err(|_| Refused::from(Failure::NotFound("secret")))?,
    };
    registry.delete_secret(scope, &name).await?;
    ok(&success([("message", Value::from("Secret has been deleted."))]))
}
