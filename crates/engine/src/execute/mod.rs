//! Carrying out one call: places, secrets, intent, attempts, outcome.

mod attempts;
mod conclude;
mod late;
mod opened;
mod record;
mod values;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hookswitch_executors::{context, hosted};
use hookswitch_model::definition::ToolKind;
use hookswitch_model::execution::{Act, ActState};
use hookswitch_model::{ActId, Outcome, Stamp};
use hookswitch_session::Event;
use tokio_util::sync::CancellationToken;

pub(crate) use opened::open_all;
pub(crate) use record::{Finish, blank_record, recorded_arguments};
pub(crate) use values::{CallValues, spoken_variables, with_fixed};

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
            ToolKind::Webhook(plan) => attempts::run_webhook(&self, &tool, plan, started).await,
            ToolKind::Context(text) => {
                let values = CallValues::of(&self.session, &self.work, Stamp::now());
                let finish = match context::execute(text, &values.lookup()) {
                    Ok((told, unset)) => Finish { unset, ..Finish::done(told) },
                    Err(error) => Finish::refused(error.to_string()),
                };
                self.conclude(&tool, started, finish).await;
            }
            ToolKind::Hosted(function) => {
                let finish = match hosted::execute(*function, &self.work.arguments, Stamp::now()) {
                    Ok(told) => Finish::done(told),
                    Err(error) => Finish::failed(error),
                };
                self.conclude(&tool, started, finish).await;
            }
            _ => self.conclude(&tool, started, Finish::refused("this tool can't be run here")).await,
        }
    }

    /// The budget of the call: the tool's timeout under the server's ceiling.
    fn budget(&self, tool: &LiveTool) -> Duration {
        tool.prepared.definition.timeout.min(self.engine.inner.settings.ceiling)
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
        };
        let mut execution = blank_record(&self.session, &self.work);
        execution.act = Some(act);
        execution.detail.arguments = recorded_arguments(&self.work);
        self.engine.inner.writer.intent(row, execution).await?;
        self.intent_is_on_disk.store(true, Ordering::Release);
        Ok(())
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
