//! Tokens for Omni sessions, and the secret that signs for the project.

use axum::extract::State;
use hookswitch_api::{Sessions, SurfaceState, ToolsRead, ToolsWrite, base_url, mount_prefix, public_url};
use http::{HeaderMap, header};

use super::{Allowed, Answer, Body, ok};
use crate::PyaiState;
use crate::wire::given::object;
use crate::wire::omni;

/// Makes a token that opens sessions from named pages.
pub(super) async fn create(
    State(state): State<PyaiState>,
    caller: Allowed<Sessions>,
    headers: HeaderMap,
    Body { 0: body, .. }: Body,
) -> Answer {
    let new = omni::token_of(&object(body)?)?;
    let label = new.label.clone();
    let made = state.registry().create_session_token(&caller, new).await?;
    ok(&omni::token(&made.secret, made.expires_at, label.as_deref(), &absolute_base(&headers)))
}

/// How the dialect is seen from outside; as the caller sees it where nobody said.
fn absolute_base(headers: &HeaderMap) -> String {
    if !public_url().is_empty() {
        return base_url();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    format!("http://{host}{}", mount_prefix())
}

/// Whether the project has a signing secret.
pub(super) async fn signing(State(state): State<PyaiState>, caller: Allowed<ToolsRead>) -> Answer {
    let last4 = state.registry().project_signing_hint(caller.scope(), caller.key.project).await?;
    ok(&omni::signing(last4.as_deref()))
}

/// Makes a new signing secret of the project, shown once; the one before signs along for a day.
pub(super) async fn rotate_signing(
    State(state): State<PyaiState>,
    caller: Allowed<ToolsWrite>,
    Body { 0: body, .. }: Body,
) -> Answer {
    object(body)?;
    let made = state.registry().rotate_project_signing_secret(caller.scope(), caller.key.project).await?;
    ok(&omni::new_signing(&made.0))
}
