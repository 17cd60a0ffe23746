//! The calls that were made.

use axum::extract::State;
use hookswitch_api::Sessions;
use hookswitch_engine::ExecutionFilter;
use hookswitch_model::ToolId;
use hookswitch_registry::built_in_id;
use http::Uri;
use serde_json::json;

use super::query::Query;
use super::{Allowed, Answer, ok};
use crate::PyaiState;
use crate::wire::call::{session_of, view};
use crate::wire::prebuilt::Prebuilt;
use crate::wire::trouble::Trouble;

/// How many there are when nothing is said, and at most.
const LIMITS: (u32, u32) = (50, 500);

/// Lists calls, newest first; tests of tools are not among them.
pub(super) async fn list(State(state): State<PyaiState>, caller: Allowed<Sessions>, uri: Uri) -> Answer {
    let (query, scope) = (Query::of(&uri), caller.scope());
    let page = query.page(LIMITS.0, LIMITS.1)?;
    let with_details = match query.get("include") {
        None => false,
        Some("details") => true,
        Some(_) => return Err(Trouble::field("include", "must be details").into()),
    };
    let unknown = |name: &'static str| Trouble::field(name, "is not an id of this API");
    let agent = query.get("agent_id").map(|id| id.parse().map_err(|_| unknown("agent_id"))).transpose()?;
    let session =
        query.get("call_id").map(|id| session_of(id).ok_or_else(|| unknown("call_id"))).transpose()?;
    let tool = query.get("tool_id").map(|id| match Prebuilt::from_id(id) {
        Some(prebuilt) => Ok(built_in_id(scope, prebuilt.key())),
        None => id.parse::<ToolId>().map_err(|_| unknown("tool_id")),
    });
    let filter = ExecutionFilter {
        session,
        agent,
        tool: tool.transpose()?,
        test: Some(false),
        ..ExecutionFilter::default()
    };
    state.engine().flush().await?;
    let rows = state.engine().list_executions(scope, &filter, page).await?;
    let shown = rows.items.iter().map(|execution| {
        let prebuilt = execution.tool.and_then(|tool| Prebuilt::from_copy(scope, tool));
        view(execution, prebuilt, with_details)
    });
    let next = rows.next.map(|cursor| cursor.to_string());
    ok(&json!({"object": "list", "data": shown.collect::<Vec<_>>(), "has_more": next.is_some(),
        "next_cursor": next}))
}
