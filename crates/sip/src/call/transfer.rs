//! Transfers: hand the call away, or call the target and connect.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_media::verdict::Guess;
use hookswitch_telephony::{
    CallerId, CallerNow, EndedBy, EventKind, Failure, LegName, Mode, OnFailure, OpResult, SentCallerId,
    Target, Transfer, TransferMode, Verdict,
};
use tokio_util::sync::CancellationToken;

use super::Call;
use super::operations::gone;
use super::refer::ReferEnd;
use super::state::Talk;
use crate::address;
use crate::leg::{DialFailed, Dialling, Identity, Leg, dial};

/// How long a guess about who answered is waited for; without one the target is connected anyway.
const VERDICT_TIME: Duration = Duration::from_secs(7);
/// Most places that a 3xx may send us to.
const MOST_HOPS: usize = 3;

/// Why a target that answered is not connected.
enum Unfit {
    Voicemail,
    NoEvents,
    HungUp,
}

impl Call {
    pub(super) async fn transfer(
        self: &Arc<Self>,
        key: &str,
        transfer: &Transfer,
        stop: &CancellationToken,
    ) -> OpResult {
        if self.leg(LegName::Caller).is_none() {
            return gone();
        }
        let is_refer = match transfer.mode {
            TransferMode::Refer => true,
            TransferMode::Bridge => false,
            TransferMode::Auto => !transfer.wants_bridge(),
        };
        if is_refer && let Some(target) = transfer.targets.first() {
            let end = self.refer_to(key, target, stop).await;
            // Bridging after a 202 could reach the target twice.
            let falls_back = transfer.mode == TransferMode::Auto && matches!(end, ReferEnd::Refused(_));
            if !falls_back {
                return self.after_refer(end, target, &transfer.caller_id);
            }
        }
        let result = self.bridge(key, transfer, stop).await;
        if let OpResult::Failed { caller: CallerNow::WithAgent, .. } = result {
            match transfer.on_failure {
                OnFailure::Return => self.talk(Talk::Agent),
                OnFailure::End => {
                    let call = Arc::clone(self);
                    tokio::spawn(async move { call.end(EndedBy::Operation, "transfer_failed").await });
                }
            }
        }
        result
    }

