//! A conversation: a task that holds the session as its app, lets the built-in brain take turns, and outlives its
//! socket for a while.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use hookswitch_api::{Closing, Heard, Socket};
use hookswitch_brain::{Context, TimedEvent, TurnRequest};
use hookswitch_engine::{EventStream, Link, LinkEnd, LinkKind};
use hookswitch_model::{ExecutionId, SessionId, ToolId};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::admission::Admitted;
use super::call_side::{Act, Apparatus};
use super::cast::{Own, Tools};
use super::told::Answered;
use super::wake::Woken;
use crate::PhonicState;
use crate::routes::Refused;
use crate::wire::socket::config::Config;
use crate::wire::socket::frame;

/// How long a conversation waits for a lost socket.
const GRACE: Duration = Duration::from_secs(30);
/// Messages that wait for a lost socket.
const MOST_WAITING: usize = 1024;
/// Turns that wait for one another.
const MOST_TURNS: usize = 8;
/// Things that the model is to know, waiting for its next turn.
const MOST_CONTEXT: usize = 64;

/// What concerns the socket.
#[derive(Debug, Clone)]
pub(super) struct Setup {
    pub(super) config: Config,
    pub(super) welcome: Option<String>,
    pub(super) generates_welcome: bool,
    pub(super) silence: Option<Duration>,
    pub(super) language: String,
    pub(super) input_format: String,
}

/// What became of a call of the client's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its output is waited for.
    Open,
    /// It came too late.
    TimedOut,
    /// Withdrawn.
    Withdrawn,
    /// Answered.
    Answered,
}

/// A conversation.
pub(super) struct Talk {
    pub(super) state: PhonicState,
    pub(super) admitted: Admitted,
    pub(super) id: SessionId,
    pub(super) setup: Setup,
    pub(super) own: HashMap<ToolId, Own>,
    pub(super) link: Link,
    pub(super) events: EventStream,
    pub(super) socket: Option<Socket>,
    waiting: VecDeque<String>,
    pub(super) turns: VecDeque<mpsc::Receiver<TimedEvent>>,
    apparatus: Arc<Apparatus>,
    pub(super) acts: mpsc::Receiver<Act>,
    pub(super) arrivals: mpsc::Receiver<Socket>,
    context: Vec<Context>,
    prompt: Option<String>,
    pub(super) forgets: bool,
    /// Calls that the client was asked to carry out, with their names.
    pub(super) asked: HashMap<ExecutionId, (String, Fate)>,
    /// Calls that the client was told are over.
    pub(super) told: HashSet<ExecutionId>,
    /// Answers that the turn under way has not told of.
    pub(super) later: Vec<Answered>,
    pub(super) speaks: bool,
    pub(super) is_ending: bool,
    pub(super) has_warned_of_audio: bool,
    /// When the socket is closed if the client says nothing.
    pub(super) silent_at: Option<Instant>,
    /// When a lost socket was lost for good.
    pub(super) gone_at: Option<Instant>,
    /// When the agent breaks its silence.
    pub(super) speak_at: Option<Instant>,
}

/// How a conversation goes on.
pub(super) enum Next {
    Go,
    /// It is over.
    Over(Closing),
}

pub(super) const DONE: Closing = Closing { code: 1000, reason: "ended" };
const RESTART: Closing = Closing { code: 1012, reason: "restarting" };
const IDLE: Closing = Closing { code: 4000, reason: "idle" };
const REFUSED: Closing = Closing { code: 4000, reason: "refused" };
const BROKEN: Closing = Closing { code: 1011, reason: "internal error" };

