//! Who the key is, and the lists that clients ask for to see whether they got through.

use hookswitch_model::key::{ApiKey, Permission};
use serde_json::{Value, json};

/// What `omni:session` stands for here.
const OMNI: [Permission; 3] = [Permission::ToolsRead, Permission::ToolsWrite, Permission::Sessions];

/// What a key may send and hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyLimits {
    /// Requests a second on average.
    pub per_second: Option<u32>,
    /// Requests at once after a pause.
    pub burst: Option<u32>,
    /// Live connections at the same time.
    pub concurrency: Option<u32>,
}

/// The answer of `GET /v1/me`. Limits that nobody set are null.
pub fn me(key: &ApiKey, limits: KeyLimits) -> Value {
    let mode = key.mode.as_str();
    json!({
        "object": "identity",
        "key_id": key.id,
        "org_id": key.org,
        "project_id": key.project,
        "env": mode,
        "environment": mode,
        "status": "active",
        "org_status": "active",
        "scopes": scopes(key),
        "expires_at": key.expires_at.map(hookswitch_model::Stamp::seconds),
        "plan": "self_hosted",
        "limits": {
            "rps": limits.per_second,
            "burst": limits.burst,
            "concurrency": limits.concurrency,
            "monthly_units": null,
            "daily_unit_cap": null,
        },
        "credit": {"gated": false, "available_cents": null},
        "key_budget_cents": null,
    })
}

/// `omni:session` for a key that may do all that it stands for, else what it may do.
fn scopes(key: &ApiKey) -> Vec<&'static str> {
    if OMNI.into_iter().all(|permission| key.may(permission)) {
        return vec!["omni:session"];
    }
    key.permissions.iter().map(|permission| permission.as_str()).collect()
}

/// The answer of `GET /v1/models`.
pub fn models() -> Value {
    json!({"object": "list", "data": [{"id": "pyai-omni-realtime", "object": "model", "owned_by": "hookswitch",
        "capabilities": ["realtime", "agents", "tools"]}]})
}

/// The answer of `GET /v1/voices`: speech is not served here.
pub fn voices() -> Value {
    json!({"object": "list", "data": []})
}
