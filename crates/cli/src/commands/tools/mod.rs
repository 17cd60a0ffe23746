//! `tools`: define, try, call, look back.

mod call;
mod change;
mod check;
mod code;
mod look;
mod request;
mod trial;

use clap::Subcommand;

use super::Context;
use crate::apply::{ApplyOptions, DiffOptions, apply, diff};
use crate::error::{CliError, Exit};

pub(super) use code::code_parts;
pub(super) use request::{body_text, request_text};

/// What to do with tools.
#[derive(Debug, Subcommand)]
pub enum Tools {
    /// List tools
    List(look::List),
    /// Show a tool
    Get(look::Get),
    /// Make the server's tools and agents what files say; shows a diff and asks first
    Apply(Apply),
    /// Show what apply would change; exit code 1 when there is anything
    Diff(Diff),
    /// Check files without saving anything
    Check(check::Check),
    /// Delete a tool
    Delete(change::Delete),
    /// Offer a tool to sessions again
    Enable(change::Named),
    /// Refuse calls to a tool, in running sessions too
    Disable(change::Named),
    /// Run a tool outside a session, or show the exact request with --dry-run
    Test(trial::Test),
    /// Call a tool in a session
    Call(call::Call),
    /// List the versions of a tool
    History(look::History),
    /// Make an earlier version the current one
    Rollback(change::Rollback),
    /// Counts, success rate and times of a tool
    Stats(look::Stats),
}

/// Files to apply.
#[derive(Debug, clap::Args)]
pub struct Apply {
    #[command(flatten)]
    pub(super) options: ApplyOptions,
}

/// Files to compare.
#[derive(Debug, clap::Args)]
pub struct Diff {
    #[command(flatten)]
    options: DiffOptions,
}

impl Tools {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::List(list) => list.run(context).await,
            Self::Get(get) => get.run(context).await,
            Self::Apply(files) => apply(context, &files.options).await,
            Self::Diff(files) => diff(context, &files.options).await,
            Self::Check(check) => check.run(context).await,
            Self::Delete(delete) => delete.run(context).await,
            Self::Enable(tool) => tool.switch(context, "enable", "enabled").await,
            Self::Disable(tool) => tool.switch(context, "disable", "disabled").await,
            Self::Test(test) => test.run(context).await,
            Self::Call(call) => call.run(context).await,
            Self::History(history) => history.run(context).await,
            Self::Rollback(rollback) => rollback.run(context).await,
            Self::Stats(stats) => stats.run(context).await,
        }
    }
}
