//! A tool that a session holds ready.

use std::sync::Arc;
use std::time::Instant;

use hookswitch_sandbox::{CallOutcome, Prepared};
use serde_json::Value;

use super::runner::Runner;

/// A tool with a process waiting for its next call, as long as this lives.
#[derive(Debug)]
pub struct Held {
    prepared: Prepared,
    runner: Arc<Runner>,
}

impl Held {
    pub(super) fn new(prepared: Prepared, runner: Arc<Runner>) -> Self {
        Self { prepared, runner }
    }

    /// Calls the tool once with two JSON objects; killed at `deadline`. Dropping the future kills it, too.
    pub async fn call(&self, arguments: &Value, context: &Value, deadline: Instant) -> CallOutcome {
        let (arguments, context) = (arguments.to_string(), context.to_string());
        let outcome = self.prepared.call(&arguments, &context, deadline.into()).await;
        self.runner.counts().note(&outcome);
        outcome
    }

    /// Processes that wait for this tool's calls.
    pub fn spares(&self) -> usize {
        self.prepared.spares()
    }
}