impl Talk {
    /// Joins a session as its app.
    pub(super) async fn join(
        state: &PhonicState,
        admitted: Admitted,
        id: SessionId,
        setup: Setup,
        tools: Tools,
    ) -> Result<Self, Refused> {
        let link = state.engine().connect(admitted.scope, id, LinkKind::App, None).await?;
        let link = link.opened_by(admitted.key);
        let after = link.welcome().position.seq;
        let events = state.engine().follow_events(admitted.scope, id, after).await?;
        let (apparatus, acts) = Apparatus::new();
        let arrivals = state.conversations().open(admitted.scope, id);
        let mut talk = Self {
            state: state.clone(),
            admitted,
            id,
            setup,
            own: HashMap::new(),
            link,
            events,
            socket: None,
            waiting: VecDeque::new(),
            turns: VecDeque::new(),
            apparatus: Arc::new(apparatus),
            acts,
            arrivals,
            context: Vec::new(),
            prompt: None,
            forgets: false,
            asked: HashMap::new(),
            told: HashSet::new(),
            later: Vec::new(),
            speaks: false,
            is_ending: false,
            has_warned_of_audio: false,
            silent_at: None,
            gone_at: None,
            speak_at: None,
        };
        talk.take_tools(tools);
        Ok(talk)
    }

    /// Notes the tools that the conversation alone has; those before may still be named by calls under way.
    pub(super) fn take_tools(&mut self, tools: Tools) -> Vec<String> {
        self.own.extend(tools.own);
        for name in &tools.unavailable {
            let message = format!("{name} needs a phone call and is not offered");
            self.waiting.push_back(frame::warning("tool_unavailable", &message).to_string());
        }
        tools.unavailable
    }

    /// Another prompt from the next turn on.
    pub(super) fn set_prompt(&mut self, prompt: Option<String>) {
        self.prompt = prompt.or_else(|| self.prompt.take());
    }

    /// Something that the model is to know at its next turn.
    pub(super) fn know(&mut self, context: Context) {
        if self.context.len() == MOST_CONTEXT {
            self.context.remove(0);
        }
        self.context.push(context);
    }

    /// Forgets what was to be known.
    pub(super) fn forget(&mut self) {
        self.context.clear();
        self.forgets = true;
    }

    /// Holds a conversation that begins, to its end.
    pub(super) async fn hold(mut self, socket: Option<Socket>) {
        self.socket = socket;
        let warnings = std::mem::take(&mut self.waiting);
        self.say(&frame::conversation("conversation_created", self.id)).await;
        self.ready().await;
        for warning in warnings {
            self.send(warning).await;
        }
        self.run().await;
    }

    /// Holds one that was taken up after a restart.
    pub(super) async fn come_back(mut self, socket: Socket) {
        self.take_back(socket).await;
        self.run().await;
    }

    /// The conversation may start; the agent says its welcome.
    pub(super) async fn ready(&mut self) {
        self.say(&frame::plain("ready_to_start_conversation")).await;
        if self.setup.generates_welcome {
            self.turn(None).await;
        } else if let Some(text) = self.setup.welcome.clone() {
            let brains = self.state.brains().clone();
            let text = brains.fill(self.admitted.scope, self.id, &text).await.unwrap_or(text);
            self.speak(&text).await;
        }
    }

    /// Says a text as it is.
    pub(super) async fn speak(&mut self, text: &str) {
        self.start_speaking().await;
        self.say(&frame::said(text)).await;
        if self.turns.is_empty() {
            self.stop_speaking().await;
        }
        self.know(Context::Said(text.to_owned()));
    }

    /// Lets the brain take a turn.
    pub(super) async fn turn(&mut self, user: Option<String>) {
        self.speak_at = None;
        if self.turns.len() >= MOST_TURNS {
            self.warn("too_many_turns", "Turns come faster than they can be taken").await;
            return;
        }
        let request = TurnRequest {
            unprompted: user.is_none(),
            text: user.unwrap_or_default(),
            context: std::mem::take(&mut self.context),
            prompt: self.prompt.take(),
            forget: std::mem::take(&mut self.forgets),
            call: Some(self.apparatus.clone()),
            ..TurnRequest::default()
        };
        let (context, prompt) = (request.context.clone(), request.prompt.clone());
        let brains = self.state.brains().clone();
        match brains.turn(self.admitted.scope, self.id, request).await {
            Ok(events) => self.turns.push_back(events),
            Err(error) => {
                (self.context, self.prompt) = (context, prompt);
                let code = if matches!(error, hookswitch_brain::BrainError::NoBrain) {
                    "no_brain"
                } else {
                    "turn_not_taken"
                };
                self.warn(code, &error.to_string()).await;
            }
        }
    }

