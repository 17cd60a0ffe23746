//! Testing a tool: its request is sent once.

use axum::extract::State;
use hookswitch_api::{AnyJson, PathText, Sessions, SurfaceState};
use serde_json::json;

use super::answer::{Allowed, Answer, ok};
use super::tools::{find, scope_of};
use crate::wire::problem::{INVALID_INPUT, Problem};
use crate::wire::shown::skipped_mappings;
use crate::wire::trial;
use crate::{Bland, BlandState};

pub(super) async fn run(
    State(state): State<BlandState>,
    caller: Allowed<Sessions>,
    PathText(text, _): PathText<Bland>,
    AnyJson(body, _): AnyJson<Bland>,
) -> Answer {
    let scope = scope_of(&caller);
    let tool = find(state.registry(), scope, &text).await?;
    let input = trial::of_body(&body.unwrap_or_else(|| json!({})))?;
    let trial = state.engine().try_tool(scope, tool.id, input).await?;
    if trial.is_unfit {
        let message = trial.error.unwrap_or_else(|| "the input does not fit input_schema".to_owned());
        return Err(Problem::at(INVALID_INPUT, "input", message).into());
    }
    let is_done = trial.outcome == Some(hookswitch_model::Outcome::Done);
    let skipped = if is_done { skipped_mappings(&tool.draft) } else { Vec::new() };
    ok(&trial::answer(&trial, &skipped))
}
