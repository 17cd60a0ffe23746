//! What people and programs are told of a move.

use serde_json::{Value, json};

use super::export::Exported;
use super::import::{Action, Imported};
use super::vendor::Vendor;
use crate::commands::Context;
use crate::error::{CliError, Exit};

/// Shows how an import went; fails when a tool was refused.
pub(crate) fn show_import(
    context: &mut Context<'_>,
    vendor: Vendor,
    imported: &[Imported],
) -> Result<Exit, CliError> {
    let refused = imported.iter().filter(|one| matches!(one.action, Action::Refused(_))).count();
    if context.terminal.is_json() {
        let tools: Vec<Value> = imported.iter().map(to_json).collect();
        let value = json!({"vendor": vendor.name(), "tools": tools});
        context.terminal.json(value.to_string().as_bytes(), &value)?;
    } else {
        for one in imported {
            context.terminal.line(line_of(context.terminal.paint(), one))?;
            for lost in &one.lost {
                context.terminal.line(format!("    {lost}"))?;
            }
        }
        let lost = imported.iter().filter(|one| !one.lost.is_empty()).count();
        context.terminal.note(format!(
            "{} tools, {refused} refused, {lost} with something that was not carried over",
            imported.len()
        ))?;
    }
    Ok(if refused == 0 { Exit::Done } else { Exit::Failed })
}

fn line_of(paint: crate::paint::Paint, one: &Imported) -> String {
    match &one.action {
        Action::Created => format!("{} {}", paint.green("created"), one.name),
        Action::Changed => format!("{} {}", paint.yellow("changed"), one.name),
        Action::Skipped => format!("{} {}: part of the vendor's catalogue", paint.dim("skipped"), one.name),
        Action::Refused(why) => format!("{} {}: {why}", paint.red("refused"), one.name),
    }
}

fn to_json(one: &Imported) -> Value {
    let (action, why) = match &one.action {
        Action::Created => ("created", None),
        Action::Changed => ("changed", None),
        Action::Skipped => ("skipped", None),
        Action::Refused(why) => ("refused", Some(why)),
    };
    json!({"name": one.name, "action": action, "error": why, "not_carried_over": one.lost})
}

/// Tells which tools have no form there.
pub(crate) fn show_export(
    context: &mut Context<'_>,
    vendor: Vendor,
    exported: &Exported,
) -> Result<(), CliError> {
    for (name, kind) in &exported.left_out {
        context.terminal.warn(format!("{name} ({kind}) has no form in {} and is left out", vendor.name()))?;
    }
    context.terminal.note(format!(
        "{} tools; values of secrets are kept back and must be set anew where they are imported",
        exported.tools.len()
    ))
}
