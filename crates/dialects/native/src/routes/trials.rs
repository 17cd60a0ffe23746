//! Trying a tool outside a session.

use axum::extract::State;
use hookswitch_api::{Json, PathId, Sessions};
use hookswitch_model::ToolId;

use super::{Allowed, Answer, ok};
use crate::wire::ids;
use crate::wire::trial::{TrialBody, TrialView};
use crate::{Native, NativeState};

/// Try a tool
///
/// Sends its request once, with the arguments given, or with `dry_run` shows the exact request and sends nothing.
/// Counts in no statistics. Needs the permission `sessions`.
#[utoipa::path(post, path = "/v1/tools/{id}/test", tag = "tools", operation_id = "testTool",
    params(("id" = ids::ToolId, Path, description = "The tool")), request_body = TrialBody,
    responses((status = 200, description = "How it went", body = TrialView)))]
pub(super) async fn run(
    State(state): State<NativeState>,
    caller: Allowed<Sessions>,
    PathId(id, _): PathId<ToolId, Native>,
    Json(body, _): Json<TrialBody, Native>,
) -> Answer {
    let dry_run = body.dry_run;
    let trial = state.engine().try_tool(caller.scope(), id, body.into_input()).await?;
    ok(&TrialView::of(trial, dry_run))
}
