//! A session on an Omni socket: a task that holds it as its app and lets the built-in brain take turns.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hookswitch_api::{Closing, Heard, Socket};
use hookswitch_brain::{BrainError, Context, TimedEvent, TurnRequest};
use hookswitch_engine::{EngineError, EventStream, Link, LinkEnd, LinkKind, Numbered};
use hookswitch_model::agent::Agent;
use hookswitch_model::event::SessionEvent;
use hookswitch_model::{ExecutionId, ProjectId, SessionId};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::admission::Admitted;
use super::call_side::{Apparatus, Verb};
use crate::PyaiState;
use crate::wire::socket::frame;
use crate::wire::socket::framing::transcript;

/// A session in which nobody says anything for so long is over.
const IDLE: Duration = Duration::from_mins(10);
/// Turns that wait for one another.
const MOST_TURNS: usize = 8;
/// Things that the model is to know, waiting for its next turn.
const MOST_CONTEXT: usize = 64;

/// What a session is opened with.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) rate: u32,
    pub(super) persona: Option<String>,
    pub(super) voice: Option<String>,
    pub(super) greeting: Option<String>,
    pub(super) agent: Option<Agent>,
}

/// What became of a call of the app's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Open,
    Late,
    Over,
}

/// How a session goes on.
pub(super) enum Next {
    Go,
    /// It is over: why, and how the socket is closed.
    Over(&'static str, Closing),
}

/// A session on a socket.
pub(super) struct Talk {
    pub(super) state: PyaiState,
    pub(super) admitted: Admitted,
    pub(super) id: SessionId,
    pub(super) project: ProjectId,
    pub(super) setup: Setup,
    pub(super) link: Link,
    events: EventStream,
    socket: Option<Socket>,
    turns: VecDeque<mpsc::Receiver<TimedEvent>>,
    apparatus: Arc<Apparatus>,
    verbs: mpsc::Receiver<Verb>,
    context: Vec<Context>,
    pub(super) persona: Option<String>,
    pub(super) tools: usize,
    pub(super) has_greeted: bool,
    /// What the agent has said since its last tool call.
    pub(super) said: String,
    /// The arguments of the last call of each function.
    pub(super) arguments: HashMap<String, Value>,
    pub(super) asked: HashMap<ExecutionId, Fate>,
    pub(super) asked_verbs: HashSet<ExecutionId>,
    pub(super) warned: HashSet<&'static str>,
    silent_at: Instant,
    /// When a session ends whose call the app was asked to end.
    pub(super) end_at: Option<Instant>,
}

enum Woken {
    Turn(Option<TimedEvent>),
    Verb(Verb),
    Order(Option<Numbered>),
    Event(Option<SessionEvent>),
    Heard(Heard),
    Silent,
    End,
}

pub(super) const DONE: Closing = Closing { code: 1000, reason: "ended" };
pub(super) const TOO_LARGE: Closing = Closing { code: 1009, reason: "frame too large" };
const SHUTDOWN: Closing = Closing { code: 1001, reason: "shutdown" };
const BROKEN: Closing = Closing { code: 1011, reason: "internal error" };
const REVOKED: Closing = Closing { code: 4401, reason: "the key is revoked or can't be checked" };

impl Talk {
    /// Joins a session as its app.
    pub(super) async fn join(
        state: &PyaiState,
        admitted: Admitted,
        id: SessionId,
        setup: Setup,
    ) -> Result<Self, EngineError> {
        let link = state.engine().connect(admitted.scope, id, LinkKind::App, None).await?;
        let link = link.opened_by(admitted.key);
        let events = state.engine().follow_events(admitted.scope, id, link.welcome().position.seq).await?;
        let (apparatus, verbs) = Apparatus::new();
        Ok(Self {
            state: state.clone(),
            id,
            project: setup.agent.as_ref().map_or(admitted.project, |agent| agent.project),
            admitted,
            persona: setup.persona.clone(),
            tools: link.welcome().tools.len(),
            setup,
            link,
            events,
            socket: None,
            turns: VecDeque::new(),
            apparatus: Arc::new(apparatus),
            verbs,
            context: Vec::new(),
            has_greeted: false,
            said: String::new(),
            arguments: HashMap::new(),
            asked: HashMap::new(),
            asked_verbs: HashSet::new(),
            warned: HashSet::new(),
            silent_at: Instant::now() + IDLE,
            end_at: None,
        })
    }

    /// Holds the session to its end.
    pub(super) async fn hold(mut self, socket: Socket) {
        self.socket = Some(socket);
        let agent = self.setup.agent.as_ref().map(|agent| agent.id);
        for frame in frame::greeting(self.id, agent, self.setup.rate) {
            self.send(frame).await;
        }
        let (reason, closing) = Box::pin(self.run()).await;
        self.finish(reason, closing).await;
    }

    /// The agent says its greeting, once.
    pub(super) async fn greet(&mut self) {
        if std::mem::replace(&mut self.has_greeted, true) {
            return;
        }
        let Some(text) = self.setup.greeting.clone().filter(|text| !text.is_empty()) else { return };
        let brains = self.state.brains().clone();
        let text = brains.fill(self.admitted.scope, self.id, &text).await.unwrap_or(text);
        self.send(frame::turn("assistant")).await;
        self.tell("assistant", &text).await;
        self.know(Context::Said(text));
    }

    /// Something that the model is to know at its next turn.
    pub(super) fn know(&mut self, context: Context) {
        if self.context.len() == MOST_CONTEXT {
            self.context.remove(0);
        }
        self.context.push(context);
    }

