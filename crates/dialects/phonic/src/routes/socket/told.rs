//! What the session, the brain and its tools tell, in the client's words.

use std::time::Duration;

use hookswitch_api::SurfaceState;
use hookswitch_brain::TurnEvent;
use hookswitch_engine::LinkOrder;
use hookswitch_model::ExecutionId;
use hookswitch_model::event::{EventKind, SessionEvent};
use serde_json::Value;
use tokio::time::Instant;

use super::call_side::Act;
use super::talk::{DONE, Fate, Next, Talk};
use crate::wire::ids;
use crate::wire::socket::frame;
use crate::wire::socket::processed::{Call, processed};

/// Calls of the client's that are remembered.
const MOST_CALLS: usize = 4096;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Done or failed.
    Known,
    /// It may have happened; or its output is late.
    Unknown,
    /// Withdrawn.
    Cancelled,
}

/// A call that was answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered {
    id: ExecutionId,
    end: End,
    is_joined: bool,
}

impl Answered {
    /// None where the call goes on or was never tried.
    fn of(id: Option<&str>, outcome: Option<&str>, timed_out: bool, is_joined: bool) -> Option<Self> {
        let id = id?.parse().ok()?;
        let end = match outcome {
            _ if timed_out => End::Unknown,
            Some("done" | "failed") => End::Known,
            Some("unknown") => End::Unknown,
            Some("cancelled") => End::Cancelled,
            _ => return None,
        };
        Some(Self { id, end, is_joined })
    }
}

impl Talk {
    pub(super) async fn on_turn(&mut self, event: TurnEvent) -> Next {
        match event {
            TurnEvent::Text { text } | TurnEvent::Line { text } => {
                self.start_speaking().await;
                self.say(&frame::said(&text)).await;
            }
            TurnEvent::Call { .. } => self.stop_speaking().await,
            TurnEvent::End { reason, heard, code, message } => {
                if reason == "interrupted" {
                    self.speaks = false;
                    self.say(&frame::interrupted(&heard)).await;
                } else {
                    self.stop_speaking().await;
                }
                if reason == "failed" {
                    let code = code.unwrap_or_else(|| "failed".to_owned());
                    self.warn(&code, &message.unwrap_or_default()).await;
                }
                if self.is_ending {
                    self.say(&frame::plain("assistant_ended_conversation")).await;
                    return Next::Over(DONE);
                }
            }
            TurnEvent::Result { execution_id, outcome, timed_out, joined, .. } => {
                let answered = Answered::of(Some(&execution_id), outcome.as_deref(), timed_out, joined);
                if let Some(answered) = answered {
                    self.on_answered(answered).await;
                }
            }
            TurnEvent::Speech { .. }
            | TurnEvent::Late { .. }
            | TurnEvent::Agent { .. }
            | TurnEvent::Interrupted { .. }
            | TurnEvent::Warning { .. } => {}
        }
        Next::Go
    }

    pub(super) async fn start_speaking(&mut self) {
        if !std::mem::replace(&mut self.speaks, true) {
            self.say(&frame::plain("assistant_started_speaking")).await;
        }
    }

    pub(super) async fn stop_speaking(&mut self) {
        if std::mem::replace(&mut self.speaks, false) {
            self.say(&frame::plain("assistant_finished_speaking")).await;
        }
    }

    pub(super) async fn on_act(&mut self, act: Act) -> Next {
        match act {
            Act::Digits(digits) => self.say(&frame::dtmf(&digits)).await,
            Act::End => {
                self.is_ending = true;
                if !self.is_thinking() {
                    self.say(&frame::plain("assistant_ended_conversation")).await;
                    return Next::Over(DONE);
                }
            }
            Act::Silence(seconds) => {
                self.say(&frame::plain("assistant_chose_not_to_respond")).await;
                let pause = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                self.speak_at = pause.map(|pause| Instant::now() + pause);
            }
        }
        Next::Go
    }

