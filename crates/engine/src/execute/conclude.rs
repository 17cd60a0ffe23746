//! The end of a call: the outcome on disk (for everything but reads), then the machine hears of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use hookswitch_model::execution::{ActState, Execution, ExecutionDetail};
use hookswitch_model::{Outcome, Stamp};
use hookswitch_store::{ActOutcome, LedgerError};
use serde_json::Value;

use super::{Finish, Run, blank_record, recorded_arguments};
use crate::session::{LiveTool, Told};
use crate::{told, trace};

/// How often an outcome is tried to be written while the database is not available.
const MOST_WRITES: u32 = 5;
/// How long between two tries.
const WRITE_PAUSE: Duration = Duration::from_millis(200);

impl Run {
    /// Records how the call ended and reports it.
    pub(crate) async fn conclude(&self, tool: &LiveTool, started: Instant, finish: Finish) {
        let outcome = finish.outcome.unwrap_or(Outcome::Failed);
        let timed_out = finish.timed_out;
        trace::note_outcome(&self.work.span, outcome, timed_out);
        let total_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.engine.inner.counters.ended(outcome, timed_out, total_us);
        let told = Arc::new(finish.told.clone());
        let variables = self.keep(&told, outcome, &finish);
        let execution = self.recorded(finish, outcome, total_us);
        match self.act {
            Some(act) if self.intent_is_on_disk.load(Ordering::Acquire) => {
                if !self.write_outcome(act, outcome, &told, execution, variables).await {
                    // The intent is on disk: when the session is next loaded the act is unknown. The model must
                    // not hear more than the ledger knows.
                    return self.give_up(&told).await;
                }
            }
            _ => {
                if let Some(variables) = variables {
                    self.save_variables(variables).await;
                }
                self.engine.record(Execution { act: None, ..execution }).await;
            }
        }
        tracing::debug!(
            execution = %self.work.execution, tool = %tool.prepared.id, outcome = outcome.as_str(), total_us,
            "call ended"
        );
        self.report(outcome, timed_out).await;
    }

    /// Tells the model that the outcome is unknown: it could not be written down.
    async fn give_up(&self, told: &Value) {
        let text = told::failure(Outcome::Unknown, "the server could not write the outcome down");
        let lost = told.get("error").is_none();
        tracing::error!(execution = %self.work.execution, lost, "a call is answered as unknown");
        self.session.state.lock().kept.put(self.work.execution, Told::new(Arc::new(text), Outcome::Unknown));
        self.report(Outcome::Unknown, false).await;
    }

    /// Keeps what the model is told and what the answer set, in memory.
    pub(super) fn keep(&self, told: &Arc<Value>, outcome: Outcome, finish: &Finish) -> Option<Value> {
        let mut state = self.session.state.lock();
        state.kept.put(self.work.execution, Told { value: Arc::clone(told), outcome, code: finish.code });
        if finish.variables.is_empty() {
            return None;
        }
        let mut variables = Value::clone(&state.variables);
        if let Some(members) = variables.as_object_mut() {
            members.extend(finish.variables.clone());
        }
        state.variables = Arc::new(variables.clone());
        Some(variables)
    }

    pub(super) fn recorded(&self, finish: Finish, outcome: Outcome, total_us: u64) -> Execution {
        let error = match (finish.error, self.weak_proof) {
            (None, true) => Some("confirmed by token only (weak proof)".to_owned()),
            (error, _) => error,
        };
        Execution {
            act: self.act,
            outcome: Some(outcome),
            timed_out: finish.timed_out,
            error,
            detail: ExecutionDetail {
                arguments: recorded_arguments(&self.work),
                request: finish.request,
                response_status: finish.response_status,
                response: finish.response,
                told: if finish.recorded_told.is_null() { finish.told } else { finish.recorded_told },
                attempts: finish.attempts,
                code: finish.code_record,
                variables: finish.extracted,
                unset: finish.unset,
                late: Value::Null,
            },
            queue_us: finish.queue_us,
            total_us,
            ended_at: Some(Stamp::now()),
            ..blank_record(&self.session, &self.work)
        }
    }

    /// Whether the outcome is on disk.
    async fn write_outcome(
        &self,
        act: hookswitch_model::ActId,
        outcome: Outcome,
        told: &Arc<Value>,
        execution: Execution,
        variables: Option<Value>,
    ) -> bool {
        let state = match outcome {
            Outcome::Done => ActState::Done,
            Outcome::Unknown => ActState::Unknown,
            // Nothing left this time, which does not undo what may have left before.
            Outcome::Refused | Outcome::Cancelled if self.is_resent => ActState::Unknown,
            Outcome::Failed | Outcome::Refused | Outcome::Cancelled => ActState::Failed,
        };
        let settled = ActOutcome { act, state, told: Some(Value::clone(told)), settled_at: Stamp::now() };
        let variables = variables.and_then(|variables| match variables {
            Value::Object(members) => Some(members),
            _ => None,
        });
        let mut tries = 0;
        loop {
            tries += 1;
            let written = self
                .engine
                .inner
                .writer
                .outcome(settled.clone(), execution.clone(), Vec::new(), variables.clone())
                .await;
            match written {
                Ok(()) => return true,
                Err(LedgerError::Store(error)) if error.is_transient() && tries < MOST_WRITES => {
                    tracing::warn!(%act, %error, "an outcome could not be written yet");
                    tokio::time::sleep(WRITE_PAUSE).await;
                }
                Err(error) => {
                    tracing::error!(%act, %error, "an outcome could not be written");
                    return false;
                }
            }
        }
    }

    pub(super) async fn save_variables(&self, variables: Value) {
        let Value::Object(members) = variables else { return };
        let (session, epoch) = (self.session.id, self.session.epoch);
        let saved = self.engine.inner.writer.variables(session, epoch, members).await;
        if let Err(error) = saved {
            tracing::error!(session = %self.session.id, %error, "session variables could not be saved");
        }
    }
}