    pub(super) fn is_thinking(&self) -> bool {
        !self.turns.is_empty()
    }

    pub(super) async fn warn(&mut self, code: &str, message: &str) {
        self.say(&frame::warning(code, message)).await;
    }

    pub(super) async fn say(&mut self, frame: &Value) {
        self.send(frame.to_string()).await;
    }

    async fn send(&mut self, text: String) {
        if let Some(socket) = &mut self.socket {
            if socket.send(text).await.is_err() {
                self.lose();
            }
            return;
        }
        // Who is gone for so long is told the newest.
        if self.waiting.len() == MOST_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(text);
    }

    fn lose(&mut self) {
        self.socket = None;
        self.gone_at = Some(Instant::now() + GRACE);
    }

    async fn take_back(&mut self, socket: Socket) {
        if let Some(before) = self.socket.replace(socket) {
            before.close(DONE).await;
        }
        self.gone_at = None;
        let waiting = std::mem::take(&mut self.waiting);
        self.say(&frame::conversation("conversation_reconnected", self.id)).await;
        for text in waiting {
            self.send(text).await;
        }
    }

    async fn run(mut self) {
        self.hear_again();
        let closing = loop {
            let next = match self.wait().await {
                Woken::Turn(Some(event)) => self.on_turn(event.event).await,
                Woken::Turn(None) => {
                    self.turns.pop_front();
                    self.hear_again();
                    for answered in std::mem::take(&mut self.later) {
                        self.on_answered(answered).await;
                    }
                    Next::Go
                }
                Woken::Act(act) => self.on_act(act).await,
                Woken::Order(Some(order)) => self.on_order(order.order).await,
                Woken::Order(None) => Next::Over(closing_of(self.link.end())),
                Woken::Event(event) => self.on_event(&event).await,
                Woken::Heard(Heard::Text(text)) => {
                    self.hear_again();
                    self.on_message(&text).await
                }
                Woken::Heard(Heard::Binary(_)) => {
                    self.warn("unknown_message_type", "Messages are JSON text").await;
                    Next::Go
                }
                Woken::Heard(Heard::Gone) => {
                    let code = self.socket.as_ref().and_then(Socket::closed_with);
                    if matches!(code, Some(1000 | 1001 | 1005)) {
                        Next::Over(DONE)
                    } else {
                        self.lose();
                        Next::Go
                    }
                }
                Woken::Back(socket) => {
                    self.take_back(*socket).await;
                    self.hear_again();
                    Next::Go
                }
                Woken::Speak => {
                    self.turn(None).await;
                    Next::Go
                }
                Woken::Silent => Next::Over(IDLE),
                Woken::Gone => Next::Over(DONE),
                Woken::Nothing => Next::Go,
            };
            if let Next::Over(closing) = next {
                break closing;
            }
        };
        self.finish(closing).await;
    }

    fn hear_again(&mut self) {
        self.silent_at = self.setup.silence.map(|silence| Instant::now() + silence);
    }

    /// Ends it. After a restart of ours it can be taken up again.
    async fn finish(mut self, closing: Closing) {
        self.state.conversations().close(self.id);
        self.turns.clear();
        let socket = self.socket.take();
        let (engine, scope, id) = (self.state.engine().clone(), self.admitted.scope, self.id);
        if closing.code == RESTART.code {
            if let Some(socket) = socket {
                socket.close(closing).await;
            }
            // Only now: a server that goes down waits for its links to have said goodbye.
            drop(self.link);
            return;
        }
        self.link.leave().await;
        if let Err(error) = engine.end_session(scope, id).await {
            tracing::warn!(session = %id, %error, "a conversation could not be ended");
        }
        if let Some(socket) = socket {
            socket.close(closing).await;
        }
    }
}

fn closing_of(end: Option<LinkEnd>) -> Closing {
    match end {
        Some(LinkEnd::Ended(_)) => DONE,
        Some(LinkEnd::Draining) => RESTART,
        Some(LinkEnd::Revoked | LinkEnd::Replaced) => REFUSED,
        Some(LinkEnd::TooFarBehind | LinkEnd::Lost) | None => BROKEN,
    }
}
