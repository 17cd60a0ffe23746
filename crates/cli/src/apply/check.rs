//! Checking before anything is written: the server's findings, told with file and line.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::progress::Progress;
use crate::api::Problem;
use crate::commands::Context;
use crate::error::CliError;
use crate::files::{AgentEntry, Definitions, Origin};

/// A finding as the API tells it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Found {
    /// JSON path into the definition.
    #[serde(default)]
    pub(crate) path: String,
    /// Stable code.
    #[serde(default)]
    pub(crate) code: String,
    /// One sentence.
    #[serde(default)]
    pub(crate) message: String,
    /// `error` or `warning`.
    #[serde(default = "error_word")]
    pub(crate) severity: String,
}

fn error_word() -> String {
    "error".to_owned()
}

impl Found {
    fn is_error(&self) -> bool {
        self.severity != "warning"
    }
}

/// A thing in a file and what was found in it.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    /// `tool` or `agent`.
    pub(crate) what: &'static str,
    /// Its name.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) origin: Origin,
    /// What was found, in order.
    pub(crate) found: Vec<Found>,
    /// The effect class of a valid tool.
    pub(crate) effect: Option<String>,
}

impl Checked {
    /// How many findings refuse it.
    pub(crate) fn errors(&self) -> usize {
        self.found.iter().filter(|found| found.is_error()).count()
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let found = self.found.iter().map(|found| {
            json!({"path": found.path, "line": self.origin.line(&found.path), "code": found.code,
                "message": found.message, "severity": found.severity})
        });
        json!({"file": self.origin.file(), "kind": self.what, "name": self.name, "valid": self.errors() == 0,
            "effect": self.effect, "findings": found.collect::<Vec<_>>()})
    }
}

/// Has the server check all tools; looks for the tools that agents name.
pub(crate) async fn check_all(
    context: &mut Context<'_>,
    definitions: &Definitions,
) -> Result<Vec<Checked>, CliError> {
    let progress = Progress::start(context.terminal, "checking", definitions.tools.len());
    let mut all = Vec::new();
    for tool in &definitions.tools {
        let (found, effect) = match context.api.post("/v1/tools/check", &tool.draft).await {
            Ok(answer) => (findings_of(&answer.value), answer.value["effect"].as_str().map(str::to_owned)),
            Err(CliError::Problem(problem)) if matches!(problem.status, 400 | 422) => {
                (of_problem(&problem), None)
            }
            Err(error) => return Err(error),
        };
        all.push(Checked {
            what: "tool",
            name: tool.name.clone(),
            origin: tool.origin.clone(),
            found,
            effect,
        });
        progress.step();
    }
    let mut known: HashSet<String> = definitions.tools.iter().map(|tool| tool.name.clone()).collect();
    for agent in &definitions.agents {
        let found = missing_tools(context, agent, &mut known).await?;
        all.push(Checked {
            what: "agent",
            name: agent.name.clone(),
            origin: agent.origin.clone(),
            found,
            effect: None,
        });
    }
    Ok(all)
}

/// The findings in an answer.
pub(crate) fn findings_of(answer: &Value) -> Vec<Found> {
    Vec::<Found>::deserialize(&answer["findings"]).unwrap_or_default()
}

/// A body that the server could not even read as a draft.
fn of_problem(problem: &Problem) -> Vec<Found> {
    let found = |path: &str, code: &str, message: &str| Found {
        path: path.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
        severity: error_word(),
    };
    if problem.errors.is_empty() {
        return vec![found("$", &problem.code, &problem.detail)];
    }
    problem.errors.iter().map(|part| found(&part.path, &part.code, &part.message)).collect()
}

async fn missing_tools(
    context: &mut Context<'_>,
    agent: &AgentEntry,
    known: &mut HashSet<String>,
) -> Result<Vec<Found>, CliError> {
    let mut found = Vec::new();
    for (position, binding) in agent.bindings.iter().flatten().enumerate() {
        let name = binding["tool"].as_str().unwrap_or_default();
        if known.contains(name) {
            continue;
        }
        match context.api.tool(name).await {
            Ok(_) => {
                known.insert(name.to_owned());
            }
            Err(CliError::NotFound { .. }) => found.push(Found {
                path: format!("$.tools[{position}]"),
                code: "unknown_tool".to_owned(),
                message: format!("there is no tool {name:?} on the server or in these files"),
                severity: error_word(),
            }),
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// One line a finding: file, line, path, what.
pub(crate) fn show_findings(context: &mut Context<'_>, checked: &[Checked]) -> Result<(), CliError> {
    let paint = context.terminal.paint_notes();
    for one in checked {
        for found in &one.found {
            let severity = if found.is_error() { paint.red("error") } else { paint.yellow("warning") };
            let place = paint.bold(one.origin.show(&found.path));
            let line = format!(
                "{place}: {severity}: {} {}: {} ({})",
                one.name, found.path, found.message, found.code
            );
            if found.is_error() {
                context.terminal.always(line)?;
            } else {
                context.terminal.note(line)?;
            }
        }
    }
    Ok(())
}
