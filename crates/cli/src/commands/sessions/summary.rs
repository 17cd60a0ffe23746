//! `sessions summary`: what a session came to.

use crate::api::segment;
use crate::commands::{Context, listing};
use crate::error::CliError;

/// Shows the facts, then the last tool calls.
pub(super) async fn show(context: &mut Context<'_>, id: &str) -> Result<(), CliError> {
    let answer = context.api.get(&format!("/v1/sessions/{}/summary", segment(id))).await?;
    let facts = [
        ("session", "session.id"),
        ("status", "session.status"),
        ("why", "session.end_reason"),
        ("started", "session.created_at"),
        ("ended", "session.ended_at"),
        ("took ms", "duration_ms"),
        ("tool calls", "outcomes.calls"),
        ("done", "outcomes.done"),
        ("failed", "outcomes.failed"),
        ("unknown", "outcomes.unknown"),
        ("refused", "outcomes.refused"),
        ("cancelled", "outcomes.cancelled"),
        ("running", "outcomes.running"),
        ("timed out", "outcomes.timed_out"),
        ("late results", "late_results"),
        ("user turns", "speech.user_turns"),
        ("interruptions", "speech.interruptions"),
        ("lines said for calls", "speech.lines"),
        ("warnings", "warnings"),
    ];
    listing::show(context, &answer, &facts)?;
    if context.terminal.is_json() {
        return Ok(());
    }
    let rows = answer.value["executions"]["data"].as_array().map_or(&[][..], Vec::as_slice);
    let columns = [
        ("ID", "id"),
        ("AT", "created_at"),
        ("TOOL", "tool_name"),
        ("OUTCOME", "outcome"),
        ("MS", "duration_ms"),
        ("ERROR", "error"),
    ];
    listing::show_rows(context, rows, &columns)?;
    if answer.value["executions"]["next_cursor"].is_string() {
        context.terminal.note("note: there are more; `executions list --session` shows them")?;
    }
    Ok(())
}
