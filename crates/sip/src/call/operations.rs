//! Carrying out a command to its end.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_telephony::{CallerNow, Command, EndedBy, EventKind, Failure, LegName, OpResult, SendDtmf};
use tokio_util::sync::CancellationToken;

use super::Call;

impl Call {
    /// Carries a command out; its result is known before anybody hears of it.
    pub(super) async fn carry_out(self: Arc<Self>, key: String, command: Command, stop: CancellationToken) {
        let result = match &command {
            Command::Transfer(transfer) => self.transfer(&key, transfer, &stop).await,
            Command::Consult(consult) => self.consult(&key, consult, &stop).await,
            Command::Complete(complete) => self.complete(&key, *complete, &stop).await,
            Command::Abort => self.abort(&key).await,
            Command::SendDtmf(send) => self.send_dtmf(&key, send).await,
            Command::Collect(collect) => self.collect(collect).await,
            Command::PlayHold(play) => self.play_hold(&key, play).await,
            Command::EndCall(end) => {
                tracing::info!(call = self.id, reason = end.reason, "the agent ends the call");
                self.hang_up_all().await;
                OpResult::Done
            }
            Command::Wait(wait) => {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(u64::from(wait.ms))) => OpResult::Done,
                    () = self.gone.cancelled() => gone(),
                }
            }
            Command::Originate(originate) => self.originate(originate, &stop).await,
        };
        self.tell(&key, &command, result);
        match command {
            Command::EndCall(_) => self.end(EndedBy::Operation, "end_call").await,
            // A call that never came about is over.
            Command::Originate(_) if self.leg(LegName::Caller).is_none() => {
                self.end(EndedBy::Engine, "not_answered").await;
            }
            _ => {}
        }
    }

    fn tell(&self, key: &str, command: &Command, result: OpResult) {
        let is_transfer = matches!(command, Command::Transfer(_) | Command::Complete(_));
        let is_first = {
            let mut state = self.state.lock();
            if command.is_exclusive() {
                state.moving = None;
            }
            state.operations.end(key, result.clone())
        };
        if !is_first {
            return;
        }
        let news = match &result {
            _ if !is_transfer => None,
            OpResult::Failed { code, .. } => Some(EventKind::TransferFailed { code: *code }),
            OpResult::Unknown { .. } => Some(EventKind::TransferUnknown),
            _ => Some(EventKind::TransferConnected),
        };
        if let Some(news) = news {
            self.note(Some(key), news);
        }
        self.note(Some(key), EventKind::OperationEnded { result });
    }

    async fn send_dtmf(&self, key: &str, send: &SendDtmf) -> OpResult {
        let name = send.leg.unwrap_or(LegName::Caller);
        let Some(leg) = self.leg(name) else { return gone() };
        if !leg.audio.has_events() {
            return OpResult::failed(Failure::DtmfNotNegotiated, None);
        }
        let sent = leg.audio.port.send_digits(send.digits.clone(), send.duration_ms, send.gap_ms);
        let sent = tokio::select! {
            sent = sent => sent,
            () = leg.over.cancelled() => return gone(),
        };
        match sent {
            Ok(count) => {
                self.note(Some(key), EventKind::DtmfSent { leg: name, count });
                OpResult::DigitsSent { count }
            }
            Err(_) => OpResult::failed(Failure::DtmfNotNegotiated, None),
        }
    }

    /// Withdraws what rings, or ends a consultation: the caller is back with the agent.
    async fn abort(&self, _key: &str) -> OpResult {
        let moving = self.state.lock().moving.clone();
        if let Some(moving) = moving {
            moving.cancel();
        }
        let target = self.leg(LegName::Target);
        if let Some(target) = target {
            self.drop_target(&target).await;
            self.talk(super::Talk::Agent);
        }
        OpResult::Done
    }
}

/// The caller has hung up meanwhile.
pub(super) fn gone() -> OpResult {
    OpResult::Failed { why: Failure::CallerGone, code: None, caller: CallerNow::Gone, rang_ms: None }
}