    /// A turn of the user's; the brain answers it.
    pub(super) async fn turn(&mut self, text: String) {
        if self.turns.len() >= MOST_TURNS {
            return self.warn("too_many_turns", "turns come faster than they can be taken").await;
        }
        if !self.turns.is_empty() {
            self.send(frame::plain("barge_in")).await;
            self.send(frame::plain("flush")).await;
        }
        self.send(frame::turn("user")).await;
        self.tell("user", &text).await;
        let request = TurnRequest {
            text,
            context: std::mem::take(&mut self.context),
            prompt: self.persona.take(),
            call: Some(self.apparatus.clone()),
            ..TurnRequest::default()
        };
        let (context, persona) = (request.context.clone(), request.prompt.clone());
        let brains = self.state.brains().clone();
        match brains.turn(self.admitted.scope, self.id, request).await {
            Ok(events) => {
                self.turns.push_back(events);
                self.send(frame::turn("assistant")).await;
            }
            Err(error) => {
                (self.context, self.persona) = (context, persona);
                let is_brainless = matches!(error, BrainError::NoBrain);
                let code = if is_brainless { "no_brain" } else { "turn_not_taken" };
                let frame = frame::error(code, &error.to_string());
                self.send(frame).await;
            }
        }
    }

    /// What somebody has said, as a final transcript.
    pub(super) async fn tell(&mut self, role: &str, text: &str) {
        for frame in transcript(role, text) {
            self.send(frame).await;
        }
    }

    pub(super) async fn warn(&mut self, code: &str, message: &str) {
        self.send(frame::warning(code, message)).await;
    }

    /// A warning that one of is enough.
    pub(super) async fn warn_once(&mut self, code: &'static str, message: &str) {
        if self.warned.insert(code) {
            self.warn(code, message).await;
        }
    }

    pub(super) async fn send(&mut self, frame: Vec<u8>) {
        if let Some(socket) = &mut self.socket
            && socket.send_binary(Bytes::from(frame)).await.is_err()
        {
            self.socket = None;
        }
    }

    async fn run(&mut self) -> (&'static str, Closing) {
        while self.socket.is_some() {
            let next = match self.wait().await {
                Woken::Turn(Some(event)) => self.on_turn(event.event).await,
                Woken::Turn(None) => {
                    self.turns.pop_front();
                    self.silent_at = Instant::now() + IDLE;
                    Next::Go
                }
                Woken::Verb(verb) => self.on_verb(verb).await,
                Woken::Order(Some(order)) => self.on_order(order.order).await,
                Woken::Order(None) => ended(self.link.end()),
                Woken::Event(Some(event)) => self.on_event(&event),
                Woken::Event(None) => {
                    // The link says why.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Next::Go
                }
                Woken::Heard(heard) => {
                    self.silent_at = Instant::now() + IDLE;
                    Box::pin(self.on_frame(heard)).await
                }
                Woken::Silent => Next::Over("idle", DONE),
                Woken::End => Next::Over("end_call", DONE),
            };
            if let Next::Over(reason, closing) = next {
                return (reason, closing);
            }
        }
        ("client", DONE)
    }

    /// What comes first in a conversation is told first: words before the call that follows them.
    async fn wait(&mut self) -> Woken {
        let silent_at = self.silent_at;
        let end_at = self.end_at;
        let (turn, socket) = (self.turns.front_mut(), &mut self.socket);
        tokio::select! {
            biased;
            event = next_of(turn) => Woken::Turn(event),
            Some(verb) = self.verbs.recv() => Woken::Verb(verb),
            order = self.link.next() => Woken::Order(order),
            event = self.events.next() => Woken::Event(event.and_then(Result::ok)),
            heard = next_heard(socket) => Woken::Heard(heard),
            () = tokio::time::sleep_until(silent_at) => Woken::Silent,
            () = at(end_at) => Woken::End,
        }
    }

    async fn finish(mut self, reason: &'static str, closing: Closing) {
        self.turns.clear();
        self.send(frame::session_end(reason)).await;
        let (engine, scope, id) = (self.state.engine().clone(), self.admitted.scope, self.id);
        if reason != "shutdown" {
            // Nobody comes back to it: a new socket is a new session.
            let link = self.link;
            link.leave().await;
            if let Err(error) = engine.end_session(scope, id).await {
                tracing::warn!(session = %id, %error, "a session could not be ended");
            }
            drop(self.admitted);
            if let Some(socket) = self.socket {
                socket.close(closing).await;
            }
            return;
        }
        if let Some(socket) = self.socket.take() {
            socket.close(closing).await;
        }
        // Only now: a server that goes down waits for its links to have said goodbye.
        drop(self.link);
    }
}

fn ended(end: Option<LinkEnd>) -> Next {
    match end {
        Some(LinkEnd::Ended(_)) => Next::Over("end_call", DONE),
        Some(LinkEnd::Draining) => Next::Over("shutdown", SHUTDOWN),
        Some(LinkEnd::Revoked) => Next::Over("error", REVOKED),
        _ => Next::Over("error", BROKEN),
    }
}

async fn next_of(turn: Option<&mut mpsc::Receiver<TimedEvent>>) -> Option<TimedEvent> {
    match turn {
        Some(events) => events.recv().await,
        None => std::future::pending().await,
    }
}

async fn next_heard(socket: &mut Option<Socket>) -> Heard {
    match socket {
        Some(socket) => socket.next().await,
        None => Heard::Gone,
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
