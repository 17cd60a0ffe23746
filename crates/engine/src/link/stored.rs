//! What an event of the history is for a link. Live answers carry it; of stored ones it is read back.

use std::sync::Arc;

use hookswitch_model::event::{EventKind, SessionEvent};
use hookswitch_model::{ExecutionId, Outcome};
use hookswitch_session::{EndReason, RefusalCode};
use serde_json::{Value, json};

use super::LinkOrder;
use crate::session::{LiveSession, SessionView};
use crate::{CallAnswer, Engine, told};

/// Codes of refusals that do not come from the machine.
const OTHER_CODES: [&str; 6] = [
    "unknown_before",
    "confirmation_needed",
    "service_unavailable",
    "not_written",
    "not_sendable",
    "address_refused",
];

impl Engine {
    /// The order of an event; none where it is for no link.
    pub(super) async fn order_of(
        &self,
        session: &Arc<LiveSession>,
        event: &SessionEvent,
    ) -> Option<LinkOrder> {
        let data = &event.data;
        // Speech starts from silence when a session is loaded: what was ordered before counts no more.
        let is_of_this_life = event.seq > session.first_seq;
        match event.kind {
            EventKind::SpeechLine if is_of_this_life => {
                Some(LinkOrder::Say { execution: execution(data)?, text: text(data, "text")? })
            }
            EventKind::Speech if is_of_this_life => speech(session, data),
            EventKind::CallStarted => Some(LinkOrder::CallStarted {
                execution: execution(data)?,
                tool_call_id: text(data, "tool_call_id")?,
                tool: text(data, "tool")?,
            }),
            EventKind::CallAnswered if data.get("result").is_some() => async_result(session, data),
            EventKind::CallAnswered => {
                let answer = self.answer_again(session, data).await?;
                Some(LinkOrder::Result(Box::new(answer)))
            }
            EventKind::ResultLate => Some(LinkOrder::LateResult {
                execution: execution(data)?,
                tool_call_id: tool_call(session, data),
                outcome: outcome(data),
                told: Arc::new(data.get("result")?.clone()),
            }),
            EventKind::ToolsChanged => {
                Some(LinkOrder::ToolsChanged { tools: SessionView::of(session).tools })
            }
            EventKind::ClientCall | EventKind::EngineAction => {
                let id = execution(data)?;
                let state = session.state.lock();
                state.asks.get(&id).map(|ask| ask.order.clone())
            }
            EventKind::ClientCancelled => Some(LinkOrder::ToolCancelled { id: execution(data)? }),
            EventKind::Warning => {
                let code = text(data, "code")?;
                let mut detail = data.clone();
                detail.as_object_mut()?.remove("code");
                Some(LinkOrder::Warning { code, detail })
            }
            EventKind::SessionEnded => {
                let reason = data.get("reason").cloned().unwrap_or_default();
                let reason = serde_json::from_value(reason).unwrap_or(EndReason::Ended);
                Some(LinkOrder::Ended { reason })
            }
            _ => None,
        }
    }

    /// An answer that was given before.
    async fn answer_again(&self, session: &LiveSession, data: &Value) -> Option<CallAnswer> {
        let is = |name: &str| data.get(name) == Some(&Value::Bool(true));
        let mut answer = CallAnswer {
            execution: execution(data)?,
            tool_call_id: text(data, "tool_call_id").unwrap_or_default(),
            outcome: outcome(data),
            told: Arc::new(Value::Null),
            replayed: is("replayed"),
            joined: is("joined"),
            timed_out: is("timed_out"),
            refusal: text(data, "code").map(|code| known_code(&code)),
            confirmation: None,
            may_speak: data.get("may_speak") != Some(&Value::Bool(false)),
            may_call_tools: data.get("may_call_tools") != Some(&Value::Bool(false)),
        };
        let told = if answer.timed_out {
            told::timed_out()
        } else if is("started") {
            json!({"status": "started"})
        } else if let Some(told) = data.get("told") {
            told.clone()
        } else {
            self.text_of(session, answer.execution, answer.outcome).await
        };
        answer.told = Arc::new(if is("already_done") { told::already_done(&told) } else { told });
        Some(answer)
    }

    /// The text of an execution, from memory or from the store.
    async fn text_of(&self, session: &LiveSession, id: ExecutionId, outcome: Option<Outcome>) -> Value {
        if let Some(kept) = session.state.lock().kept.get(id) {
            return Value::clone(&kept.value);
        }
        if self.flush().await.is_ok()
            && let Ok((_, told, _)) = self.told_before(session.scope, id).await
        {
            return told;
        }
        let outcome = outcome.unwrap_or(Outcome::Unknown);
        told::failure(outcome, "the text of this answer is not kept any more")
    }
}

fn speech(session: &LiveSession, data: &Value) -> Option<LinkOrder> {
    let value = data.get("value").and_then(Value::as_bool);
    match data.get("order")?.as_str()? {
        "speak_first" => Some(LinkOrder::SpeakFirst {
            execution: execution(data)?,
            tool_call_id: tool_call(session, data),
        }),
        "may_call_tools" => value.map(LinkOrder::MayCallTools),
        "may_interrupt" => value.map(LinkOrder::MayInterrupt),
        _ => None,
    }
}

fn async_result(session: &LiveSession, data: &Value) -> Option<LinkOrder> {
    Some(LinkOrder::AsyncResult {
        execution: execution(data)?,
        tool_call_id: tool_call(session, data),
        outcome: outcome(data)?,
        told: Arc::new(data.get("result")?.clone()),
        may_speak: data.get("may_speak") != Some(&Value::Bool(false)),
        may_call_tools: data.get("may_call_tools") != Some(&Value::Bool(false)),
    })
}

/// The brain's id of a call: as the event has it, else as the machine remembers it.
fn tool_call(session: &LiveSession, data: &Value) -> String {
    let known = |id| session.state.lock().machine.tool_call_id(id).map(str::to_owned);
    text(data, "tool_call_id").or_else(|| execution(data).and_then(known)).unwrap_or_default()
}

fn execution(data: &Value) -> Option<ExecutionId> {
    data.get("execution_id")?.as_str()?.parse().ok()
}

fn text(data: &Value, name: &str) -> Option<String> {
    data.get(name)?.as_str().map(str::to_owned)
}

fn outcome(data: &Value) -> Option<Outcome> {
    Outcome::from_word(data.get("outcome")?.as_str()?)
}

fn known_code(word: &str) -> &'static str {
    let own = RefusalCode::ALL.into_iter().map(RefusalCode::as_str);
    own.chain(OTHER_CODES).find(|code| *code == word).unwrap_or("refused")
}
