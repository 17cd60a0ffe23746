//! Settling an unknown execution by hand: once, to `done` or `failed`.

use hookswitch_model::event::EventKind;
use hookswitch_model::execution::{ActState, Execution};
use hookswitch_model::{ActId, ExecutionId, Outcome, Scope, Stamp};
use hookswitch_session::Event;
use hookswitch_store::{ActOutcome, LedgerError};
use serde_json::{Value, json};

use crate::Engine;
use crate::error::EngineError;
use crate::session::Told;
use crate::told;

impl Engine {
    /// Settles an unknown execution. `result` is what a repeat is told when it is `done`.
    pub async fn settle(
        &self,
        scope: Scope,
        id: ExecutionId,
        outcome: Outcome,
        result: Option<Value>,
    ) -> Result<Execution, EngineError> {
        if !matches!(outcome, Outcome::Done | Outcome::Failed) {
            return Err(EngineError::finding("$.outcome", "invalid_value", "done or failed"));
        }
        self.flush().await?;
        let mut execution =
            self.inner.store.get_execution(scope, id).await.map_err(EngineError::absent("execution"))?;
        let Some(act) = execution.act.filter(|_| execution.outcome == Some(Outcome::Unknown)) else {
            return Err(EngineError::NotUnknown);
        };
        let text = match (outcome, result) {
            (_, Some(result)) => result,
            (Outcome::Done, None) => json!({"ok": true}),
            (_, None) => told::failure(outcome, "it did not happen"),
        };
        execution.outcome = Some(outcome);
        execution.detail.late = text.clone();
        self.write_settlement(act, outcome, text.clone(), execution.clone()).await?;
        if let Some(session) = execution.session
            && let Ok(session) = self.live_session(scope, session).await
        {
            session.state.lock().kept.put(id, Told::new(std::sync::Arc::new(text), outcome));
            let data = json!({"execution_id": id, "act_id": act, "outcome": outcome});
            self.append_event(&session, EventKind::ExecutionSettled, data).await;
            self.feed(&session, Event::Settled { act, outcome }).await;
        }
        Ok(execution)
    }

    /// Writes the settlement of an unknown act, once.
    pub(crate) async fn write_settlement(
        &self,
        act: ActId,
        outcome: Outcome,
        told: Value,
        execution: Execution,
    ) -> Result<(), EngineError> {
        let state = if outcome == Outcome::Done { ActState::Done } else { ActState::Failed };
        let settled = ActOutcome { act, state, told: Some(told), settled_at: Stamp::now() };
        match self.inner.writer.settle(settled, execution, Vec::new()).await {
            Ok(()) => Ok(()),
            Err(LedgerError::AlreadySettled | LedgerError::NoSuchAct) => Err(EngineError::NotUnknown),
            Err(error) => Err(EngineError::Ledger(error)),
        }
    }

    /// Records an execution that nobody waits for.
    pub(crate) async fn record(&self, execution: Execution) {
        let id = execution.id;
        if let Err(error) = self.inner.writer.record(execution).await {
            tracing::error!(execution = %id, %error, "a record could not be written");
        }
    }
}
