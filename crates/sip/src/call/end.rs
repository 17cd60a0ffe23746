//! How a call ends, and what the end of one leg means for the others.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use hookswitch_telephony::{EndedBy, EventKind, LegName};
use tokio::time::Instant;

use super::Call;
use super::state::Talk;
use crate::leg::Leg;

/// How long operations may take to notice that their call is gone.
const NOTICE: Duration = Duration::from_secs(5);

impl Call {
    /// Ends the call; the first who says so decides by whom. Its last event is `call.ended`.
    pub(crate) async fn end(self: &Arc<Self>, by: EndedBy, cause: &str) {
        let is_first = !std::mem::replace(&mut self.state.lock().has_ended, true);
        self.hang_up_all().await;
        if !is_first {
            return;
        }
        let until = Instant::now() + NOTICE;
        while self.state.lock().operations.running().next().is_some() && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.note(None, EventKind::Ended { by, cause: cause.to_owned() });
        self.engine.forget_later(self.id.clone());
    }

    /// Hangs up on all legs.
    pub(super) async fn hang_up_all(&self) {
        self.gone.cancel();
        let legs: Vec<Arc<Leg>> = std::mem::take(&mut self.state.lock().legs).into_values().collect();
        join_all(legs.iter().map(|leg| self.close(leg, EndedBy::Operation))).await;
    }

    /// Hangs up on a leg and says what went through it.
    async fn close(&self, leg: &Leg, by: EndedBy) {
        let was_over = leg.over.is_cancelled();
        leg.hang_up().await;
        let counts = leg.audio.port.close().await;
        self.note(None, EventKind::MediaEnd { leg: leg.name, rx: counts.rx, tx: counts.tx });
        let by = if was_over { of(leg.name) } else { by };
        self.note(None, EventKind::LegEnded { leg: leg.name, by });
    }

    /// Hangs up on a leg that is not needed any more; the call goes on.
    pub(super) async fn release(&self, name: LegName) {
        let leg = self.state.lock().legs.remove(&name);
        if let Some(leg) = leg {
            self.close(&leg, EndedBy::Operation).await;
        }
    }

    /// Hangs up on this target; another one that came meanwhile stays.
    pub(super) async fn drop_target(&self, target: &Arc<Leg>) {
        {
            let mut state = self.state.lock();
            if state.legs.get(&LegName::Target).is_some_and(|leg| leg.serial == target.serial) {
                state.legs.remove(&LegName::Target);
            }
        }
        self.close(target, EndedBy::Operation).await;
    }

    /// A leg's dialog is over.
    pub(crate) async fn leg_over(self: &Arc<Self>, name: LegName, serial: u64) {
        let leg = {
            let mut state = self.state.lock();
            let leg = state.legs.get(&name).filter(|leg| leg.serial == serial).cloned();
            if leg.is_none() {
                state.ended_early(serial);
            }
            leg
        };
        let Some(leg) = leg else {
            // An INVITE that was never answered: whoever dials knows. The caller's own is the call.
            if name == LegName::Caller && self.is_inbound && !self.gone.is_cancelled() {
                self.end(EndedBy::Caller, "cancelled").await;
            }
            return;
        };
        leg.over.cancel();
        if leg.we_end() {
            return;
        }
        match name {
            LegName::Caller => {
                let cause = if self.state.lock().is_answered { "hangup" } else { "cancelled" };
                self.end(EndedBy::Caller, cause).await;
            }
            LegName::Brain => {
                let is_needed = !matches!(self.state.lock().talk, Talk::Bridged { .. });
                if is_needed {
                    self.end(EndedBy::Brain, "hangup").await;
                } else {
                    self.release(name).await;
                }
            }
            LegName::Target => self.target_over(&leg).await,
        }
    }

    /// The target hung up: the caller is back with the agent, or released when the agent has left.
    async fn target_over(self: &Arc<Self>, target: &Arc<Leg>) {
        let talk = self.state.lock().talk.clone();
        match talk {
            Talk::Bridged { agent_stays: false } => self.end(EndedBy::Target, "hangup").await,
            Talk::Bridged { agent_stays: true } | Talk::Consulting(_) => {
                self.drop_target(target).await;
                self.talk(Talk::Agent);
            }
            // Still being connected: the operation notices.
            Talk::Agent | Talk::Waiting(_) => self.drop_target(target).await,
        }
    }
}

fn of(name: LegName) -> EndedBy {
    match name {
        LegName::Caller => EndedBy::Caller,
        LegName::Brain => EndedBy::Brain,
        LegName::Target => EndedBy::Target,
    }
}
