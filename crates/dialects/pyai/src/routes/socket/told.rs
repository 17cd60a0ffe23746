//! What the session, the brain and its tools tell, in the app's words.

use std::time::Duration;

use hookswitch_brain::TurnEvent;
use hookswitch_engine::LinkOrder;
use hookswitch_model::ExecutionId;
use hookswitch_model::event::{EventKind, SessionEvent};
use serde_json::Value;
use tokio::time::Instant;

use super::call_side::Verb;
use super::talk::{DONE, Fate, Next, Talk};
use crate::wire::socket::frame;

/// Calls of the app's that are remembered.
const MOST_CALLS: usize = 4096;
/// Functions whose arguments are remembered.
const MOST_FUNCTIONS: usize = 256;
/// How long the app may take to hang up.
const HANG_UP: Duration = Duration::from_secs(5);

impl Talk {
    pub(super) async fn on_turn(&mut self, event: TurnEvent) -> Next {
        match event {
            TurnEvent::Text { text } => self.said.push_str(&text),
            TurnEvent::Line { text } => {
                self.tell_said().await;
                self.tell("assistant", &text).await;
            }
            TurnEvent::Call { name, arguments, .. } => {
                self.tell_said().await;
                if self.arguments.len() < MOST_FUNCTIONS || self.arguments.contains_key(&name) {
                    self.arguments.insert(name, arguments);
                }
            }
            TurnEvent::End { reason, heard, code, message } => {
                if reason == "interrupted" {
                    // Only what was heard was said.
                    let told = std::mem::take(&mut self.said);
                    if !told.trim().is_empty() && !heard.is_empty() {
                        self.tell("assistant", told.trim()).await;
                    }
                }
                self.tell_said().await;
                if reason == "failed" {
                    let code = code.unwrap_or_else(|| "failed".to_owned());
                    let frame = frame::error(&code, &message.unwrap_or_default());
                    self.send(frame).await;
                }
            }
            TurnEvent::Speech { .. }
            | TurnEvent::Result { .. }
            | TurnEvent::Late { .. }
            | TurnEvent::Agent { .. }
            | TurnEvent::Interrupted { .. }
            | TurnEvent::Warning { .. } => {}
        }
        Next::Go
    }

    async fn tell_said(&mut self) {
        let said = std::mem::take(&mut self.said);
        if !said.trim().is_empty() {
            self.tell("assistant", said.trim()).await;
        }
    }

    pub(super) async fn on_verb(&mut self, verb: Verb) -> Next {
        let Verb { id, action, params } = verb;
        let arguments = self.arguments.get(&action).cloned().unwrap_or_default();
        if self.asked_verbs.len() < MOST_CALLS {
            self.asked_verbs.insert(id);
        }
        let frame = frame::verb(id, &action, &arguments, &params);
        self.send(frame).await;
        if action == "end_call" {
            self.end_at = Some(Instant::now() + HANG_UP);
        }
        Next::Go
    }

    pub(super) async fn on_order(&mut self, order: LinkOrder) -> Next {
        match order {
            LinkOrder::ToolCall { id, tool, arguments, timeout_ms, .. } => {
                if self.asked.len() >= MOST_CALLS {
                    self.asked.retain(|_, fate| *fate == Fate::Open);
                }
                self.asked.insert(id, Fate::Open);
                let frame = frame::tool_call(id, &tool, &arguments, timeout_ms);
                self.send(frame).await;
            }
            LinkOrder::Warning { code, detail } => {
                let message = detail.get("message").and_then(Value::as_str);
                let message = message.map_or_else(|| detail.to_string(), str::to_owned);
                self.warn(&code, &message).await;
            }
            LinkOrder::Ended { .. } => return Next::Over("end_call", DONE),
            _ => {}
        }
        Next::Go
    }

    /// A call of the app's that was answered without it came too late.
    pub(super) fn on_event(&mut self, event: &SessionEvent) -> Next {
        let is = |name: &str| event.data.get(name) == Some(&Value::Bool(true));
        if event.kind == EventKind::CallAnswered
            && let Some(id) = event.data.get("execution_id").and_then(Value::as_str)
            && let Ok(id) = id.parse::<ExecutionId>()
            && (!is("started") || is("timed_out"))
            && let Some(fate) = self.asked.get_mut(&id)
            && *fate == Fate::Open
        {
            *fate = Fate::Late;
        }
        Next::Go
    }
}
