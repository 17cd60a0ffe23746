//! Bringing the server to what files say: check all, compare, show, ask, write.

mod check;
mod compare;
mod diff;
mod normal;
mod plan;
mod progress;
mod report;
mod secrets;
mod write;

pub(crate) use check::{Checked, check_all, show_findings};
pub(crate) use diff::unified;
pub(crate) use normal::tool_definition;
use plan::make_plan;
use report::show_plan;

use std::path::PathBuf;

use crate::commands::Context;
use crate::error::{CliError, Exit};
use crate::files::{Definitions, gather, read_sources};

/// Files to read.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Files {
    /// A YAML or JSON file, a folder of them, or - for the standard input; may be given several times
    #[arg(short, long = "file", required = true, value_name = "FILE", num_args = 1..)]
    files: Vec<PathBuf>,
}

/// What is compared and how it is written.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ApplyOptions {
    #[command(flatten)]
    files: Files,
    /// Go ahead without being asked
    #[arg(short, long)]
    yes: bool,
    /// Write secret values of the files again; they can't be compared with the sealed ones
    #[arg(long)]
    rewrite_secrets: bool,
}

/// What is compared.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct DiffOptions {
    #[command(flatten)]
    files: Files,
}

impl Files {
    /// All that the files define.
    pub(crate) fn read(&self, context: &mut Context<'_>) -> Result<Definitions, CliError> {
        gather(read_sources(&self.files, context.terminal)?)
    }
}

/// Makes the server what the files say.
pub(crate) async fn apply(context: &mut Context<'_>, options: &ApplyOptions) -> Result<Exit, CliError> {
    let definitions = options.files.read(context)?;
    let checked = check_all(context, &definitions).await?;
    show_findings(context, &checked)?;
    let errors = checked.iter().map(Checked::errors).sum();
    if errors > 0 {
        return Err(CliError::Findings { errors });
    }
    let plan = make_plan(context, definitions, options.rewrite_secrets).await?;
    let changes = plan.changes();
    // For programs the report of what was written says it all.
    if !context.terminal.is_json() {
        show_plan(context, &plan)?;
    }
    if changes > 0 {
        let question = format!(
            "Write {changes} change{} to {}?",
            if changes == 1 { "" } else { "s" },
            context.api.server()
        );
        context.terminal.confirm(&question, options.yes)?;
    }
    let written = write::write(context, &plan).await?;
    report::show_written(context, &written)?;
    Ok(Exit::Done)
}

/// Shows what `apply` would change: exit 1 when there is anything.
pub(crate) async fn diff(context: &mut Context<'_>, options: &DiffOptions) -> Result<Exit, CliError> {
    let definitions = options.files.read(context)?;
    let plan = make_plan(context, definitions, false).await?;
    if context.terminal.is_json() {
        let value = report::plan_json(&plan);
        context.terminal.json(value.to_string().as_bytes(), &value)?;
    } else {
        show_plan(context, &plan)?;
    }
    Ok(if plan.changes() == 0 { Exit::Done } else { Exit::Failed })
}
