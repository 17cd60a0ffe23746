//! Warm transfers: speak with the target first, then connect, or hand the caller over in our place.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_telephony::{CallerId, Complete, Consult, Failure, LegName, Mode, OpResult, SentCallerId};
use tokio_util::sync::CancellationToken;

use super::Call;
use super::operations::gone;
use super::state::Talk;
use crate::leg::Leg;

impl Call {
    pub(super) async fn consult(
        self: &Arc<Self>,
        _key: &str,
        consult: &Consult,
        stop: &CancellationToken,
    ) -> OpResult {
        if self.leg(LegName::Caller).is_none() {
            return gone();
        }
        let hold = self.source(&consult.hold).await;
        self.talk(Talk::Waiting(hold.clone()));
        let ring = Duration::from_millis(u64::from(consult.ring_timeout_ms));
        let identity = self.identity(&consult.caller_id);
        match self.call_target(&consult.target, &identity, ring, stop).await {
            Ok(_) => {
                self.state.lock().consulted = Some(consult.target.clone());
                self.talk(Talk::Consulting(hold));
                OpResult::Consulting { target: consult.target.clone() }
            }
            Err(failed) => {
                self.talk(Talk::Agent);
                self.not_reached(&failed)
            }
        }
    }

    pub(super) async fn complete(
        self: &Arc<Self>,
        key: &str,
        complete: Complete,
        stop: &CancellationToken,
    ) -> OpResult {
        let with = self.state.lock().consulted.clone();
        let (Some(leg), Some(with)) = (self.leg(LegName::Target), with) else {
            return OpResult::failed(Failure::Cancelled, None);
        };
        match complete {
            Complete::Join => {
                self.talk(Talk::Bridged { agent_stays: false });
                self.release(LegName::Brain).await;
                let caller_id = SentCallerId { requested: CallerId::Agent, sent: None };
                OpResult::Connected {
                    mode: Mode::Bridge,
                    target: with,
                    caller_id,
                    verdict: None,
                    digits_sent: None,
                }
            }
            Complete::Refer => {
                let end = self.refer(key, refer_to(&leg), stop).await;
                self.after_refer(end, &with, &CallerId::Caller)
            }
        }
    }
}

/// `<sip:target?Replaces=…>`: the target's address, and our dialog with it as the target sees it.
fn refer_to(leg: &Leg) -> String {
    let id = leg.dialog.id();
    let replaces = format!("{};to-tag={};from-tag={}", id.call_id, id.remote_tag, id.local_tag);
    let contact = contact_of(leg);
    format!("<{contact}?Replaces={}>", escape(&replaces))
}

/// Everything but unreserved characters, percent-encoded.
fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(text.len() * 3 / 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

fn contact_of(leg: &Leg) -> String {
    let contact = rsipstack::dialog::dialog::Dialog::Invite(leg.dialog.clone()).remote_contact();
    contact.map_or_else(|| leg.dialog.initial_request().uri.to_string(), |uri| uri.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_is_one_escaped_header() {
        assert_eq!(escape("a@b;to-tag=1;from-tag=2"), "a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2");
    }
}