    /// Tries targets in order, each as often as asked for.
    async fn bridge(self: &Arc<Self>, key: &str, transfer: &Transfer, stop: &CancellationToken) -> OpResult {
        let hold = self.source(&transfer.hold).await;
        self.talk(Talk::Waiting(hold));
        let mut last = OpResult::failed(Failure::Failed, None);
        for target in &transfer.targets {
            let dials = transfer.again.map_or(1, |again| again.dials);
            for dialled in 1..=dials {
                let identity = self.identity(&transfer.caller_id);
                let ring = Duration::from_millis(u64::from(transfer.ring_timeout_ms));
                match self.call_target(target, &identity, ring, stop).await {
                    Ok(leg) => match self.prepare(key, transfer, &leg).await {
                        Ok(verdict) => return self.connect(transfer, target, identity, verdict).await,
                        Err(unfit) => {
                            last = self.unfit(unfit, &leg).await;
                            break;
                        }
                    },
                    Err(failed) => {
                        last = self.not_reached(&failed);
                        if matches!(failed.why, Failure::Cancelled | Failure::CallerGone) {
                            return last;
                        }
                        if failed.why != Failure::NoAnswer || dialled == dials {
                            break;
                        }
                    }
                }
                let wait = transfer.again.map_or(0, |again| again.wait_ms);
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(u64::from(wait))) => {}
                    () = stop.cancelled() => return self.stopped(),
                }
            }
        }
        last
    }

    /// Calls a target; follows it elsewhere only where calls may go.
    pub(super) async fn call_target(
        self: &Arc<Self>,
        target: &Target,
        identity: &Identity,
        ring: Duration,
        stop: &CancellationToken,
    ) -> Result<Arc<Leg>, DialFailed> {
        let mut target = target.clone();
        for _ in 0..MOST_HOPS {
            let address = self.engine.finder.of(&target).await.map_err(|error| {
                tracing::info!(%error, "a target has no address");
                DialFailed::new(Failure::Unreachable, None)
            })?;
            let dialling = Dialling {
                leg: LegName::Target,
                address,
                identity: identity.clone(),
                headers: Vec::new(),
                ring,
            };
            let failed = match dial(self, dialling, stop).await {
                Ok(leg) => {
                    if !self.join(Arc::clone(&leg)).await {
                        return Err(DialFailed::new(Failure::CallerGone, None));
                    }
                    self.note(None, EventKind::LegAnswered { leg: LegName::Target });
                    return Ok(leg);
                }
                Err(failed) => failed,
            };
            let elsewhere = failed.elsewhere.as_deref().and_then(|text| Target::parse(text).ok());
            match elsewhere {
                Some(next) if self.engine.settings.destinations.admits(&next).is_ok() => target = next,
                Some(_) => return Err(DialFailed::new(Failure::Forbidden, failed.code)),
                None => return Err(failed),
            }
        }
        Err(DialFailed::new(Failure::Unreachable, None))
    }

    /// After the answer: who is it, and the digits.
    async fn prepare(
        &self,
        key: &str,
        transfer: &Transfer,
        leg: &Arc<Leg>,
    ) -> Result<Option<Verdict>, Unfit> {
        let mut verdict = None;
        if transfer.detect_voicemail {
            let judged = tokio::select! {
                judged = tokio::time::timeout(VERDICT_TIME, leg.audio.port.judge()) => judged.ok().flatten(),
                () = leg.over.cancelled() => return Err(Unfit::HungUp),
                () = self.gone.cancelled() => return Err(Unfit::HungUp),
            };
            let (guess, at_ms) = judged.unwrap_or((Guess::Unknown, 6_000));
            let guess = verdict_of(guess);
            self.note(Some(key), EventKind::VoicemailVerdict { verdict: guess, at_ms });
            if matches!(guess, Verdict::Machine | Verdict::MachineEndBeep | Verdict::Tone) {
                return Err(Unfit::Voicemail);
            }
            verdict = Some(guess);
        }
        if let Some(digits) = &transfer.post_digits {
            let sent = tokio::select! {
                sent = leg.audio.port.send_digits(digits.clone(), 100, 100) => sent,
                () = leg.over.cancelled() => return Err(Unfit::HungUp),
            };
            let count = sent.map_err(|_| Unfit::NoEvents)?;
            self.note(Some(key), EventKind::DtmfSent { leg: LegName::Target, count });
        }
        Ok(verdict)
    }

    async fn connect(
        self: &Arc<Self>,
        transfer: &Transfer,
        target: &Target,
        identity: Identity,
        verdict: Option<Verdict>,
    ) -> OpResult {
        if self.leg(LegName::Target).is_none() {
            return OpResult::failed(Failure::Failed, None);
        }
        self.talk(Talk::Bridged { agent_stays: transfer.keep_agent });
        if !transfer.keep_agent {
            self.release(LegName::Brain).await;
        }
        OpResult::Connected {
            mode: Mode::Bridge,
            target: target.clone(),
            caller_id: SentCallerId { requested: transfer.caller_id.clone(), sent: Some(identity.from) },
            verdict,
            digits_sent: transfer.post_digits.clone(),
        }
    }

    async fn unfit(&self, unfit: Unfit, leg: &Arc<Leg>) -> OpResult {
        self.drop_target(leg).await;
        if self.gone.is_cancelled() {
            return gone();
        }
        OpResult::failed(
            match unfit {
                Unfit::Voicemail => Failure::Voicemail,
                Unfit::NoEvents => Failure::DtmfNotNegotiated,
                Unfit::HungUp => Failure::Failed,
            },
            None,
        )
    }

    pub(super) fn not_reached(&self, failed: &DialFailed) -> OpResult {
        let caller = if self.gone.is_cancelled() { CallerNow::Gone } else { CallerNow::WithAgent };
        // What stops when the caller goes was cancelled, not refused.
        let why = if caller == CallerNow::Gone { Failure::Cancelled } else { failed.why };
        OpResult::Failed { why, code: failed.code, caller, rang_ms: failed.rang_ms }
    }

    fn stopped(&self) -> OpResult {
        self.not_reached(&DialFailed::new(Failure::Cancelled, None))
    }

    /// Whose number the target is shown. The agent always vouches for it (P-Asserted-Identity).
    pub(super) fn identity(&self, caller_id: &CallerId) -> Identity {
        let engine = &self.engine;
        let host = engine.settings.trunk.as_ref().map_or_else(|| engine.host(), |trunk| trunk.host.clone());
        let agent = engine.settings.agent.number.as_ref().map_or_else(
            || if self.own.starts_with("sip:") { self.own.clone() } else { format!("sip:agent@{host}") },
            |number| address::of_number(number, &host),
        );
        let from = match caller_id {
            CallerId::Agent => agent.clone(),
            CallerId::Caller => self.person_uri(),
            CallerId::Explicit(number) => address::of_number(number, &host),
        };
        Identity { from, asserted: Some(agent) }
    }
}

fn verdict_of(guess: Guess) -> Verdict {
    match guess {
        Guess::Human => Verdict::Human,
        Guess::Machine => Verdict::Machine,
        Guess::Tone => Verdict::Tone,
        Guess::Silence => Verdict::Silence,
        Guess::Unknown => Verdict::Unknown,
    }
}
