//! Reporting over a link: one event after the other, each taken before the next.

use std::sync::Arc;

use hookswitch_session::Event;
use parking_lot::Mutex;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::seat::Bond;
use super::streamed::Begun;
use super::{Asked, LinkEvent, SeatKind};
use crate::Engine;
use crate::error::EngineError;
use crate::session::LiveSession;

/// Why an event was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The link has ended.
    #[error("the link has ended")]
    Over,
    /// Only the other kind of link reports this.
    #[error("not for this kind of link")]
    WrongKind,
    /// More than a link may hold.
    #[error("{0}")]
    TooMuch(&'static str),
    /// No call has begun under this id.
    #[error("no call has begun under this id")]
    NotBegun,
    /// The engine refused it.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What a link and its senders share.
pub(crate) struct Joined {
    pub(crate) engine: Engine,
    pub(crate) session: Arc<LiveSession>,
    pub(crate) seat: SeatKind,
    /// Which holder of the seat this is.
    pub(crate) turn: u64,
    pub(crate) bond: Arc<Bond>,
    pub(crate) begun: Mutex<Begun>,
    /// Held while an event is taken: events count in the order in which they came.
    pub(crate) in_order: tokio::sync::Mutex<()>,
    pub(crate) _token: TaskTrackerToken,
}

/// Reports over a link; cheap to clone.
#[derive(Clone)]
pub struct LinkSender {
    joined: Arc<Joined>,
}

impl std::fmt::Debug for LinkSender {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("LinkSender").field("session", &self.joined.session.id).finish_non_exhaustive()
    }
}

impl LinkSender {
    pub(super) const fn new(joined: Arc<Joined>) -> Self {
        Self { joined }
    }

    /// Reports an event. Returns when it has been taken, which is all the backpressure there is.
    pub async fn send(&self, event: LinkEvent) -> Result<(), LinkError> {
        let _in_order = self.joined.in_order.lock().await;
        self.take(event).await
    }

    /// The same for an event with a number of the sender's own. One that is not above the highest so far was taken
    /// before, perhaps over the link before this one, and is left out.
    pub async fn send_numbered(&self, number: u64, event: LinkEvent) -> Result<(), LinkError> {
        let _in_order = self.joined.in_order.lock().await;
        let joined = &self.joined;
        {
            let mut state = joined.session.state.lock();
            let seat = state.seats.of(joined.seat);
            if joined.bond.reason().is_none() && seat.received.is_some_and(|received| received >= number) {
                return Ok(());
            }
        }
        let taken = self.take(event).await;
        // What was refused was heard, too.
        if !matches!(taken, Err(LinkError::Over)) {
            joined.session.state.lock().seats.of(joined.seat).received = Some(number);
        }
        taken
    }

    async fn take(&self, event: LinkEvent) -> Result<(), LinkError> {
        let joined = &self.joined;
        if joined.bond.reason().is_some() || joined.session.state.lock().ended_at.is_some() {
            return Err(LinkError::Over);
        }
        if event.seat() != joined.seat {
            return Err(LinkError::WrongKind);
        }
        let (engine, session) = (&joined.engine, &joined.session);
        session.state.lock().last_used = std::time::Instant::now();
        match event {
            LinkEvent::Speech(report) => engine.report_of(session, report).await,
            LinkEvent::CannotSpeak { execution } => {
                engine.feed(session, Event::CannotSpeak { call: execution }).await;
            }
            LinkEvent::Call(input) => drop(engine.begin(session, input, None).await?),
            LinkEvent::CallBegan { tool_call_id, name } => joined.begun.lock().begin(tool_call_id, name)?,
            LinkEvent::CallArguments { tool_call_id, delta } => {
                joined.begun.lock().add(&tool_call_id, &delta)?;
            }
            LinkEvent::CallComplete { tool_call_id } => {
                let input = joined.begun.lock().complete(tool_call_id)?;
                engine.begin(session, input, None).await?;
            }
            LinkEvent::CallDropped { tool_call_id } => {
                let had_begun = joined.begun.lock().give_up(&tool_call_id).is_some();
                if !had_begun {
                    engine.feed(session, Event::BrainDropped { tool_call_id }).await;
                }
            }
            LinkEvent::EngineActionDone { id, outcome, detail } => {
                engine.take_answer(session, Asked::EngineAction, id, outcome, detail).await;
            }
            LinkEvent::ToolOutput { id, output, is_error } => {
                let outcome = super::outputs::outcome_of(is_error);
                engine.take_answer(session, Asked::Client, id, outcome, output).await;
            }
        }
        Ok(())
    }
}
