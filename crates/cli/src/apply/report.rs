//! What will be written, and what was.

use serde_json::{Value, json};

use super::diff::unified;
use super::plan::{Change, Compared, Plan};
use super::write::Written;
use crate::commands::Context;
use crate::error::CliError;
use crate::paint::Paint;

/// The diff of everything that changes.
pub(crate) fn show_plan(context: &mut Context<'_>, plan: &Plan) -> Result<(), CliError> {
    let paint = context.terminal.paint();
    for tool in &plan.tools {
        show(context, "tool", &tool.entry.name, tool, paint)?;
    }
    for agent in &plan.agents {
        show(context, "agent", &agent.entry.name, agent, paint)?;
    }
    Ok(())
}

fn show<Entry>(
    context: &mut Context<'_>,
    what: &str,
    name: &str,
    compared: &Compared<Entry>,
    paint: Paint,
) -> Result<(), CliError> {
    if compared.change != Change::Nothing {
        let text = diff_of(what, name, compared, paint);
        if !text.is_empty() {
            context.terminal.line(text)?;
        }
    }
    if !compared.masked.is_empty() {
        let places = compared.masked.join(", ");
        let does = if compared.change == Change::Update { "are written again" } else { "count as unchanged" };
        context.terminal.note(format!(
            "note: {what} {name}: sealed values can't be compared and {does}: {places} (see --rewrite-secrets)"
        ))?;
    }
    Ok(())
}

fn diff_of<Entry>(what: &str, name: &str, compared: &Compared<Entry>, paint: Paint) -> String {
    unified(&format!("{what} {name}"), compared.before.as_deref(), Some(&compared.after), paint)
}

/// The plan for programs.
pub(super) fn plan_json(plan: &Plan) -> Value {
    fn one<Entry>(what: &str, name: &str, compared: &Compared<Entry>) -> Value {
        let action = match compared.change {
            Change::Create => "create",
            Change::Update => "change",
            Change::Nothing => "unchanged",
        };
        let diff = match compared.change {
            Change::Nothing => String::new(),
            _ => diff_of(what, name, compared, Paint::PLAIN),
        };
        json!({"name": name, "action": action, "diff": diff, "not_compared": compared.masked})
    }
    let tools: Vec<Value> = plan.tools.iter().map(|tool| one("tool", &tool.entry.name, tool)).collect();
    let agents: Vec<Value> = plan.agents.iter().map(|agent| one("agent", &agent.entry.name, agent)).collect();
    json!({"tools": tools, "agents": agents})
}

/// One line a thing, then the signing secrets, which are shown this once.
pub(super) fn show_written(context: &mut Context<'_>, written: &[Written]) -> Result<(), CliError> {
    if context.terminal.is_json() {
        let of = |what: &str| -> Vec<Value> {
            written.iter().filter(|one| one.what == what).map(Written::to_json).collect()
        };
        let value = json!({"tools": of("tool"), "agents": of("agent")});
        return context.terminal.json(value.to_string().as_bytes(), &value);
    }
    let paint = context.terminal.paint();
    for one in written {
        let action = match one.action {
            "created" => paint.green(one.action),
            "changed" => paint.yellow(one.action),
            other => paint.dim(other),
        };
        let version = one.version.map(|version| format!(", version {version}")).unwrap_or_default();
        if one.action != "unchanged" || !context.terminal.is_quiet() {
            context.terminal.line(format!("{action} {} {} ({}{version})", one.what, one.name, one.id))?;
        }
    }
    for one in written {
        if let Some(secret) = &one.signing_secret {
            context.terminal.line(format!("signing secret of {}: {secret}", one.name))?;
        }
    }
    if written.iter().any(|one| one.signing_secret.is_some()) {
        context
            .terminal
            .note("note: signing secrets are shown this once; receivers need them to check requests")?;
    }
    Ok(())
}
