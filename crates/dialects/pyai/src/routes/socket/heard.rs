//! What the app sends.

use hookswitch_api::{Heard, SurfaceState};
use hookswitch_brain::Context;
use hookswitch_engine::LinkEvent;
use serde_json::{Map, Value, json};

use super::talk::{DONE, Fate, Next, TOO_LARGE, Talk};
use crate::routes::Failed;
use crate::wire::socket::configure::{self, configured};
use crate::wire::socket::frame;
use crate::wire::socket::framing::{Incoming, of_binary, of_text};
use crate::wire::socket::message::{Message, read};

impl Talk {
    pub(super) async fn on_frame(&mut self, heard: Heard) -> Next {
        let incoming = match heard {
            Heard::Gone => return Next::Over("client", DONE),
            Heard::Binary(bytes) => of_binary(&bytes),
            Heard::Text(text) => {
                let incoming = of_text(&text);
                if matches!(incoming, Incoming::Control(_)) {
                    self.warn_once("text_control_frame", "control frames are binary, tagged 0x03").await;
                }
                incoming
            }
        };
        match incoming {
            Incoming::Control(members) => Box::pin(self.on_control(members)).await,
            Incoming::Audio => {
                let message = "this server has no speech engine: audio is dropped; input_text is a user turn";
                self.warn_once("audio_not_processed", message).await;
                Next::Go
            }
            Incoming::Unknown => {
                self.warn("unknown_frame", "neither audio nor a control frame").await;
                Next::Go
            }
            Incoming::TooLarge => Next::Over("error", TOO_LARGE),
        }
    }

    async fn on_control(&mut self, members: Map<String, Value>) -> Next {
        match read(members) {
            Message::Configure(keys) => Box::pin(self.configure(&keys)).await,
            Message::ToolResult { call_id, result } => self.take_result(&call_id, result).await,
            Message::Dtmf(digit) => {
                self.send(frame::dtmf(digit)).await;
                self.know(Context::System(format!("The caller pressed the key {digit}.")));
            }
            Message::InputText(text) => {
                self.greet().await;
                self.turn(text).await;
            }
            Message::Ending => return Next::Over("client", DONE),
            Message::Nothing(code, message) => self.warn(code, &message).await,
        }
        Next::Go
    }

    async fn configure(&mut self, keys: &Map<String, Value>) {
        let registry = self.state.registry().clone();
        let mut read = configure::read(keys, |url| registry.check_https_url(url));
        if let Some(items) = read.tools.take() {
            match Box::pin(self.set_tools(items, &mut read.errors)).await {
                Ok(count) => self.tools = count,
                Err(failed) => {
                    if let Failed::House(failure) = &failed {
                        let error = hookswitch_api::source_chain(failure);
                        tracing::error!(session = %self.id, error, "tools could not be set");
                    }
                    let frame = frame::error("internal_error", "the tools could not be set");
                    self.send(frame).await;
                }
            }
        }
        self.persona = read.persona.clone().or_else(|| self.persona.take());
        if let Some(voice) = &read.voice_id {
            self.setup.voice = Some(voice.clone());
        }
        if let Some(greeting) = &read.greeting {
            self.setup.greeting = Some(greeting.clone());
        }
        if let Some(line) = &read.consent_line {
            let greeting = self.setup.greeting.take().unwrap_or_default();
            self.setup.greeting = Some(format!("{line} {greeting}").trim().to_owned());
        }
        let frame = configured(&read, self.setup.voice.as_deref(), self.tools);
        self.send(frame).await;
        self.greet().await;
    }

    async fn take_result(&mut self, call_id: &str, result: Result<Value, String>) {
        let id = frame::execution_of(call_id);
        let fate = id.and_then(|id| self.asked.get(&id).copied());
        match (id, fate) {
            (Some(id), Some(fate @ (Fate::Open | Fate::Late))) => {
                self.asked.insert(id, Fate::Over);
                let is_error = result.is_err();
                let output = result.unwrap_or_else(|error| json!({ "error": error }));
                let event = LinkEvent::ToolOutput { id, output, is_error };
                if let Err(error) = self.link.send(event).await {
                    tracing::debug!(session = %self.id, %error, "a result was not taken");
                }
                if fate == Fate::Late {
                    self.warn("late_result", "the call had timed out; its result is recorded").await;
                }
            }
            // What the app made of a verb: the model hears of it at its next turn.
            (Some(id), None) if self.asked_verbs.remove(&id) => {
                let text = match result {
                    Ok(value) => format!("The app reports for {call_id}: {value}"),
                    Err(error) => format!("The app could not do {call_id}: {error}"),
                };
                self.know(Context::System(text));
            }
            _ => self.warn("unknown_call_id", "no call of this id waits for a result").await,
        }
    }
}
