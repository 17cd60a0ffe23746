//! Tools as they are shown. From the definition alone; what this dialect remembers only says how it was written.

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Effect, Stamp, ToolId};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::execution::Execution;
use super::form::without_variables;
use super::{EXTRAS, auth, config_schema, schema};

/// Budget of a call when the tool names none, in milliseconds.
pub(crate) const DEFAULT_TIMEOUT: u64 = 5000;

pub(super) fn timeout_of(draft: &ToolDraft) -> u64 {
    draft.timeout_ms.map_or(DEFAULT_TIMEOUT, |timeout| timeout.0)
}

/// The URL as it was written here; the definition's own when another dialect changed it since.
pub(super) fn url_of(draft: &ToolDraft) -> Option<String> {
    let held = draft.webhook.as_ref().map(|webhook| webhook.url.as_str()).filter(|url| !url.is_empty())?;
    let spelled = draft.extras.get(EXTRAS).and_then(|own| own.get("webhook_url")).and_then(Value::as_str);
    let spelled = spelled.filter(|url| without_variables(url) == held);
    Some(spelled.unwrap_or(held).to_owned())
}

/// The word of an effect in this dialect.
fn side_effect(effect: Effect) -> &'static str {
    if effect == Effect::Read { "read" } else { "action" }
}

/// A custom tool.
pub fn view(tool: &StoredTool) -> Value {
    let draft = &tool.draft;
    let (auth_header, has_auth) = auth::shown(draft);
    json!({
        "object": "tool",
        "id": tool.id.long(),
        "org_id": tool.org,
        "name": tool.name,
        "kind": "custom",
        "description": draft.description,
        "input_schema": schema::shown(draft),
        "config_schema": config_schema::shown(draft.config_schema.as_ref()),
        "webhook_url": url_of(draft),
        "execution": Execution::of(draft.kind).map(Execution::as_str),
        "auth_header": auth_header,
        "has_auth": has_auth,
        "side_effect": side_effect(draft.effective_effect()),
        "timeout_ms": timeout_of(draft),
        "status": if tool.enabled { "active" } else { "disabled" },
        "created_at": tool.created_at.seconds(),
        "updated_at": tool.updated_at.seconds(),
    })
}

/// A new tool with its secret, shown once.
pub fn with_secret(tool: &StoredTool, secret: Option<&SecretString>) -> Value {
    let mut shown = view(tool);
    if let (Some(members), Some(secret)) = (shown.as_object_mut(), secret) {
        members.insert("hmac_secret".to_owned(), Value::from(secret.expose_secret()));
    }
    shown
}

/// The answer of a rotation.
pub fn secret(id: ToolId, secret: &SecretString, old_until: Stamp) -> Value {
    json!({
        "object": "tool.secret",
        "tool_id": id.long(),
        "hmac_secret": secret.expose_secret(),
        "previous_valid_until": old_until.seconds(),
    })
}

/// The answer of a deletion.
pub fn deleted(id: ToolId) -> Value {
    json!({"object": "tool.deleted", "tool_id": id.long(), "deleted": true})
}
