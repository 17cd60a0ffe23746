//! What the other side says came of an ask: in time, late, twice, or of something that nobody asked for.

use std::sync::Arc;

use hookswitch_model::event::EventKind;
use hookswitch_model::execution::Execution;
use hookswitch_model::{ExecutionId, Outcome, Stamp};
use hookswitch_session::Event;
use serde_json::{Value, json};

use super::{AskEnd, Asked};
use crate::Engine;
use crate::error::EngineError;
use crate::session::{LiveSession, Told};
use crate::told;

/// What an output means.
pub(super) const fn outcome_of(is_error: bool) -> Outcome {
    if is_error { Outcome::Failed } else { Outcome::Done }
}

/// One line on what the other side says went wrong.
pub(crate) fn error_text(detail: &Value) -> String {
    let text = match detail {
        Value::String(text) => text.clone(),
        Value::Object(members) => match members.get("error").or_else(|| members.get("message")) {
            Some(Value::String(text)) => text.clone(),
            _ => detail.to_string(),
        },
        Value::Null => "failed".to_owned(),
        other => other.to_string(),
    };
    text.chars().take(500).collect()
}

impl Engine {
    /// Takes an answer to an ask.
    pub(super) async fn take_answer(
        &self,
        session: &Arc<LiveSession>,
        asked: Asked,
        id: ExecutionId,
        outcome: Outcome,
        detail: Value,
    ) {
        let is_open = {
            let mut state = session.state.lock();
            let is_open = state.asks.get(&id).is_some_and(|ask| ask.asked == asked);
            if is_open && let Some(ask) = state.asks.remove(&id) {
                if asked == Asked::EngineAction {
                    let data = json!({"execution_id": id, "outcome": outcome});
                    crate::events::note_event(session, &mut state, EventKind::EngineActionDone, data);
                }
                ask.end(AskEnd::Answered { outcome, detail: detail.clone() });
            }
            is_open
        };
        if is_open {
            self.save_events(session).await;
            return;
        }
        if let Err(code) = self.take_late_answer(session, id, outcome, detail).await {
            let data = json!({"code": code, "execution_id": id});
            self.append_event(session, EventKind::Warning, data).await;
        }
    }

    /// An answer that nobody waits for: it settles an unknown act; else it is worth a warning.
    async fn take_late_answer(
        &self,
        session: &Arc<LiveSession>,
        id: ExecutionId,
        outcome: Outcome,
        detail: Value,
    ) -> Result<(), &'static str> {
        if self.flush().await.is_err() {
            return Err("output_not_taken");
        }
        let found = self.inner.store.get_execution(session.scope, id).await;
        let Some(execution) = found.ok().filter(|found| found.session == Some(session.id)) else {
            return Err("unknown_output");
        };
        let (Some(act), Some(Outcome::Unknown)) = (execution.act, execution.outcome) else {
            return Err(match execution.outcome {
                Some(Outcome::Cancelled) => "withdrawn_output",
                _ => "duplicate_output",
            });
        };
        if !matches!(outcome, Outcome::Done | Outcome::Failed) {
            return Err("output_settles_nothing");
        }
        let told = told_late(session, &execution, outcome, detail);
        let recorded = Execution {
            outcome: Some(outcome),
            detail: hookswitch_model::execution::ExecutionDetail {
                late: told.clone(),
                ..execution.detail.clone()
            },
            ..execution
        };
        match self.write_settlement(act, outcome, told.clone(), recorded).await {
            Ok(()) => {}
            Err(EngineError::NotUnknown) => return Err("duplicate_output"),
            Err(error) => {
                tracing::error!(%act, %error, "a late output could not be written");
                return Err("output_not_taken");
            }
        }
        {
            let mut state = session.state.lock();
            state.kept.put(id, Told::new(Arc::new(told), outcome));
            state.unsaved_told.push_back((act, Stamp::now()));
        }
        self.feed(session, Event::Late { call: id, outcome }).await;
        Ok(())
    }
}

/// What a repeat is told of an output that came after everybody had stopped to listen.
fn told_late(session: &LiveSession, execution: &Execution, outcome: Outcome, detail: Value) -> Value {
    if outcome != Outcome::Done {
        return told::failure(outcome, &error_text(&detail));
    }
    let cast = session.cast();
    let tool = cast.tools.iter().find(|tool| Some(tool.prepared.id) == execution.tool);
    match tool {
        Some(tool) => told::shape(&tool.prepared.definition, detail.clone(), &detail, |_| Vec::new()).told,
        None => detail,
    }
}
