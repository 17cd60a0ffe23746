//! What follows from a command: what it needs, what it excludes, how long it may take, what is wrong with it.

use std::time::Duration;

use super::{
    CallerId, Command, Complete, HoldSource, MAX_TARGETS, OnFailure, Transfer, TransferMode, ring_timeout,
};
use crate::capability::{Capabilities, Capability};
use crate::target::Target;

impl Command {
    /// What a driver needs to carry it out.
    pub fn needs(&self) -> Capabilities {
        let mut needs: Vec<Capability> = Vec::new();
        match self {
            Self::Transfer(transfer) => transfer.needs(&mut needs),
            Self::Consult(_) | Self::Complete(Complete::Join) => needs.push(Capability::Consult),
            Self::Complete(Complete::Refer) => needs.push(Capability::Replaces),
            Self::SendDtmf(_) => needs.push(Capability::DtmfOut),
            Self::Collect(_) => needs.push(Capability::DtmfIn),
            Self::PlayHold(play) => {
                needs.push(Capability::Hold);
                if matches!(play.source, Some(HoldSource::File(_))) {
                    needs.push(Capability::Play);
                }
            }
            Self::EndCall(_) => needs.push(Capability::EndCall),
            Self::Abort | Self::Wait(_) | Self::Originate(_) => {}
        }
        needs.into_iter().collect()
    }

    /// Whether it changes who is connected with whom: one of these at a time.
    pub fn is_exclusive(&self) -> bool {
        matches!(self, Self::Transfer(_) | Self::Consult(_) | Self::Complete(_) | Self::Originate(_))
    }

    /// Whether it goes before an exclusive operation that runs.
    pub fn pre_empts(&self) -> bool {
        matches!(self, Self::Abort | Self::EndCall(_))
    }

    /// Everywhere that it would send the call.
    pub fn targets(&self) -> &[Target] {
        match self {
            Self::Transfer(transfer) => &transfer.targets,
            Self::Consult(consult) => std::slice::from_ref(&consult.target),
            Self::Originate(originate) => std::slice::from_ref(&originate.target),
            _ => &[],
        }
    }

    /// The longest time that it may take until it has an outcome, as asked for.
    pub fn longest(&self) -> Duration {
        let ms = match self {
            Self::Transfer(transfer) => transfer.longest_ms(),
            Self::Consult(consult) => u64::from(consult.ring_timeout_ms) + 40_000,
            Self::Collect(collect) => {
                u64::from(collect.first_timeout_ms)
                    + u64::from(collect.max) * u64::from(collect.digit_timeout_ms)
            }
            Self::SendDtmf(send) => 64 * (u64::from(send.duration_ms) + u64::from(send.gap_ms)).max(1000),
            Self::Wait(wait) => u64::from(wait.ms),
            Self::Originate(originate) => u64::from(originate.ring_timeout_ms) + 40_000,
            Self::Complete(_) | Self::Abort | Self::PlayHold(_) | Self::EndCall(_) => 40_000,
        };
        Duration::from_millis(ms + 5_000)
    }

    /// What is wrong with its figures, in words.
    pub fn check(&self) -> Result<(), &'static str> {
        match self {
            Self::Transfer(transfer) => transfer.check(),
            Self::Collect(collect) => {
                let is_key = |key: char| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D');
                if collect.max == 0 || collect.max > 64 || collect.min == 0 || collect.min > collect.max {
                    return Err("1 to 64 keys, and not more at least than at most");
                }
                if collect.finish_key.is_some_and(|key| !is_key(key)) {
                    return Err("the finish key is one of 0-9 * # A-D");
                }
                Ok(())
            }
            Self::SendDtmf(send)
                if !(40..=2000).contains(&send.duration_ms) || !(20..=2000).contains(&send.gap_ms) =>
            {
                Err("keys last 40 to 2000 ms, gaps 20 to 2000 ms")
            }
            Self::Wait(wait) if wait.ms > 600_000 => Err("at most 600 seconds"),
            _ => Ok(()),
        }
    }
}

impl Transfer {
    /// A transfer to one target with the defaults.
    pub fn to(target: Target) -> Self {
        Self {
            targets: vec![target],
            mode: TransferMode::default(),
            caller_id: CallerId::default(),
            post_digits: None,
            detect_voicemail: false,
            ring_timeout_ms: ring_timeout(),
            hold: HoldSource::default(),
            on_failure: OnFailure::default(),
            keep_agent: false,
            again: None,
        }
    }

    /// Whether only a bridge can do what is asked. (The number shown is the other side's choice after a REFER.)
    pub fn wants_bridge(&self) -> bool {
        self.post_digits.is_some()
            || self.detect_voicemail
            || self.keep_agent
            || self.targets.len() > 1
            || self.again.is_some()
            || self.caller_id != CallerId::Caller
    }

    fn needs(&self, needs: &mut Vec<Capability>) {
        match self.mode {
            TransferMode::Refer => needs.push(Capability::Refer),
            TransferMode::Bridge => needs.push(Capability::Bridge),
            TransferMode::Auto if self.wants_bridge() => needs.push(Capability::Bridge),
            TransferMode::Auto => {}
        }
        if self.post_digits.is_some() {
            needs.push(Capability::PostDigits);
        }
        if self.detect_voicemail {
            needs.push(Capability::VoicemailVerdict);
        }
        if self.keep_agent {
            needs.push(Capability::ReturnToAgent);
        }
        match self.caller_id {
            CallerId::Explicit(_) => needs.push(Capability::CallerIdExplicit),
            CallerId::Agent if self.mode != TransferMode::Refer => needs.push(Capability::CallerIdAgent),
            CallerId::Agent | CallerId::Caller => {}
        }
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.targets.is_empty() || self.targets.len() > MAX_TARGETS {
            return Err("1 to 50 targets");
        }
        if !(1_000..=300_000).contains(&self.ring_timeout_ms) {
            return Err("a target rings for 1 to 300 seconds");
        }
        if self.again.is_some_and(|again| !(1..=10).contains(&again.dials) || again.wait_ms > 60_000) {
            return Err("1 to 10 dials, at most 60 seconds apart");
        }
        if self.mode == TransferMode::Refer && (self.post_digits.is_some() || self.detect_voicemail) {
            return Err("a call that is handed away gets neither digits nor a voicemail verdict");
        }
        Ok(())
    }

    fn longest_ms(&self) -> u64 {
        let dials = self.again.map_or(1, |again| u64::from(again.dials));
        let wait = self.again.map_or(0, |again| u64::from(again.wait_ms));
        let one = u64::from(self.ring_timeout_ms) + wait + 40_000;
        one * dials * self.targets.len() as u64
    }
}