    pub(super) async fn on_order(&mut self, order: LinkOrder) -> Next {
        match order {
            LinkOrder::ToolCall { id, tool, arguments, .. } => {
                if self.asked.len() >= MOST_CALLS {
                    self.asked.retain(|_, (_, fate)| *fate == Fate::Open);
                }
                self.asked.insert(id, (tool.clone(), Fate::Open));
                self.say(&frame::tool_call(id, &tool, &arguments)).await;
            }
            LinkOrder::Warning { code, detail } => {
                let message = detail.get("message").and_then(Value::as_str);
                let message = message.map_or_else(|| detail.to_string(), str::to_owned);
                self.warn(&code, &message).await;
            }
            LinkOrder::Ended { .. } => return Next::Over(DONE),
            _ => {}
        }
        Next::Go
    }

    /// A call that was answered: what a turn waits for is told by the turn, in its place among the words.
    pub(super) async fn on_event(&mut self, event: &SessionEvent) -> Next {
        if event.kind != EventKind::CallAnswered {
            return Next::Go;
        }
        let text = |name: &str| event.data.get(name).and_then(Value::as_str);
        let has = |name: &str| event.data.get(name) == Some(&Value::Bool(true));
        let Some(answered) =
            Answered::of(text("execution_id"), text("outcome"), has("timed_out"), has("joined"))
        else {
            return Next::Go;
        };
        if !self.is_thinking() || answered.end == End::Cancelled {
            self.on_answered(answered).await;
        } else if self.later.len() < MOST_CALLS {
            self.later.push(answered);
        }
        Next::Go
    }

    /// A call is over: it is told of by its record, once.
    pub(super) async fn on_answered(&mut self, answered: Answered) {
        let Answered { id, end, is_joined } = answered;
        if end == End::Cancelled {
            return self.withdraw(id).await;
        }
        if end == End::Unknown && self.asked.get(&id).is_some_and(|(_, fate)| *fate == Fate::Open) {
            self.set_fate(id, Fate::TimedOut);
        }
        let is_withdrawn = self.asked.get(&id).is_some_and(|(_, fate)| *fate == Fate::Withdrawn);
        if self.told.len() >= MOST_CALLS {
            self.told.clear();
        }
        if !is_joined && !is_withdrawn && self.told.insert(id) {
            self.tell_processed(id).await;
        }
    }

    async fn tell_processed(&mut self, id: ExecutionId) {
        let (engine, scope) = (self.state.engine().clone(), self.admitted.scope);
        let found = match engine.flush().await {
            Ok(()) => engine.get_execution(scope, id).await,
            Err(error) => Err(error),
        };
        let execution = match found {
            Ok(execution) => execution,
            Err(error) => {
                tracing::warn!(execution = %id, %error, "a call that is over can't be told of");
                return;
            }
        };
        let own = execution.tool.and_then(|tool| self.own.get(&tool)).cloned();
        let stored = match (execution.tool, &own) {
            (Some(tool), None) => self.state.registry().tools_by_ids(scope, &[tool]).await.ok(),
            _ => None,
        };
        let stored = stored.and_then(|mut tools| tools.pop());
        let tool_id = match (&own, execution.tool) {
            (Some(own), _) => own.id.clone(),
            (None, Some(tool)) => ids::tool(tool),
            (None, None) => String::new(),
        };
        let name = own.as_ref().map(|own| own.name.as_str());
        let name = name.or_else(|| stored.as_ref().map(|tool| tool.name.as_str()));
        let frame = processed(Call {
            execution: &execution,
            tool_id: &tool_id,
            tool_name: name.unwrap_or(&execution.tool_name),
            draft: own.as_ref().map(|own| &own.draft).or_else(|| stored.as_ref().map(|tool| &tool.draft)),
            is_of_user: false,
        });
        self.say(&frame).await;
    }
}
