//! What the client says.

use hookswitch_brain::Context;
use hookswitch_engine::LinkEvent;
use hookswitch_model::ExecutionId;
use serde_json::{Map, Value};

use super::begin;
use super::talk::{Fate, Next, Talk};
use super::{read, worded};
use crate::wire::problem::Problem;
use crate::wire::socket::config;
use crate::wire::socket::frame;
use crate::wire::socket::message::{Message, most_audio};

const AUDIO: &str = "This server has no speech engine: audio is ignored; generate_reply with user_message speaks to \
    the agent";

impl Talk {
    pub(super) async fn on_message(&mut self, text: &str) -> Next {
        let message = match read(text) {
            Ok(message) => message,
            Err(problem) => return self.object(&problem).await,
        };
        match message {
            Message::Config(_) => {
                return self.object(&Problem::new(400, "config comes once; use reset")).await;
            }
            Message::UpdateTools(list) => {
                let (state, config) = (self.state.clone(), self.setup.config.clone());
                match Box::pin(begin::other_tools(&state, self.admitted, self.id, &config, &list)).await {
                    Ok(tools) => {
                        for name in self.take_tools(tools) {
                            let message = format!("{name} needs a phone call and is not offered");
                            self.warn("tool_unavailable", &message).await;
                        }
                    }
                    Err(refused) => return self.object(&worded(refused)).await,
                }
            }
            Message::ToolCallOutput { id, output } => self.take_output(&id, output).await,
            Message::Reset(members) => return Box::pin(self.reset(&members)).await,
            Message::AddSystemMessage(text) => self.know(Context::System(text)),
            Message::UpdateSystemPrompt(prompt) => self.set_prompt(Some(prompt)),
            Message::SetExternalId(id) => self.setup.config.external_id = Some(id),
            Message::GenerateReply { system, user } => {
                if let Some(system) = system {
                    self.know(Context::System(system));
                }
                if let Some(user) = user.as_deref().filter(|user| !user.is_empty()) {
                    let frame = frame::input_text(user, &self.setup.language.clone());
                    self.say(&frame).await;
                }
                self.turn(user.filter(|user| !user.is_empty())).await;
            }
            Message::Say(text) => self.speak(&text).await,
            Message::Switch => {}
            Message::Audio(bytes) => {
                if bytes > most_audio(&self.setup.input_format) {
                    let problem = Problem::at("audio", "An audio chunk has at most 40 ms");
                    return self.object(&problem).await;
                }
                if !std::mem::replace(&mut self.has_warned_of_audio, true) {
                    self.warn("audio_not_supported", AUDIO).await;
                }
            }
            Message::Unknown(kind) => {
                let kind: String = kind.chars().take(64).collect();
                let message = format!("There is no message type {kind:?}");
                self.warn("unknown_message_type", &message).await;
            }
        }
        Next::Go
    }

    /// Says what is wrong; the conversation goes on as it was.
    async fn object(&mut self, problem: &Problem) -> Next {
        self.say(&frame::error(problem)).await;
        Next::Go
    }

    async fn take_output(&mut self, text: &str, output: Value) {
        let id = text.strip_prefix("tool_call_").and_then(|uuid| uuid.parse().ok());
        let id = id.map(ExecutionId::from_uuid);
        match id.and_then(|id| self.asked.get(&id).map(|(_, fate)| (id, *fate))) {
            Some((id, Fate::Open)) => {
                self.set_fate(id, Fate::Answered);
                self.hand_in(id, output).await;
            }
            Some((id, Fate::TimedOut)) => {
                self.set_fate(id, Fate::Answered);
                self.hand_in(id, output).await;
                let message = "The call had timed out; its output is recorded";
                self.warn("late_tool_call_output", message).await;
            }
            Some((_, Fate::Withdrawn)) => {
                self.warn("late_tool_call_output", "The call was withdrawn; its output has no effect").await;
            }
            Some((_, Fate::Answered)) => {
                self.warn("duplicate_tool_call_output", "The call has its output already").await;
            }
            None => self.warn("unknown_tool_call_id", "There is no such tool call").await,
        }
    }

    async fn hand_in(&mut self, id: ExecutionId, output: Value) {
        let event = LinkEvent::ToolOutput { id, output, is_error: false };
        if let Err(error) = self.link.send(event).await {
            tracing::debug!(session = %self.id, %error, "an output was not taken");
        }
    }

    pub(super) fn set_fate(&mut self, id: ExecutionId, fate: Fate) {
        if let Some((_, known)) = self.asked.get_mut(&id) {
            *known = fate;
        }
    }

    /// Starts over in the same conversation.
    async fn reset(&mut self, members: &Map<String, Value>) -> Next {
        let config = match config::read(members, "config") {
            Ok(config) => config,
            Err(errors) => return self.object(&Problem::invalid(errors)).await,
        };
        let state = self.state.clone();
        let found = begin::again(&state, self.admitted, self.id, &config).await;
        let (setup, tools) = match found {
            Ok(found) => found,
            Err(refused) => return self.object(&worded(refused)).await,
        };
        state.brains().interrupt(self.id);
        let open: Vec<ExecutionId> =
            self.asked.iter().filter(|(_, (_, fate))| *fate == Fate::Open).map(|(id, _)| *id).collect();
        for id in open {
            self.withdraw(id).await;
        }
        self.setup = setup;
        self.take_tools(tools);
        self.forget();
        // An empty prompt is a prompt: the agent's own is another one.
        self.set_prompt(config.prompt);
        self.ready().await;
        Next::Go
    }

    /// Tells the client that a call's output is not wanted any more.
    pub(super) async fn withdraw(&mut self, id: ExecutionId) {
        let Some((name, fate)) = self.asked.get_mut(&id) else { return };
        if *fate != Fate::Open {
            return;
        }
        *fate = Fate::Withdrawn;
        let frame = frame::tool_call_interrupted(id, name);
        self.say(&frame).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ids;

    #[test]
    fn ids_of_calls_come_back() {
        let id = ExecutionId::generate();
        let text = ids::tool_call(id);
        let parsed = text.strip_prefix("tool_call_").and_then(|uuid| uuid.parse().ok());
        assert_eq!(parsed.map(ExecutionId::from_uuid), Some(id));
    }
}
