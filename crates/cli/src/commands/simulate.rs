//! `simulate`: scripted conversations, checked.

use std::path::PathBuf;

use serde_json::json;

use super::Context;
use crate::error::{CliError, Exit};
use crate::files::read_sources;
use crate::simulation::{self, FaultFlag, Outcome};

/// Which simulations, and how.
#[derive(Debug, clap::Args)]
pub struct Simulate {
    /// Files or folders of simulations (YAML or JSON); - for the standard input
    #[arg(value_name = "FILE", required_unless_present = "record")]
    files: Vec<PathBuf>,
    /// Write JUnit XML to this file, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Let something go wrong with a tool: `TOOL=lost_answer`, `half_body`, `slow`, `unreachable` or `duplicate`
    #[arg(long = "fault", value_name = "TOOL=FAULT", value_parser = FaultFlag::parse)]
    faults: Vec<FaultFlag>,
    /// Show what happened in every turn, not only where something was not as expected
    #[arg(short, long)]
    verbose: bool,
    /// Instead: write a session that was held with the built-in brain as a simulation to the standard output
    #[arg(long, value_name = "SESSION", conflicts_with_all = ["files", "junit", "faults"])]
    record: Option<String>,
}

impl Simulate {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        if let Some(session) = &self.record {
            let recorded = simulation::record(&mut context.api, session).await?;
            let value = serde_json::to_value(&recorded).unwrap_or_default();
            context.terminal.bytes(crate::yaml::write(&value).as_bytes())?;
            return Ok(Exit::Done);
        }
        let sources = read_sources(&self.files, context.terminal)?;
        let mut simulations = simulation::read(sources)?;
        for simulation in &mut simulations {
            for fault in &self.faults {
                fault.inject(simulation);
            }
        }
        let mut outcomes: Vec<Outcome> = Vec::new();
        for simulation in &simulations {
            let outcome = simulation::run(&mut context.api, simulation).await?;
            if !context.terminal.is_json() {
                let text = simulation::report(&outcome, context.terminal.paint(), self.verbose);
                context.terminal.bytes(text.as_bytes())?;
            }
            outcomes.push(outcome);
        }
        if let Some(file) = &self.junit {
            std::fs::write(file, simulation::junit(&outcomes)).map_err(|error| CliError::File {
                file: file.clone(),
                line: None,
                message: error.to_string(),
            })?;
        }
        let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
        if context.terminal.is_json() {
            context.terminal.line(as_json(&outcomes).to_string())?;
        } else {
            context.terminal.line(format!("{} of {} passed", outcomes.len() - failed, outcomes.len()))?;
        }
        Ok(if failed == 0 { Exit::Done } else { Exit::Failed })
    }
}

fn as_json(outcomes: &[Outcome]) -> serde_json::Value {
    let outcome = |outcome: &Outcome| {
        let parts = outcome.parts.iter().map(|part| {
            json!({"name": part.name, "failures": part.failures, "events": part.events,
                "duration_ms": part.took.as_millis() as u64})
        });
        json!({"simulation": outcome.name, "file": outcome.file, "passed": outcome.passed(),
            "session_id": outcome.session, "parts": parts.collect::<Vec<_>>()})
    };
    json!({"simulations": outcomes.iter().map(outcome).collect::<Vec<_>>()})
}
