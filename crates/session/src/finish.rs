//! A call ends: its act is settled, it is answered, and so is what joined it. Results that come later.

use hookswitch_model::execution::ActState;
use hookswitch_model::{ActId, ExecutionId, Outcome};

use crate::acts::ActPlace;
use crate::calls::{Answered, OpenCall};
use crate::machine::{Machine, Step};
use crate::order::{Answer, Order, Warning};
use crate::past::Given;

impl Machine {
    /// A running call ended.
    pub(crate) fn finish(&mut self, id: ExecutionId, outcome: Outcome, timed_out: bool, step: &mut Step<'_>) {
        if !self.calls.get(id).is_some_and(OpenCall::runs) {
            if self.past.get(id).is_none() {
                Self::warn_unknown(Some(id), step);
            }
            return;
        }
        let Some(call) = self.calls.remove(id) else { return };
        self.timers.clear_call(id, step);
        self.settle_run(&call, outcome);
        if call.is_withdrawn && outcome == Outcome::Cancelled {
            self.end_withdrawn(call, step);
            return;
        }
        let with = if timed_out { Answer::TimedOut } else { Answer::Result };
        match call.answered {
            Answered::No => self.emit(id, &call.rules, call.is_silent(), with, step),
            Answered::Started => {
                let reply = self.result_reply(&call.rules, call.is_silent());
                step.order(Order::TellAsync { call: id, reply });
            }
            Answered::Yes => {}
        }
        if outcome == Outcome::Done && !call.is_dropped && call.answered != Answered::Yes {
            self.tell(call.act, step);
        }
        self.keep_read(&call, outcome, timed_out, step);
        let (act, given) =
            (call.act, if call.answered == Answered::Yes { Given::Nothing } else { Given::Own });
        let awaits_late = timed_out || outcome == Outcome::Unknown;
        self.remember(call, given, awaits_late);
        self.answer_joined(id, act, outcome, step);
    }

    fn end_withdrawn(&mut self, call: OpenCall, step: &mut Step<'_>) {
        let id = call.id;
        if call.answered == Answered::No {
            self.emit(id, &call.rules, call.is_silent(), Answer::Cancelled, step);
        }
        self.remember(call, Given::Nothing, false);
        self.promote_joined(id);
    }

    fn answer_joined(
        &mut self,
        id: ExecutionId,
        act: Option<ActPlace>,
        outcome: Outcome,
        step: &mut Step<'_>,
    ) {
        let with = Answer::SameAs { execution: id, already_done: false, replayed: false };
        for joined in self.calls.joined_to(id) {
            self.conclude(joined, &with, step);
            if outcome == Outcome::Done {
                self.tell(act, step);
            }
        }
    }

    fn keep_read(&mut self, call: &OpenCall, outcome: Outcome, timed_out: bool, step: &Step<'_>) {
        if let Some(cache_for) = call.rules.cache_for
            && call.is_read()
            && outcome == Outcome::Done
            && !timed_out
        {
            let until = step.now.mono.saturating_add(cache_for);
            let most = self.settings.calls_remembered;
            self.reads.keep((call.tool, call.fingerprint), call.id, until, most);
        }
    }

    /// The model is told of the act in a place.
    pub(crate) fn tell(&mut self, place: Option<ActPlace>, step: &Step<'_>) {
        let window_ends = step.now.mono.saturating_add(self.settings.undeclared_repeat_window);
        if let Some(act) = place.and_then(|place| self.acts.get_mut(&place)) {
            act.tell(window_ends);
        }
    }

