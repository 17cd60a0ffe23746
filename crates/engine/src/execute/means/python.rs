//! Python tools: one process, forked ahead of the call, for each attempt.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_executors::python::{self, Calls, Held, NotHeld, PythonTool};
use hookswitch_model::Scope;
use hookswitch_model::definition::ToolKind;
use hookswitch_model::execution::AttemptTimings;
use hookswitch_registry::Prepared;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::{Attempting, Given, Made, Unsendable};
use crate::Engine;

/// The process is stopped so long before the budget ends, so that it is known by then what became of it.
const MARGIN: Duration = Duration::from_millis(5);

/// What a session's tool holds ready for its calls; made once, when first asked for.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    held: OnceCell<Arc<Held>>,
    calls: Calls,
}

impl Slot {
    /// For one call alone.
    pub(crate) fn for_one_call() -> Self {
        Self { calls: Calls::One, ..Self::default() }
    }

    /// The tool held ready. Where that failed it is tried again: packages get ready meanwhile.
    pub(crate) async fn held(
        &self,
        engine: &Engine,
        scope: Scope,
        prepared: &Prepared,
    ) -> Result<Arc<Held>, NotHeld> {
        let ToolKind::Python(draft) = &prepared.definition.kind else { return Err(NotHeld::Off) };
        let settings = &engine.inner.settings;
        let tool = PythonTool {
            org: scope.org,
            mode: scope.mode,
            id: prepared.id,
            version: prepared.version,
            definition: &prepared.definition,
            python: draft,
            timeout: settings.budget(prepared),
        };
        let hold = || async { settings.python.hold(&tool, self.calls).await.map(Arc::new) };
        let held = self.held.get_or_try_init(hold);
        held.await.cloned()
    }
}

/// A tool that is held, and what it is called with.
pub(crate) struct Ready {
    held: Arc<Held>,
    arguments: Value,
    context: Value,
}

impl Ready {
    pub(super) async fn new(given: &Given<'_>) -> Result<Self, Unsendable> {
        let held = given.slot.held(given.engine, given.scope, given.prepared).await;
        let held = held.map_err(|error| {
            let line = match &error {
                // What this machine lacks is for its operator.
                NotHeld::Off => "this tool can't be run here".to_owned(),
                other => other.to_string(),
            };
            Unsendable { code: error.code(), line, detail: Some(error.to_string()) }
        })?;
        let context = python::context_of(&given.values);
        Ok(Self { held, arguments: given.values.input.clone(), context })
    }

    pub(super) async fn attempt(&self, now: &Attempting<'_>) -> Made {
        let deadline = now.send_by.checked_sub(MARGIN).unwrap_or(now.send_by);
        let outcome = self.held.call(&self.arguments, &self.context, deadline).await;
        let total_us = u64::try_from(outcome.wall.as_micros()).unwrap_or(u64::MAX);
        Made {
            reading: python::read_outcome(&outcome, now.effect),
            timings: AttemptTimings { total_us, ..AttemptTimings::default() },
            request: None,
            code: Some(python::record_of(&outcome, &now.redaction.all)),
        }
    }
}
