//! Links end: lost ones may come back for a while, others are gone for good.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_model::event::EventKind;
use hookswitch_session::Event;
use serde_json::json;

use super::sender::Joined;
use super::{AskEnd, Asked, LinkEnd, SeatKind};
use crate::Engine;
use crate::events::note_event;
use crate::session::{LiveSession, State};

/// How long links may take to say goodbye at shutdown.
const GOODBYE: Duration = Duration::from_secs(1);

impl Engine {
    /// A link was dropped: its side may come back in time.
    pub(super) fn lose(&self, joined: &Joined) {
        if !Self::vacate(joined, "lost") {
            return;
        }
        let (engine, session) = (self.clone(), Arc::clone(&joined.session));
        let (seat, turn) = (joined.seat, joined.turn);
        // Outside of a runtime nothing more happens to the session anyway.
        let Ok(handle) = tokio::runtime::Handle::try_current() else { return };
        let weak = Arc::downgrade(&session);
        let saving = engine.clone();
        handle.spawn(self.inner.tasks.track_future(async move { saving.save_events(&session).await }));
        handle.spawn(async move {
            tokio::time::sleep(engine.inner.settings.link_grace).await;
            if let Some(session) = weak.upgrade() {
                engine.give_seat_up(&session, seat, turn).await;
            }
        });
    }

    /// A link leaves for good.
    pub(super) async fn leave(&self, joined: &Joined) {
        if Self::vacate(joined, "left") {
            self.give_seat_up(&joined.session, joined.seat, joined.turn).await;
        }
    }

    /// Frees the seat of a link; `false` when a newer one has it.
    fn vacate(joined: &Joined, why: &'static str) -> bool {
        let mut state = joined.session.state.lock();
        let seat = state.seats.of(joined.seat);
        if seat.turn != joined.turn || seat.bond.take().is_none() {
            return false;
        }
        note_closed(&joined.session, &mut state, joined.seat, why);
        true
    }

    /// Nobody has come back: the side is gone for good.
    async fn give_seat_up(&self, session: &Arc<LiveSession>, kind: SeatKind, turn: u64) {
        {
            let mut state = session.state.lock();
            let seat = state.seats.of(kind);
            if seat.turn != turn || seat.bond.is_some() || std::mem::replace(&mut seat.is_gone, true) {
                return;
            }
            if state.ended_at.is_none() {
                match kind {
                    SeatKind::App => self.step(session, &mut state, Event::AppGone),
                    SeatKind::Runtime => {
                        let event = Event::Reports { speech: false, turns: false };
                        self.step(session, &mut state, event);
                        let of_runtime = |asked: Asked| asked == Asked::EngineAction;
                        for (_, ask) in state.asks.extract_if(|_, ask| of_runtime(ask.asked)) {
                            ask.end(AskEnd::Gone { was_sent: true });
                        }
                    }
                }
            }
        }
        session.seats_changed.notify_waiters();
        self.save_events(session).await;
    }

    /// Tells all links to come back later, and gives them a moment to say so.
    pub(crate) async fn close_links(&self) {
        for session in self.inner.sessions.all() {
            {
                let mut state = session.state.lock();
                for kind in [SeatKind::Runtime, SeatKind::App] {
                    if let Some(bond) = state.seats.of(kind).bond.take() {
                        bond.end(LinkEnd::Draining);
                        note_closed(&session, &mut state, kind, "draining");
                    }
                }
            }
            self.save_events(&session).await;
        }
        self.inner.links.close();
        // Whoever takes longer finds the connection cut and comes back all the same.
        let _ = tokio::time::timeout(GOODBYE, self.inner.links.wait()).await;
    }

    /// Ends the links of a session that is no longer this server's.
    pub(crate) fn cut_links(session: &LiveSession) {
        let state = session.state.lock();
        state.seats.bonds().for_each(|(_, bond)| bond.end(LinkEnd::Lost));
    }
}

fn note_closed(session: &LiveSession, state: &mut State, kind: SeatKind, why: &'static str) {
    // A session that has ended has had its last event.
    if state.ended_at.is_none() {
        let received = state.seats.of(kind).received;
        let data = json!({"link": kind.as_str(), "why": why, "received": received});
        note_event(session, state, EventKind::LinkClosed, data);
    }
}
