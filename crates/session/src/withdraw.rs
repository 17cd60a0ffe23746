//! Calls that nobody waits for any more: the user cuts the turn short, the brain drops a call, the app is gone,
//! the session ends.

use hookswitch_model::{ExecutionId, Outcome};

use crate::calls::{Answered, OpenCall, Phase};
use crate::event::EndReason;
use crate::machine::{Machine, Step};
use crate::order::{Answer, Order};
use crate::refusal::RefusalCode;

impl Machine {
    /// The user cuts the agent's turn short: reads and what has not started are withdrawn, the rest runs to its
    /// end. An uninterruptible call keeps the turn.
    pub(crate) fn interrupt(&mut self, step: &mut Step<'_>) {
        if self.is_uninterruptible() {
            return;
        }
        self.floor.agent_speaks = false;
        // A call made while the user speaks is held until they have finished; only its brain withdraws it.
        let stays_held = |call: &OpenCall| call.phase == Phase::Waiting && call.came_in_user_speech;
        let is_withdrawn = |call: &OpenCall| {
            !call.runs() && call.phase == Phase::Waiting && !stays_held(call)
                || call.runs() && call.is_read() && call.answered != Answered::Started
        };
        let withdrawn = self.calls.ids(is_withdrawn);
        // Those that joined go first: they must not take the place of what they joined.
        for id in self
            .calls
            .ids(|call| matches!(call.phase, Phase::Joined(carrier) if withdrawn.contains(&carrier)))
        {
            self.conclude(id, &Answer::Cancelled, step);
        }
        for id in withdrawn {
            self.stop(id, step);
        }
        for call in self.calls.iter_mut() {
            call.line_plays = false;
            if call.answered == Answered::No && !stays_held(call) {
                call.is_interrupted = true;
            }
        }
    }

    /// Ends a read or a call that has not started.
    fn stop(&mut self, id: ExecutionId, step: &mut Step<'_>) {
        if self.calls.get(id).is_some_and(OpenCall::runs) {
            step.order(Order::Cancel { call: id });
        }
        self.conclude(id, &Answer::Cancelled, step);
    }

    /// The brain no longer wants a call.
    pub(crate) fn drop_call(&mut self, tool_call_id: &str, step: &mut Step<'_>) {
        let dropped = self.calls.iter().rfind(|call| {
            call.tool_call_id == tool_call_id && call.answered != Answered::Yes && !call.is_dropped
        });
        let Some(id) = dropped.map(|call| call.id) else {
            if self.past.by_tool_call(tool_call_id).is_none() {
                Self::warn_unknown(None, step);
            }
            return;
        };
        let is_shared = !self.calls.joined_to(id).is_empty();
        let Some(call) = self.calls.get_mut(id) else { return };
        if !call.runs() {
            self.conclude(id, &Answer::Cancelled, step);
        } else if !call.is_read() {
            call.is_dropped = true;
            if !call.is_sent && !is_shared {
                call.is_withdrawn = true;
                step.order(Order::Cancel { call: id });
            }
        } else if is_shared {
            self.timers.clear_call(id, step);
            self.answer(id, &Answer::Cancelled, Answered::Yes, step);
        } else {
            self.stop(id, step);
        }
    }

    /// The app that carries out client tools is gone for good.
    pub(crate) fn lose_app(&mut self, step: &mut Step<'_>) {
        for id in self.calls.ids(|call| call.rules.is_client) {
            let Some(call) = self.calls.get(id) else { continue };
            match call.phase {
                Phase::Running => {
                    let is_harmless = call.is_read() || !call.is_sent;
                    let outcome = if is_harmless { Outcome::Failed } else { Outcome::Unknown };
                    step.order(Order::Conclude { call: id, outcome });
                }
                Phase::Waiting => {
                    let gone = Answer::Refused(RefusalCode::AppGone.into());
                    self.conclude(id, &gone, step);
                }
                // Gets what the call gets that it joined.
                Phase::Joined(_) => {}
            }
        }
    }

    /// The session ends: everything is answered; acts under way run to their end.
    pub(crate) fn end(&mut self, reason: EndReason, step: &mut Step<'_>) {
        for id in self.calls.ids(|call| !call.runs()) {
            let with = match self.calls.get(id).map(|call| call.phase) {
                Some(Phase::Joined(carrier)) => self.end_answer(carrier),
                _ => Answer::Cancelled,
            };
            self.conclude(id, &with, step);
        }
        for id in self.calls.ids(|_| true) {
            let with = self.end_answer(id);
            if with == Answer::Cancelled {
                step.order(Order::Cancel { call: id });
            }
            if self.calls.get(id).is_some_and(OpenCall::is_read) {
                self.conclude(id, &with, step);
            } else {
                self.timers.clear_call(id, step);
                self.answer(id, &with, Answered::Yes, step);
            }
        }
        self.has_ended = true;
        step.order(Order::Ended { reason });
    }

    fn end_answer(&self, running: ExecutionId) -> Answer {
        let is_under_way = self.calls.get(running).is_some_and(|call| call.is_sent && !call.is_read());
        if is_under_way { Answer::Unknown } else { Answer::Cancelled }
    }
}
