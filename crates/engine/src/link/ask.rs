//! Asking the other side of a link to do something, and waiting for what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_model::event::EventKind;
use hookswitch_model::{ActId, ExecutionId, Outcome};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{LinkOrder, SeatKind};
use crate::Engine;
use crate::events::{note_event, note_order};
use crate::session::LiveSession;

/// Who is asked for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The app: to carry out a client tool.
    Client,
    /// The runtime: to do something with the call.
    EngineAction,
}

impl Asked {
    pub(crate) const fn seat(self) -> SeatKind {
        match self {
            Self::Client => SeatKind::App,
            Self::EngineAction => SeatKind::Runtime,
        }
    }
}

/// Something to be done on the other side.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) asked: Asked,
    pub(crate) execution: ExecutionId,
    pub(crate) act: ActId,
    pub(crate) tool_call_id: String,
    /// The function, or the action.
    pub(crate) name: String,
    /// The arguments, or the parameters.
    pub(crate) params: Value,
    /// How long the caller waits, as the other side is told.
    pub(crate) timeout: Duration,
    /// Nobody listens after this.
    pub(crate) until: Instant,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum AskEnd {
    /// The other side has answered.
    Answered { outcome: Outcome, detail: Value },
    /// The other side is gone for good.
    Gone { was_sent: bool },
    /// Nothing came in time.
    TimedOut { was_sent: bool },
}

/// An ask without an answer.
#[derive(Debug)]
pub(crate) struct OpenAsk {
    pub(crate) asked: Asked,
    /// Given again to a side that comes back and has not seen it.
    pub(crate) order: LinkOrder,
    reply: oneshot::Sender<AskEnd>,
}

impl OpenAsk {
    /// Ends it; whoever waited may have given up.
    pub(crate) fn end(self, end: AskEnd) {
        let _ = self.reply.send(end);
    }
}

/// Whether somebody can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Here,
    Gone,
    TimedOut,
}

impl Engine {
    /// Waits until a side is there: as long as a lost one may take to come back, and not after `until`.
    pub(crate) async fn await_seat(&self, session: &LiveSession, kind: SeatKind, until: Instant) -> Presence {
        let patience = Instant::now() + self.inner.settings.link_grace;
        let (deadline, end) =
            if patience < until { (patience, Presence::Gone) } else { (until, Presence::TimedOut) };
        loop {
            let mut changed = std::pin::pin!(session.seats_changed.notified());
            changed.as_mut().enable();
            {
                let mut state = session.state.lock();
                let seat = state.seats.of(kind);
                if seat.bond.is_some() {
                    return Presence::Here;
                }
                if seat.is_gone {
                    return Presence::Gone;
                }
            }
            if tokio::time::timeout_at(deadline.into(), changed).await.is_err() {
                return end;
            }
        }
    }

    /// Asks, and waits for what comes of it. When the waiting future is dropped the app is told that the output is not
    /// needed any more.
    pub(crate) async fn ask(&self, session: &Arc<LiveSession>, ask: Ask) -> AskEnd {
        let (asked, execution, until) = (ask.asked, ask.execution, ask.until);
        let order = order_of(ask);
        loop {
            match self.await_seat(session, asked.seat(), until).await {
                Presence::Here => {}
                Presence::Gone => return AskEnd::Gone { was_sent: false },
                Presence::TimedOut => return AskEnd::TimedOut { was_sent: false },
            }
            // None: lost again in between.
            let Some(answer) = put(session, asked, execution, &order) else { continue };
            let _guard = Guard { engine: self, session, execution };
            self.save_events(session).await;
            return match tokio::time::timeout_at(until.into(), answer).await {
                Ok(Ok(end)) => end,
                Ok(Err(_)) | Err(_) => AskEnd::TimedOut { was_sent: true },
            };
        }
    }
}

/// Puts an order out, if there is somebody to take it.
fn put(
    session: &LiveSession,
    asked: Asked,
    execution: ExecutionId,
    order: &LinkOrder,
) -> Option<oneshot::Receiver<AskEnd>> {
    let mut state = session.state.lock();
    state.seats.of(asked.seat()).bond.as_ref()?;
    let (reply, answer) = oneshot::channel();
    state.asks.insert(execution, OpenAsk { asked, order: order.clone(), reply });
    let (kind, data) = event_of(order);
    note_order(session, &mut state, kind, data, || Some(order.clone()));
    Some(answer)
}

fn order_of(ask: Ask) -> LinkOrder {
    let timeout_ms = u64::try_from(ask.timeout.as_millis()).unwrap_or(u64::MAX);
    match ask.asked {
        Asked::Client => LinkOrder::ToolCall {
            id: ask.execution,
            idempotency_key: ask.act,
            tool_call_id: ask.tool_call_id,
            tool: ask.name,
            arguments: ask.params,
            timeout_ms,
        },
        Asked::EngineAction => LinkOrder::EngineAction {
            id: ask.execution,
            idempotency_key: ask.act,
            action: ask.name,
            params: ask.params,
            timeout_ms,
        },
    }
}

/// The event tells that it was asked, not with what: arguments are in the record, redacted.
fn event_of(order: &LinkOrder) -> (EventKind, Value) {
    match order {
        LinkOrder::ToolCall { id, tool_call_id, tool, .. } => {
            let data = json!({"execution_id": id, "tool_call_id": tool_call_id, "tool": tool});
            (EventKind::ClientCall, data)
        }
        LinkOrder::EngineAction { id, action, .. } => {
            (EventKind::EngineAction, json!({"execution_id": id, "action": action}))
        }
        _ => (EventKind::Warning, Value::Null),
    }
}

/// Takes an ask back that nobody waits for any more.
struct Guard<'a> {
    engine: &'a Engine,
    session: &'a Arc<LiveSession>,
    execution: ExecutionId,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let mut state = self.session.state.lock();
        let Some(ask) = state.asks.remove(&self.execution) else { return };
        if ask.asked != Asked::Client || state.ended_at.is_some() {
            return;
        }
        let data = json!({"execution_id": self.execution});
        note_event(self.session, &mut state, EventKind::ClientCancelled, data);
        drop(state);
        let (engine, session) = (self.engine.clone(), Arc::clone(self.session));
        if let Ok(handle) = tokio::runtime::Handle::try_current() {
            let tracked =
                self.engine.inner.tasks.track_future(async move { engine.save_events(&session).await });
            handle.spawn(tracked);
        }
    }
}
