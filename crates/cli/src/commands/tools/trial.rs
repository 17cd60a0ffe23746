//! `tools test`: a run outside any session, or none at all.

use serde_json::{Value, json};

use super::Context;
use super::code::code_parts;
use super::request::{body_text, request_text};
use crate::commands::arguments::{Variable, object_of, read_object};
use crate::error::{CliError, Exit};
use crate::table;

/// Which tool, with what.
#[derive(Debug, clap::Args)]
pub struct Test {
    /// Name or id
    tool: String,
    /// Arguments as a JSON object; @FILE reads a file, - the standard input
    #[arg(long, value_name = "JSON")]
    args: Option<String>,
    /// A session variable: NAME=TEXT or NAME:=JSON; several times
    #[arg(long = "var", value_name = "VARIABLE", value_parser = Variable::parse)]
    variables: Vec<Variable>,
    /// Settings of the binding as a JSON object
    #[arg(long, value_name = "JSON")]
    config: Option<String>,
    /// Send nothing; show the exact request, secrets redacted
    #[arg(long)]
    dry_run: bool,
}

impl Test {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let body = json!({
            "arguments": read_object(context, "--args", self.args.as_ref())?,
            "variables": object_of(&self.variables),
            "config": read_object(context, "--config", self.config.as_ref())?,
            "dry_run": self.dry_run,
        });
        let tool = context.api.tool(&self.tool).await?;
        let answer = context.api.post_long(&format!("/v1/tools/{}/test", tool.id), &body).await?;
        if context.terminal.is_json() {
            context.terminal.json(&answer.raw, &answer.value)?;
        } else {
            show(context, &answer.value)?;
        }
        let outcome = answer.value["outcome"].as_str();
        let is_fine = outcome == Some("done") || self.dry_run && answer.value["error"].is_null();
        Ok(if is_fine { Exit::Done } else { Exit::Failed })
    }
}

fn show(context: &mut Context<'_>, run: &Value) -> Result<(), CliError> {
    let paint = context.terminal.paint();
    if run["request"].is_object() {
        context.terminal.line(request_text(&run["request"]))?;
    }
    if let Some(status) = run["status"].as_u64() {
        context.terminal.line(format!("\n{}", paint.bold(format!("answer {status}"))))?;
    }
    match &run["response"] {
        Value::Null => {}
        Value::String(text) => context.terminal.line(body_text(text))?,
        other => context.terminal.line(format!("{other:#}"))?,
    }
    for (head, text) in code_parts(&run["code"]) {
        context.terminal.line(format!("\n{}\n{text}", paint.bold(head)))?;
    }
    let mut facts = Vec::new();
    if let Some(outcome) = run["outcome"].as_str() {
        facts.push(("outcome", paint.outcome(outcome)));
    }
    for (name, field) in
        [("error", "error"), ("told", "told"), ("took ms", "duration_ms"), ("execution", "execution_id")]
    {
        facts.push((name, table::cell(&run[field])));
    }
    for (name, value) in run["variables"].as_object().into_iter().flatten() {
        facts.push(("set", format!("{name} = {value}")));
    }
    for missing in run["unset"].as_array().into_iter().flatten() {
        facts.push(("not set", table::cell(missing)));
    }
    facts.retain(|(_, value)| value != "-");
    if !facts.is_empty() {
        context.terminal.line(format!("\n{}", lines(&facts, paint)))?;
    }
    if run["dry_run"] == true {
        context.terminal.note("note: nothing was sent")?;
    }
    Ok(())
}

/// As [`table::facts`], for values that carry colours of ours.
fn lines(facts: &[(&str, String)], paint: crate::paint::Paint) -> String {
    let lines = facts.iter().map(|(name, value)| {
        let value = if *name == "outcome" { value.clone() } else { table::one_line(value) };
        format!("{}{value}", paint.dim(format!("{name:<11}")))
    });
    lines.collect::<Vec<_>>().join("\n")
}
