//! A call: its legs, who hears whom, what is asked of it.

mod collect;
mod end;
mod hold;
mod operations;
mod origin;
mod refer;
mod route;
mod state;
mod transfer;
mod warm;

use std::collections::BTreeMap;
use std::sync::Arc;

use hookswitch_telephony::{
    Begun, CallEvent, CallState, CallStatus, Command, EventKind, LegName, LegState, LegStatus, OpResult,
    Refused, Via,
};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::leg::Leg;
use state::{State, Talk};

/// Name of this driver in events.
const DRIVER: &str = "sip";

/// A call.
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) engine: Arc<Engine>,
    /// Whether somebody called us.
    pub(crate) is_inbound: bool,
    /// SIP address of the person.
    pub(crate) person: String,
    /// SIP address that the person called, or is called from.
    pub(crate) own: String,
    /// The call is over or about to be: operations stop.
    pub(crate) gone: CancellationToken,
    state: Mutex<State>,
    /// Number of the last event; held while one is queued, so that they leave in order.
    seq: Mutex<u64>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Call").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Call {
    fn new(engine: &Arc<Engine>, id: String, is_inbound: bool, person: String, own: String) -> Arc<Self> {
        Arc::new(Self {
            id,
            engine: Arc::clone(engine),
            is_inbound,
            person,
            own,
            gone: CancellationToken::new(),
            state: Mutex::default(),
            seq: Mutex::new(0),
        })
    }

    /// Queues an event.
    pub(crate) fn note(&self, operation: Option<&str>, kind: EventKind) {
        let mut seq = self.seq.lock();
        *seq += 1;
        let event = CallEvent {
            call: self.id.clone(),
            seq: *seq,
            time_ms: jiff::Timestamp::now().as_millisecond(),
            driver: DRIVER.to_owned(),
            operation: operation.map(str::to_owned),
            kind,
        };
        self.engine.outbox.add(event);
    }

    pub(crate) fn leg(&self, name: LegName) -> Option<Arc<Leg>> {
        self.state.lock().legs.get(&name).cloned()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.state.lock().has_ended
    }

    /// Whether an operation key was seen.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.state.lock().operations.statuses().iter().any(|status| status.operation == key)
    }

    /// How it stands.
    pub(crate) fn status(&self) -> CallStatus {
        let state = self.state.lock();
        let partners: BTreeMap<LegName, LegName> = state.partners();
        let legs = state.legs.values().map(|leg| LegStatus {
            leg: leg.name,
            state: match () {
                () if leg.name == LegName::Caller && !state.is_answered => LegState::Ringing,
                () if leg.audio.is_held() || state.waits(leg.name) => LegState::Held,
                () => LegState::Up,
            },
            with: partners.get(&leg.name).copied(),
        });
        CallStatus {
            call: self.id.clone(),
            state: match (state.has_ended, state.is_answered) {
                (true, _) => CallState::Ended,
                (false, true) => CallState::Up,
                (false, false) => CallState::Ringing,
            },
            legs: legs.collect(),
            operations: state.operations.statuses(),
        }
    }

    /// Takes a command; what it does runs as a task.
    pub(crate) fn start(self: &Arc<Self>, key: &str, command: &Command) -> Result<Begun, Refused> {
        let stop = {
            let mut state = self.state.lock();
            if state.has_ended && !is_over_but_fine(&state, key, command) {
                return Err(Refused::new("call_ended", "the call has ended"));
            }
            match state.operations.begin(key, command)? {
                // Nothing is left to do, and nothing to tell after the last event.
                Begun::Run if state.has_ended => {
                    state.operations.end(key, OpResult::Done);
                    return Ok(Begun::Ended(OpResult::Done));
                }
                Begun::Run => {}
                other => return Ok(other),
            }
            let stop = self.gone.child_token();
            if command.is_exclusive() {
                state.moving = Some(stop.clone());
            }
            stop
        };
        let (call, key, command) = (Arc::clone(self), key.to_owned(), command.clone());
        tokio::spawn(async move { call.carry_out(key, command, stop).await });
        Ok(Begun::Run)
    }

    /// A key on a leg: to whoever listens for keys, else to the other side of the conversation.
    pub(crate) fn key_heard(&self, leg: LegName, key: char, via: Via) {
        let (is_masked, partner) = {
            let state = self.state.lock();
            let collecting = state.collecting.as_ref().filter(|_| leg == LegName::Caller);
            if let Some(collecting) = collecting {
                let _ = collecting.keys.try_send(key);
            }
            let partner = state.partners().get(&leg).copied().filter(|_| collecting.is_none());
            (collecting.is_some_and(|c| c.is_masked), partner.and_then(|name| state.legs.get(&name).cloned()))
        };
        let digit = if is_masked { 'x' } else { key };
        self.note(None, EventKind::DtmfReceived { leg, digit, via });
        if let (Some(partner), Ok(digits)) = (partner, hookswitch_telephony::Digits::parse(&key.to_string()))
        {
            partner.press(digits);
        }
    }

    /// Nothing was heard for too long.
    pub(crate) fn media_timed_out(self: &Arc<Self>, leg: LegName) {
        tracing::info!(call = self.id, ?leg, "no audio for too long");
        let call = Arc::clone(self);
        tokio::spawn(async move {
            if leg == LegName::Target && call.leg(LegName::Brain).is_some() {
                if let Some(target) = call.leg(leg) {
                    target.hang_up().await;
                }
            } else {
                call.end(hookswitch_telephony::EndedBy::Engine, "media_timeout").await;
            }
        });
    }

    fn talk(&self, talk: Talk) {
        let mut state = self.state.lock();
        state.talk = talk;
        route::route(&state, &self.engine.settings);
    }
}

/// Ending what has ended, and asking again for what was asked before.
fn is_over_but_fine(state: &State, key: &str, command: &Command) -> bool {
    matches!(command, Command::EndCall(_))
        || state.operations.statuses().iter().any(|status| status.operation == key)
}