    /// Notes in the ledger how a running call ended.
    pub(crate) fn settle_run(&mut self, call: &OpenCall, outcome: Outcome) {
        let Some(place) = call.act else { return };
        let Some(act) = self.acts.get_mut(&place) else { return };
        let was_resent = std::mem::take(&mut act.is_resent);
        let proven_by = act.proven_by.take();
        match outcome {
            Outcome::Done => {
                act.execution = call.id;
                self.note_outcome(&place, ActState::Done);
            }
            _ if proven_by.is_some() => {
                act.execution = proven_by.unwrap_or(act.execution);
                self.note_outcome(&place, ActState::Done);
            }
            Outcome::Failed => {
                act.execution = call.id;
                self.note_outcome(&place, ActState::Failed);
            }
            Outcome::Unknown => self.note_outcome(&place, ActState::Unknown),
            // Nothing left this time, which does not undo what may have left before.
            Outcome::Refused | Outcome::Cancelled if was_resent => {
                self.note_outcome(&place, ActState::Unknown);
            }
            Outcome::Refused | Outcome::Cancelled if act.failures > 0 => {
                self.acts.set_state(&place, ActState::Failed);
            }
            Outcome::Refused | Outcome::Cancelled => self.acts.remove(&place),
        }
    }

    fn note_outcome(&mut self, place: &ActPlace, state: ActState) {
        self.acts.set_state(place, state);
        if let Some(act) = self.acts.get_mut(place) {
            match state {
                ActState::Failed => act.failures = act.failures.saturating_add(1),
                ActState::Done => act.failures = 0,
                ActState::Pending | ActState::Unknown => {}
            }
        }
    }

    /// A result came after the call had been answered.
    pub(crate) fn take_late(&mut self, id: ExecutionId, outcome: Outcome, step: &mut Step<'_>) {
        if self.calls.get(id).is_some_and(OpenCall::runs) {
            self.finish(id, outcome, false, step);
            return;
        }
        let Some(past) = self.past.get(id) else {
            Self::warn_unknown(Some(id), step);
            return;
        };
        let act = past.act;
        if !matches!(outcome, Outcome::Done | Outcome::Failed) || !self.past.take_late(id) {
            return;
        }
        if let Some(place) = act.and_then(|act| self.acts.place_of(act)) {
            self.settle_late(&place, id, outcome);
        }
        step.order(Order::TellLate { call: id, outcome });
    }

    fn settle_late(&mut self, place: &ActPlace, execution: ExecutionId, outcome: Outcome) {
        let Some(act) = self.acts.get_mut(place) else { return };
        match (act.state, outcome) {
            (ActState::Unknown, Outcome::Done) => {
                act.execution = execution;
                self.note_outcome(place, ActState::Done);
            }
            (ActState::Unknown, _) => {
                act.execution = execution;
                self.note_outcome(place, ActState::Failed);
            }
            (ActState::Pending, Outcome::Done) if act.is_resent => act.proven_by = Some(execution),
            _ => {}
        }
    }

    /// A person or a call engine settled an act.
    pub(crate) fn settle_by_hand(&mut self, act: ActId, outcome: Outcome, step: &mut Step<'_>) {
        if !self.settle(act, outcome) {
            step.order(Order::Warn(Warning::NotUnknown { act }));
        }
    }

    /// Settles an unknown act, once; `false` when there is nothing to settle.
    pub(crate) fn settle(&mut self, act: ActId, outcome: Outcome) -> bool {
        let state = match outcome {
            Outcome::Done => ActState::Done,
            Outcome::Failed => ActState::Failed,
            Outcome::Unknown | Outcome::Refused | Outcome::Cancelled => return false,
        };
        let place = self.acts.place_of(act);
        let is_unknown =
            |place: &ActPlace| self.acts.get(place).is_some_and(|act| act.state == ActState::Unknown);
        let Some(place) = place.filter(is_unknown) else { return false };
        self.note_outcome(&place, state);
        true
    }

    /// What ran on over the session's end came to its end.
    pub(crate) fn finish_after_end(&mut self, id: ExecutionId, outcome: Outcome, step: &mut Step<'_>) {
        if !self.calls.get(id).is_some_and(OpenCall::runs) {
            if self.past.get(id).is_some() {
                self.take_late(id, outcome, step);
            }
            return;
        }
        let Some(call) = self.calls.remove(id) else { return };
        self.settle_run(&call, outcome);
        let is_told = matches!(outcome, Outcome::Done | Outcome::Failed);
        let awaits_late = !is_told && outcome == Outcome::Unknown;
        self.remember(call, Given::Nothing, awaits_late);
        if is_told {
            step.order(Order::TellLate { call: id, outcome });
        }
    }
}
