//! REFER: telling the caller's side to call the target itself. Five endings, and only two of them are known ones.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_telephony::{
    CallerId, CallerNow, EndedBy, EventKind, Failure, LegName, Mode, OpResult, SentCallerId, Target,
};
use rsipstack::sip::Header;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Call;
use super::operations::gone;

/// How a REFER ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReferEnd {
    /// The last NOTIFY said 2xx.
    Connected,
    /// The last NOTIFY said why not; the call is still ours.
    Failed(u16),
    /// The REFER itself was refused.
    Refused(u16),
    /// Accepted, then hung up without a word.
    UnknownGone,
    /// Accepted, then silence; the call is still ours.
    UnknownHere,
    /// The caller hung up before the REFER was accepted.
    CallerGone,
    /// There is no way to say it.
    Unsayable,
}

impl Call {
    pub(super) async fn refer_to(&self, key: &str, target: &Target, stop: &CancellationToken) -> ReferEnd {
        let address = match self.engine.finder.of(target).await {
            Ok(address) => address,
            Err(error) => {
                tracing::info!(%error, "a target has no address");
                return ReferEnd::Unsayable;
            }
        };
        self.refer(key, format!("<{}>", address.uri), stop).await
    }

    /// Sends a REFER on the caller's leg and follows it to its end.
    pub(super) async fn refer(&self, key: &str, refer_to: String, stop: &CancellationToken) -> ReferEnd {
        let Some(caller) = self.leg(LegName::Caller) else { return ReferEnd::CallerGone };
        let mut notifies = caller.hear_notifies();
        let dialog = caller.dialog.clone();
        let by = Header::ReferredBy(format!("<{}>", self.engine.contact).into());
        // A task: what the stack sends must not be dropped half-way.
        let mut asking =
            tokio::spawn(async move { dialog.refer(refer_to.as_str(), Some(vec![by]), None).await });
        let patience = Duration::from_secs(self.engine.settings.limits.refer_silence_s);
        let mut until = Instant::now() + patience;
        let (mut is_answered, mut is_accepted) = (false, false);
        loop {
            tokio::select! {
                biased;
                Some(notified) = notifies.recv() => {
                    is_accepted = true;
                    until = Instant::now() + patience;
                    match notified.code {
                        Some(code @ 100..200) if !notified.is_last => {
                            self.note(Some(key), EventKind::TransferProgress { code });
                        }
                        Some(200..300) => return ReferEnd::Connected,
                        Some(code @ 300..) => return ReferEnd::Failed(code),
                        _ if notified.is_last => return ReferEnd::UnknownHere,
                        _ => {}
                    }
                }
                answer = &mut asking, if !is_answered => {
                    is_answered = true;
                    match answer {
                        Ok(Ok(Some(answer))) => match u16::from(answer.status_code) {
                            200..300 => {
                                is_accepted = true;
                                self.note(Some(key), EventKind::TransferAccepted);
                            }
                            code => return ReferEnd::Refused(code),
                        },
                        // The dialog was not ready: nothing was sent.
                        Ok(Ok(None)) => return ReferEnd::Unsayable,
                        // No answer: it may have arrived.
                        _ if caller.over.is_cancelled() => return ReferEnd::UnknownGone,
                        _ => return ReferEnd::UnknownHere,
                    }
                }
                () = caller.over.cancelled() => {
                    return if is_accepted { ReferEnd::UnknownGone } else { ReferEnd::CallerGone };
                }
                () = sleep_until(until) => return ReferEnd::UnknownHere,
                // What the other side has begun can't be withdrawn.
                () = stop.cancelled(), if !self.gone.is_cancelled() => return ReferEnd::UnknownHere,
            }
        }
    }

    /// What a REFER's end means for the call and for the model.
    pub(super) fn after_refer(
        self: &Arc<Self>,
        end: ReferEnd,
        target: &Target,
        requested: &CallerId,
    ) -> OpResult {
        match end {
            ReferEnd::Connected => {
                let call = Arc::clone(self);
                tokio::spawn(async move { call.end(EndedBy::Operation, "transferred").await });
                OpResult::Connected {
                    mode: Mode::Refer,
                    target: target.clone(),
                    caller_id: SentCallerId { requested: requested.clone(), sent: None },
                    verdict: None,
                    digits_sent: None,
                }
            }
            ReferEnd::Failed(code) => OpResult::failed(Failure::of_code(code), Some(code)),
            ReferEnd::Refused(code) => OpResult::failed(Failure::ReferRefused, Some(code)),
            ReferEnd::UnknownGone => OpResult::Unknown { caller: CallerNow::Gone },
            ReferEnd::UnknownHere => OpResult::Unknown { caller: CallerNow::WithAgent },
            ReferEnd::CallerGone => gone(),
            ReferEnd::Unsayable => OpResult::failed(Failure::Unreachable, None),
        }
    }
}
