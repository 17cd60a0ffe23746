//! Carrying out one call: places, secrets, intent, attempts, outcome.

mod attempts;
mod conclude;
mod late;
mod means;
mod opened;
mod record;
mod values;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hookswitch_executors::{context, hosted};
use hookswitch_model::definition::{Definition, ToolKind};
use hookswitch_model::draft::CallOperation;
use hookswitch_model::execution::{Act, ActState};
use hookswitch_model::{ActId, Outcome, Stamp};
use hookswitch_session::Event;
use tokio_util::sync::CancellationToken;

pub(crate) use means::{Attempting, Given, Made, Means, Redaction, Slot, first_address};
pub(crate) use opened::{OpenError, open_all, open_without, take_literals};
pub(crate) use record::{Finish, blank_record, clean, recorded_arguments, sensitive_values};
pub(crate) use values::{CallValues, Places, explain, explanations, names_of, spoken_variables, with_fixed};

use crate::Engine;
use crate::session::{LiveSession, LiveTool, Work};

/// One call being carried out.
pub(crate) struct Run {
    pub(crate) engine: Engine,
    pub(crate) session: Arc<LiveSession>,
    pub(crate) work: Arc<Work>,
    pub(crate) act: Option<ActId>,
    /// The act is unknown and is sent again under its key.
    pub(crate) is_resent: bool,
    /// Whether the ledger has the act: its outcome must go there, too.
    pub(crate) intent_is_on_disk: AtomicBool,
    pub(crate) weak_proof: bool,
    pub(crate) abort: CancellationToken,
}

impl Run {
    /// Runs the call to its end; the machine hears of it in any case.
    pub(crate) async fn run(self) {
        let Some(tool) = self.work.tool.clone() else { return };
        let started = Instant::now();
        match &tool.prepared.definition.kind {
            ToolKind::CallControl(control) if control.operation == CallOperation::TransferToAgent => {
                let finish = self.engine.hand_over(&self.session, control, &self.work.arguments).await;
                self.conclude(&tool, started, finish).await;
            }
            // A simulation carries nothing out, whatever the kind.
            _ if self.session.is_simulated() => attempts::run(&self, &tool, started).await,
            kind if Means::carries(kind.kind()) => attempts::run(&self, &tool, started).await,
            ToolKind::Context(_) | ToolKind::Hosted(_) => {
                let finish = self.answer_here(&tool).await;
                self.conclude(&tool, started, finish).await;
            }
            _ => {
                let finish = Finish::refused("unsupported", "this tool can't be run here");
                self.conclude(&tool, started, finish).await;
            }
        }
    }

    /// Context and hosted tools: nothing leaves the server.
    async fn answer_here(&self, tool: &LiveTool) -> Finish {
        let (scope, now) = (self.session.scope, Stamp::now());
        let opened = match open_all(&self.engine.inner.registry, scope, &tool.prepared, &tool.config).await {
            Ok(opened) => opened,
            Err(error) => {
                tracing::warn!(tool = %tool.prepared.id, %error, "a call's secrets could not be opened");
                return Finish::refused("not_configured", "tool is not configured");
            }
        };
        let mut values = CallValues::of(&self.session, &self.work, now);
        values.add_opened(&self.work, &opened);
        match &tool.prepared.definition.kind {
            ToolKind::Context(text) => match context::execute(text, &values.lookup()) {
                Ok((told, unset)) => Finish { unset, ..Finish::done(told) },
                Err(error) => Finish::refused("not_sendable", error.to_string()),
            },
            ToolKind::Hosted(function) => match hosted::execute(*function, values.lookup().input, now) {
                Ok(told) => Finish::done(told),
                Err(error) => Finish::refused("invalid_arguments", error),
            },
            _ => Finish::refused("unsupported", "this tool can't be run here"),
        }
    }

    /// The budget of the call: the tool's timeout under the ceilings of its dialect and of the server.
    fn budget(&self, tool: &LiveTool) -> Duration {
        self.engine.inner.settings.budget(&tool.prepared)
    }

    /// What an attempt sends as `traceparent`: its own context when there are traces, else the caller's.
    fn traceparent(&self, attempt: &tracing::Span) -> Option<String> {
        let own = self.engine.inner.settings.traces.as_ref().and_then(|traces| traces.traceparent(attempt));
        own.or_else(|| self.work.traceparent.as_ref().map(|caller| caller.as_str().to_owned()))
    }

    /// Writes the intent: on disk when this returns. Nothing has left before. An act that is sent again goes back
    /// to `pending` with this execution, so that the new request has its record, too.
    async fn write_intent(&self, tool: &LiveTool) -> Result<(), hookswitch_store::LedgerError> {
        let Some(act) = self.act else { return Ok(()) };
        let row = Act {
            id: act,
            session: self.session.id,
            tool: tool.prepared.id,
            key: self.work.fingerprint,
            effect: tool.prepared.definition.effect,
            state: ActState::Pending,
            execution: self.work.execution,
            told: None,
            epoch: self.session.epoch,
            created_at: Stamp::now(),
            settled_at: None,
            told_at: None,
            tool_call_id: Some(self.work.tool_call_id.clone()),
            caller_key: self.work.caller_key.clone(),
        };
        let mut execution = blank_record(&self.session, &self.work);
        execution.act = Some(act);
        execution.detail.arguments = recorded_arguments(&self.work);
        self.engine.inner.writer.intent(row, execution).await?;
        self.intent_is_on_disk.store(true, Ordering::Release);
        Ok(())
    }

    /// Notes when secrets were last used; nobody waits for it.
    async fn note_secrets_used(&self, definition: &Definition) {
        let scope = self.session.scope;
        for name in definition.secrets.iter().chain(&definition.maybe_secrets) {
            if let Some(secret) = self.engine.inner.registry.secret_to_note(scope, name).await
                && let Err(error) =
                    self.engine.inner.writer.touch_secret_used(scope, secret, Stamp::now()).await
            {
                tracing::warn!(%secret, %error, "a secret's use could not be noted");
            }
        }
    }

    /// Tells the machine that the call ended.
    async fn report(&self, outcome: Outcome, timed_out: bool) {
        let call = self.work.execution;
        self.engine.feed(&self.session, Event::Finished { call, outcome, timed_out }).await;
        let mut state = self.session.state.lock();
        if let Some(open) = state.calls.get_mut(&call) {
            open.is_running = false;
            // Answered before (a hang-up, an `async` call): nothing waits for it any more.
            if open.waiter.is_none() {
                state.calls.remove(&call);
            }
        }
    }
}
