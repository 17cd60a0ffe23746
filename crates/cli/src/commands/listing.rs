//! Lists and single things, shown.

use serde_json::Value;

use super::Context;
use crate::api::{Paging, Query};
use crate::error::CliError;
use crate::http::Answer;
use crate::table;
use crate::time;

/// A column: its head, and the field of the API that fills it.
pub(super) type Column = (&'static str, &'static str);

/// Reads a list and shows it.
pub(super) async fn list(
    context: &mut Context<'_>,
    path: &str,
    query: &Query,
    paging: Paging,
    columns: &[Column],
) -> Result<(), CliError> {
    let page = context.api.list(path, query, paging).await?;
    if context.terminal.is_json() {
        return context.terminal.json(&page.raw, &page.value);
    }
    show_rows(context, page.rows(), columns)?;
    if page.has_more {
        context.terminal.note("note: there are more; --limit shows them")?;
    }
    Ok(())
}

/// Shows the rows of an answer that has no pages.
pub(super) fn show_all(
    context: &mut Context<'_>,
    answer: &Answer,
    columns: &[Column],
) -> Result<(), CliError> {
    if context.terminal.is_json() {
        return context.terminal.json(&answer.raw, &answer.value);
    }
    show_rows(context, answer.value["data"].as_array().map_or(&[], Vec::as_slice), columns)
}

/// Shows rows as a table.
pub(super) fn show_rows(
    context: &mut Context<'_>,
    rows: &[Value],
    columns: &[Column],
) -> Result<(), CliError> {
    if rows.is_empty() {
        return context.terminal.note("none");
    }
    let heads: Vec<&str> = columns.iter().map(|(head, _)| *head).collect();
    let cells =
        rows.iter().map(|row| columns.iter().map(|(_, field)| field_of(row, field)).collect()).collect();
    let text = table::table(&heads, cells, context.terminal.width(), context.terminal.paint());
    context.terminal.line(text)
}

/// Shows one thing.
pub(super) fn show(context: &mut Context<'_>, answer: &Answer, fields: &[Column]) -> Result<(), CliError> {
    if context.terminal.is_json() {
        return context.terminal.json(&answer.raw, &answer.value);
    }
    let facts: Vec<(&str, String)> = fields
        .iter()
        .map(|(name, field)| (*name, field_of(&answer.value, field)))
        .filter(|(_, text)| text != "-")
        .collect();
    context.terminal.line(table::facts(&facts, context.terminal.paint()))
}

/// A field by its path (`definition.kind`); times are shown briefly.
fn field_of(row: &Value, field: &str) -> String {
    let value = field.split('.').fold(row, |value, step| &value[step]);
    let text = table::cell(value);
    if field.ends_with("_at") { time::short(&text) } else { text }
}

/// Shows what was done: JSON for programs, a line for people.
pub(super) fn done(context: &mut Context<'_>, answer: &Answer, line: &str) -> Result<(), CliError> {
    if context.terminal.is_json() {
        // Nothing to show is nothing to parse.
        if answer.raw.is_empty() {
            return Ok(());
        }
        return context.terminal.json(&answer.raw, &answer.value);
    }
    context.terminal.note(line)
}

/// Shows a value that is shown once: alone with `--quiet`, for scripts.
pub(super) fn show_once(
    context: &mut Context<'_>,
    answer: &Answer,
    fields: &[Column],
    secret: &Value,
    what: &str,
) -> Result<(), CliError> {
    if context.terminal.is_quiet() && !context.terminal.is_json() {
        return context.terminal.line(secret.as_str().unwrap_or_default());
    }
    show(context, answer, fields)?;
    if !context.terminal.is_json() {
        context.terminal.note(format!("note: the {what} is shown this once; keep it safe"))?;
    }
    Ok(())
}
