//! How a call begins: somebody calls, or we do.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_telephony::{
    CallerId, EndedBy, EventKind, Failure, LegName, OpResult, Originate, SentCallerId, Target,
};
use rsipstack::sip::{Header, HeadersExt as _, Request, StatusCode};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::operations::gone;
use super::{Call, route};
use crate::address;
use crate::engine::Engine;
use crate::leg::{Dialling, Identity, Leg, dial};

/// How long the voice runtime may ring.
const BRAIN_RINGS: Duration = Duration::from_secs(20);
/// How long the ACK of a caller is waited for before the call counts as standing.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(5);
/// The header by which the runtime and its session find the call.
const CALL_HEADER: &str = "X-Tool-Call";

impl Call {
    /// A call that comes in.
    pub(crate) fn inbound(engine: &Arc<Engine>, request: &Request) -> Arc<Self> {
        let uri = |value: Option<String>| {
            let value = value.unwrap_or_default();
            let inner = value.split_once('<').map_or(value.as_str(), |(_, rest)| rest);
            inner.split(['>', ';']).next().unwrap_or(inner).trim().to_owned()
        };
        let person = uri(request.from_header().ok().map(|from| from.value().to_owned()));
        let own = uri(request.to_header().ok().map(|to| to.value().to_owned()));
        let id = format!("call_{}", uuid::Uuid::now_v7().simple());
        Self::new(engine, id, true, person, own)
    }

    /// A call that we place.
    pub(crate) fn outbound(engine: &Arc<Engine>, id: &str, originate: &Originate) -> Arc<Self> {
        let own = originate.from.as_ref().or(engine.settings.agent.number.as_ref());
        let own = own.map_or_else(
            || format!("sip:agent@{}", engine.host()),
            |number| address::of_number(number, &engine.host()),
        );
        Self::new(engine, id.to_owned(), false, originate.target.to_string(), own)
    }

    /// Answers somebody who calls: rings, fetches the voice runtime, connects the two.
    pub(crate) async fn welcome(self: Arc<Self>, caller: Arc<Leg>, offer: Vec<u8>) {
        tracing::info!(call = self.id, "a call came in");
        self.note(None, EventKind::Incoming { from: self.person.clone(), to: self.own.clone() });
        let refuse = |status: StatusCode| {
            if let Err(error) = caller.dialog.reject(Some(status), None) {
                tracing::debug!(%error, "a call could not be refused");
            }
        };
        let Ok(answer) = caller.audio.answer(&offer) else {
            refuse(StatusCode::NotAcceptableHere);
            return self.end(EndedBy::Engine, "no_common_audio").await;
        };
        self.state.lock().legs.insert(LegName::Caller, Arc::clone(&caller));
        let _ = caller.dialog.ringing(None, None);
        if !self.fetch_brain().await {
            // The refusal ends the dialog; the caller has no leg to hang up on.
            self.state.lock().legs.remove(&LegName::Caller);
            refuse(StatusCode::ServiceUnavailable);
            return self.end(EndedBy::Engine, "agent_unavailable").await;
        }
        let headers = vec![Header::ContentType("application/sdp".into())];
        if let Err(error) = caller.dialog.accept(Some(headers), Some(answer)) {
            tracing::info!(%error, "a call could not be answered");
            return self.end(EndedBy::Engine, "not_answered").await;
        }
        self.connect_audio();
        acknowledged(&caller).await;
        self.stands();
    }

    /// Calls somebody and connects them with the voice runtime.
    pub(super) async fn originate(
        self: &Arc<Self>,
        originate: &Originate,
        stop: &CancellationToken,
    ) -> OpResult {
        let address = match self.engine.finder.of(&originate.target).await {
            Ok(address) => address,
            Err(error) => {
                tracing::info!(%error, "a call can't be placed");
                return OpResult::failed(Failure::Unreachable, None);
            }
        };
        let dialling = Dialling {
            leg: LegName::Caller,
            address,
            identity: Identity { from: self.own.clone(), asserted: Some(self.own.clone()) },
            headers: Vec::new(),
            ring: Duration::from_millis(u64::from(originate.ring_timeout_ms)),
        };
        let leg = match dial(self, dialling, stop).await {
            Ok(leg) => leg,
            Err(failed) => return OpResult::failed(failed.why, failed.code),
        };
        if !self.join(leg).await {
            return gone();
        }
        if !self.fetch_brain().await {
            self.release(LegName::Caller).await;
            return OpResult::failed(Failure::Unreachable, None);
        }
        self.stands();
        OpResult::Connected {
            mode: hookswitch_telephony::Mode::Bridge,
            target: originate.target.clone(),
            caller_id: SentCallerId { requested: CallerId::Agent, sent: Some(self.own.clone()) },
            verdict: None,
            digits_sent: None,
        }
    }

    /// Calls the voice runtime, where there is one.
    async fn fetch_brain(self: &Arc<Self>) -> bool {
        let settings = &self.engine.settings;
        let Some(Ok(target)) = settings.agent.uri.as_deref().map(Target::parse) else { return true };
        let address = match self.engine.finder.of(&target).await {
            Ok(address) => address,
            Err(error) => {
                tracing::error!(%error, "the voice runtime's address can't be used");
                return false;
            }
        };
        let dialling = Dialling {
            leg: LegName::Brain,
            address,
            identity: Identity { from: self.person_uri(), asserted: None },
            headers: vec![Header::Other(CALL_HEADER.to_owned(), self.id.clone())],
            ring: BRAIN_RINGS,
        };
        match dial(self, dialling, &self.gone).await {
            Ok(leg) => {
                self.note(None, EventKind::LegAnswered { leg: LegName::Brain });
                self.join(leg).await
            }
            Err(failed) => {
                tracing::warn!(call = self.id, ?failed, "the voice runtime does not answer");
                false
            }
        }
    }

    /// Adds a leg; one that comes after the end is hung up on.
    pub(super) async fn join(self: &Arc<Self>, leg: Arc<Leg>) -> bool {
        let is_late = {
            let mut state = self.state.lock();
            let is_over = state.ended_early.contains(&leg.serial);
            let is_late = state.has_ended || is_over || leg.over.is_cancelled();
            if !is_late {
                state.legs.insert(leg.name, Arc::clone(&leg));
            }
            is_late
        };
        if is_late {
            leg.hang_up().await;
        }
        !is_late
    }

    fn connect_audio(&self) {
        let mut state = self.state.lock();
        state.is_answered = true;
        route::route(&state, &self.engine.settings);
    }

    /// Both sides are there.
    fn stands(self: &Arc<Self>) {
        self.connect_audio();
        self.note(None, EventKind::Answered);
        let call = Arc::clone(self);
        let longest = Duration::from_secs(self.engine.settings.limits.longest_call_s);
        tokio::spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(longest) => call.end(EndedBy::Engine, "too_long").await,
                () = call.gone.cancelled() => {}
            }
        });
    }

    /// The person as a SIP address that can stand in From.
    pub(super) fn person_uri(&self) -> String {
        let host = self.engine.host();
        match self.person.strip_prefix("sip:") {
            Some(_) => self.person.clone(),
            None if self.person.starts_with('+') => format!("sip:{}@{host}", self.person),
            None => format!("sip:anonymous@{host}"),
        }
    }
}

/// Waits until the caller has acknowledged the answer: nothing may be asked of its phone before.
async fn acknowledged(caller: &Leg) {
    let until = Instant::now() + ACKNOWLEDGED_WITHIN;
    while Instant::now() < until && !caller.over.is_cancelled() && !caller.dialog.state().is_confirmed() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
