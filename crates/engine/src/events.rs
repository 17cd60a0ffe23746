//! The events of a session: numbered, stored within a second, told live to whoever listens.

use std::collections::VecDeque;
use std::sync::Arc;

use hookswitch_model::event::{EventKind, SessionEvent};
use hookswitch_model::{Scope, SessionId, Stamp};
use serde_json::Value;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::Engine;
use crate::error::EngineError;
use crate::link::LinkOrder;
use crate::session::{LiveSession, State};

/// How long an event may take from its number to the writer.
const HAND_OVER: std::time::Duration = std::time::Duration::from_millis(10);
/// Most events read from the store at once.
const BATCH: u32 = 200;

/// An event as listeners get it while it is new.
#[derive(Debug)]
pub(crate) struct Noted {
    pub(crate) event: SessionEvent,
    /// What it is for a link, where the stored data does not tell all of it.
    pub(crate) order: Option<LinkOrder>,
}

/// Numbers an event under the session's lock; it is stored by the next [`Engine::save_events`].
pub(crate) fn note_event(session: &LiveSession, state: &mut State, kind: EventKind, data: Value) {
    note_order(session, state, kind, data, || None);
}

/// The same with what it is for a link; asked only when somebody listens.
pub(crate) fn note_order(
    session: &LiveSession,
    state: &mut State,
    kind: EventKind,
    data: Value,
    order: impl FnOnce() -> Option<LinkOrder>,
) {
    state.last_seq += 1;
    let event = SessionEvent { session: session.id, seq: state.last_seq, at: Stamp::now(), kind, data };
    if session.live_events.receiver_count() > 0 {
        // Sent under the lock, so that listeners see the order of the numbers.
        let _ = session.live_events.send(Arc::new(Noted { event: event.clone(), order: order() }));
    }
    state.unsaved_events.push_back(event);
}

impl Engine {
    /// Hands noted events to the writer. They enter its queue under the session's lock, in the order of their
    /// numbers: of two tasks that save at once neither overtakes the other, and one that is dropped while it waits
    /// takes nothing along. So a kill cuts the numbers off, but leaves no gap among them.
    pub(crate) async fn save_events(&self, session: &LiveSession) {
        while session.state.lock().has_unsaved() {
            let room = match self.inner.writer.room().await {
                Ok(room) => room,
                Err(error) => {
                    tracing::error!(session = %session.id, %error, "events could not be stored");
                    return;
                }
            };
            let mut state = session.state.lock();
            // The answer before the fact that it was told: a kill in between tells it once more, and does not lose it.
            if let Some(event) = state.unsaved_events.pop_front() {
                room.event(event);
            } else if let Some((act, at)) = state.unsaved_told.pop_front() {
                room.told(act, at);
            }
        }
    }

    /// Waits until everything written so far can be read.
    pub async fn flush(&self) -> Result<(), EngineError> {
        self.inner.writer.flush().await.map_err(EngineError::Ledger)
    }

    pub(crate) async fn append_event(&self, session: &LiveSession, kind: EventKind, data: Value) {
        {
            let mut state = session.state.lock();
            note_event(session, &mut state, kind, data);
        }
        self.save_events(session).await;
    }

    /// The events of a session after a number, in order, then those to come until the session ends.
    pub async fn follow_events(
        &self,
        scope: Scope,
        id: SessionId,
        after: u64,
    ) -> Result<EventStream, EngineError> {
        // Subscribed before the store is read, so that nothing falls between.
        let live = match self.live_session(scope, id).await {
            Ok(session) => Some(session.live_events.subscribe()),
            Err(EngineError::SessionEnded) => None,
            Err(error) => return Err(error),
        };
        let mut stream = EventStream::after(self, scope, id, after, live);
        stream.catch_up().await?;
        Ok(stream)
    }
}

/// Events of one session for one reader. A reader that falls behind is served from the store and misses nothing.
pub struct EventStream {
    engine: Engine,
    scope: Scope,
    id: SessionId,
    last_seq: u64,
    ready: VecDeque<Arc<Noted>>,
    live: Option<broadcast::Receiver<Arc<Noted>>>,
    is_behind: bool,
    /// The highest number that is known to exist.
    known_seq: u64,
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("EventStream").field("session", &self.id).finish_non_exhaustive()
    }
}

impl EventStream {
    /// The events after a number; from the store first.
    pub(crate) fn after(
        engine: &Engine,
        scope: Scope,
        id: SessionId,
        after: u64,
        live: Option<broadcast::Receiver<Arc<Noted>>>,
    ) -> Self {
        Self {
            engine: engine.clone(),
            scope,
            id,
            last_seq: after,
            ready: VecDeque::new(),
            live,
            is_behind: true,
            known_seq: 0,
        }
    }

    /// Nothing was noted since the number that it begins after: the store need not be asked.
    pub(crate) const fn up_to_date(mut self) -> Self {
        self.is_behind = false;
        self
    }

    /// The next event; `None` after the session's last one.
    pub async fn next(&mut self) -> Option<Result<SessionEvent, EngineError>> {
        self.next_noted().await.map(|noted| noted.map(|noted| noted.event.clone()))
    }

    /// The same with what it is for a link. Nothing is lost when the future is dropped.
    pub(crate) async fn next_noted(&mut self) -> Option<Result<Arc<Noted>, EngineError>> {
        loop {
            if let Some(noted) = self.ready.pop_front() {
                self.last_seq = noted.event.seq;
                return Some(Ok(noted));
            }
            if self.is_behind {
                if let Err(error) = self.catch_up().await {
                    return Some(Err(error));
                }
                if !self.ready.is_empty() {
                    continue;
                }
                if self.last_seq < self.known_seq {
                    // Noted and not yet handed to the writer.
                    self.is_behind = true;
                    tokio::time::sleep(HAND_OVER).await;
                    continue;
                }
            }
            match self.live.as_mut()?.recv().await {
                Ok(noted) if noted.event.seq > self.last_seq + 1 => {
                    self.is_behind = true;
                    self.known_seq = noted.event.seq;
                }
                Ok(noted) if noted.event.seq > self.last_seq => {
                    if noted.event.kind == EventKind::SessionEnded {
                        self.live = None;
                    }
                    self.ready.push_back(noted);
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => self.is_behind = true,
                Err(RecvError::Closed) => {
                    self.live = None;
                    self.is_behind = true;
                }
            }
        }
    }

    async fn catch_up(&mut self) -> Result<(), EngineError> {
        self.engine.flush().await?;
        let events = self.engine.inner.store.list_events(self.scope, self.id, self.last_seq, BATCH).await?;
        self.is_behind = events.len() >= BATCH as usize;
        if events.last().is_some_and(|event| event.kind == EventKind::SessionEnded) {
            self.live = None;
        }
        self.ready.extend(events.into_iter().map(|event| Arc::new(Noted { event, order: None })));
        Ok(())
    }
}
