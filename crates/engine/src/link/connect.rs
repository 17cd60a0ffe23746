//! Joining a session.

use std::sync::Arc;
use std::time::Instant;

use hookswitch_model::event::{EventKind, SessionEvent};
use hookswitch_model::{Scope, SessionId};
use hookswitch_session::Event;
use serde_json::{Value, json};

use super::seat::Bond;
use super::sender::Joined;
use super::{Link, LinkEnd, LinkKind, Position, Resumed, SeatKind, Welcome};
use crate::error::EngineError;
use crate::events::{EventStream, note_event};
use crate::session::LiveSession;
use crate::{Engine, ToolView};

/// Stored events that are looked through for what a link before was heard with.
const LOOKED_THROUGH: u32 = 200;

impl Engine {
    /// Joins a session, where `resume` says so after what has been seen before. One link of each kind: the newest has
    /// the place, the one before ends with [`LinkEnd::Replaced`].
    pub async fn connect(
        &self,
        scope: Scope,
        id: SessionId,
        kind: LinkKind,
        resume: Option<Position>,
    ) -> Result<Link, EngineError> {
        if self.is_draining() {
            return Err(EngineError::Draining);
        }
        let session = self.live_session(scope, id).await?;
        let resumed = self.resume_at(&session, resume).await?;
        let heard = match resume {
            Some(_) => self.heard_before(&session, kind.seat()).await?,
            None => None,
        };
        let tools = self.offered(&session).await;
        let link = self.join(&session, kind, resume, (resumed, heard), tools)?;
        session.seats_changed.notify_waiters();
        self.save_events(&session).await;
        Ok(link)
    }

    fn join(
        &self,
        session: &Arc<LiveSession>,
        kind: LinkKind,
        resume: Option<Position>,
        (resumed, heard): (Resumed, Option<u64>),
        tools: Vec<ToolView>,
    ) -> Result<Link, EngineError> {
        let bond = Arc::new(Bond::default());
        let mut state = session.state.lock();
        if state.ended_at.is_some() {
            return Err(EngineError::SessionEnded);
        }
        state.last_used = Instant::now();
        let (before, live) = (state.last_seq, session.live_events.subscribe());
        let seat = state.seats.of(kind.seat());
        if let Some(earlier) = seat.bond.replace(Arc::clone(&bond)) {
            earlier.end(LinkEnd::Replaced);
        }
        seat.turn += 1;
        seat.is_gone = false;
        seat.received = resume.and_then(|_| seat.received.or(heard));
        let (turn, received) = (seat.turn, seat.received);
        let after = match (resume, resumed) {
            (_, Resumed::Cut { from }) => from,
            (Some(position), _) => position.seq.min(before),
            (None, _) => before,
        };
        note_event(
            session,
            &mut state,
            EventKind::LinkOpened,
            json!({"link": kind.as_str(), "after": after}),
        );
        if let LinkKind::Runtime(reports) = kind {
            let event = Event::Reports { speech: reports.speech, turns: reports.turns };
            self.step(session, &mut state, event);
        }
        let (may_call_tools, may_interrupt) = state.machine.permissions();
        let position = Position { epoch: session.epoch, seq: state.last_seq };
        drop(state);
        let stream = EventStream::after(self, session.scope, session.id, after, Some(live));
        Ok(Link {
            joined: Arc::new(Joined {
                engine: self.clone(),
                session: Arc::clone(session),
                seat: kind.seat(),
                turn,
                bond,
                begun: parking_lot::Mutex::default(),
                in_order: tokio::sync::Mutex::default(),
                _token: self.inner.links.token(),
            }),
            welcome: Welcome { position, resumed, received, tools, may_call_tools, may_interrupt },
            stream: if after == before { stream.up_to_date() } else { stream },
            pending: None,
            has_caught_up: false,
        })
    }

    /// What a position is worth: numbers that were given in a life that was cut short are given anew in the next.
    async fn resume_at(
        &self,
        session: &LiveSession,
        resume: Option<Position>,
    ) -> Result<Resumed, EngineError> {
        let Some(position) = resume else { return Ok(Resumed::Fresh) };
        let last = session.state.lock().last_seq;
        if position.epoch > session.epoch || position.epoch == session.epoch && position.seq > last {
            let message = "there has been no such position in this session";
            return Err(EngineError::finding("$.after", "unknown_position", message));
        }
        if position.epoch == session.epoch {
            return Ok(Resumed::Complete);
        }
        let ended_at = self.inner.store.epoch_began_after(session.id, position.epoch + 1).await?;
        let kept = ended_at.unwrap_or(last).min(last);
        Ok(if position.seq > kept { Resumed::Cut { from: kept } } else { Resumed::Complete })
    }

    /// With which number a link of this kind was last heard, where this server does not remember: it was written when
    /// the link closed, unless the server was killed.
    async fn heard_before(&self, session: &LiveSession, seat: SeatKind) -> Result<Option<u64>, EngineError> {
        let last = {
            let mut state = session.state.lock();
            let seat = state.seats.of(seat);
            if seat.received.is_some() || seat.turn > 0 {
                return Ok(seat.received);
            }
            state.last_seq
        };
        self.flush().await?;
        let after = last.saturating_sub(u64::from(LOOKED_THROUGH));
        let events = self.inner.store.list_events(session.scope, session.id, after, LOOKED_THROUGH).await?;
        let of_seat = |event: &&SessionEvent| {
            matches!(event.kind, EventKind::LinkOpened | EventKind::LinkClosed)
                && event.data.get("link").and_then(Value::as_str) == Some(seat.as_str())
        };
        let closed = events.iter().rfind(of_seat).filter(|event| event.kind == EventKind::LinkClosed);
        Ok(closed.and_then(|event| event.data.get("received").and_then(Value::as_u64)))
    }
}
