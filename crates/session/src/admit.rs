//! A call comes in: the same call again, one too many, at the wrong moment, the same act under way, or new.

use hookswitch_model::ExecutionId;
use hookswitch_model::execution::ActState;

use crate::acts::ActPlace;
use crate::calls::{Answered, OpenCall, Phase};
use crate::event::{Call, CallRequest, Checked};
use crate::machine::{Machine, Step};
use crate::order::{Answer, Order, Warning};
use crate::past::{Given, PastCall};
use crate::refusal::{Refusal, RefusalCode};

/// A call that was made before.
enum Earlier {
    /// It is still open: get what it gets.
    Open(ExecutionId),
    /// It has ended: the same answer.
    Ended { execution: ExecutionId, already_done: bool },
}

impl Machine {
    /// Takes a new call. It is answered at once, joined to another one, or left to wait for the gates.
    pub(crate) fn admit(&mut self, call: Call, step: &mut Step<'_>) {
        if self.calls.get(call.call).is_some() || self.past.get(call.call).is_some() {
            Self::warn_unknown(Some(call.call), step);
            return;
        }
        let Call { call: id, tool_call_id, act, request } = call;
        let checked = match request {
            CallRequest::Refused(refusal) => {
                self.floor.calls_in_turn += 1;
                self.refuse(id, refusal, step);
                return;
            }
            CallRequest::Checked(checked) => checked,
        };
        let earlier = match self.find_earlier(id, &tool_call_id, &checked, step) {
            Ok(earlier) => earlier,
            Err(code) => return self.refuse(id, code.into(), step),
        };
        let new = OpenCall {
            id,
            tool_call_id,
            tool: checked.tool,
            fingerprint: checked.fingerprint,
            rules: checked.rules,
            caller_key: checked.caller_key,
            confirmation: checked.confirmation,
            has_line: checked.has_line,
            fresh_act: act,
            turn: self.floor.turn,
            phase: Phase::Waiting,
            act: None,
            answered: Answered::No,
            came_in_user_speech: self.floor.user_speaks,
            is_sent: false,
            is_dropped: false,
            is_interrupted: false,
            is_withdrawn: false,
            speech_asked: false,
            line_said: false,
            line_plays: false,
            hold_over: false,
        };
        match earlier {
            Some(Earlier::Open(carrier)) if self.calls.len() < self.settings.calls_open => {
                self.join(new, carrier, step);
            }
            Some(Earlier::Ended { execution, already_done }) => {
                let with = Answer::SameAs { execution, already_done, replayed: true };
                self.tell_again(execution, step);
                self.emit(id, &new.rules, false, with, step);
            }
            _ => self.admit_new(new, step),
        }
    }

    /// The same answer again may be the first that is heard.
    fn tell_again(&mut self, execution: ExecutionId, step: &Step<'_>) {
        let act = self.past.get(execution).and_then(|past| past.act);
        let place = act.and_then(|act| self.acts.place_of(act));
        if place.and_then(|place| self.acts.get(&place)).is_some_and(|act| act.state == ActState::Done) {
            self.tell(place, step);
        }
    }

    fn admit_new(&mut self, new: OpenCall, step: &mut Step<'_>) {
        self.floor.calls_in_turn += 1;
        if let Some(code) = self.find_obstacle(&new) {
            self.refuse(new.id, code.into(), step);
            return;
        }
        self.floor.speech_came_last = false;
        // The same act under way: reads are joined later, when it is their turn.
        let same = matches!(new.place(), ActPlace::Shared(..)) && !new.is_read();
        let carrier = self.calls.iter().find(|open| same && open.asks_same(new.tool, new.fingerprint));
        match carrier.map(|open| open.id) {
            // Its key would have to be remembered for good.
            Some(_) if new.caller_key.is_some() && !self.past.has_room(self.settings.calls_remembered) => {
                self.refuse(new.id, RefusalCode::TooManyActs.into(), step);
            }
            Some(carrier) => self.join(new, carrier, step),
            None => self.calls.insert(new),
        }
    }

    fn find_obstacle(&self, new: &OpenCall) -> Option<RefusalCode> {
        if self.shows_turns() && self.floor.calls_in_turn > self.settings.calls_in_turn {
            return Some(RefusalCode::TooManyCallsInTurn);
        }
        if self.calls.len() >= self.settings.calls_open {
            return Some(RefusalCode::Busy);
        }
        self.judge_moment(&new.rules)
    }

    /// The call that this one repeats by its id or by the caller's key. A call that was never tried is asked
    /// anew under the same id.
    fn find_earlier(
        &self,
        id: ExecutionId,
        tool_call_id: &str,
        checked: &Checked,
        step: &mut Step<'_>,
    ) -> Result<Option<Earlier>, RefusalCode> {
        let is_same = |past: &PastCall| past.tool == checked.tool && past.fingerprint == checked.fingerprint;
        if let Some(key) = checked.caller_key.as_deref() {
            if let Some(open) = self.calls.iter().rfind(|open| open.caller_key.as_deref() == Some(key)) {
                return if open.asks_same(checked.tool, checked.fingerprint) {
                    Ok(Some(Earlier::Open(open.id)))
                } else {
                    Err(RefusalCode::IdempotencyKeyReused)
                };
            }
            if let Some((execution, past)) = self.past.by_caller_key(key) {
                return if is_same(past) {
                    Ok(Earlier::of(execution, past.given))
                } else {
                    Err(RefusalCode::IdempotencyKeyReused)
                };
            }
        }
        let has_id = !tool_call_id.is_empty();
        let open = self.calls.iter().rfind(|open| has_id && open.tool_call_id == tool_call_id);
        if let Some(open) = open {
            if open.asks_same(checked.tool, checked.fingerprint) {
                return Ok(Some(Earlier::Open(open.id)));
            }
            step.order(Order::Warn(Warning::ToolCallIdReused { call: id, earlier: open.id }));
            return Ok(None);
        }
        match self.past.by_tool_call(tool_call_id) {
            Some((execution, past)) if is_same(past) => Ok(Earlier::of(execution, past.given)),
            Some((earlier, _)) => {
                step.order(Order::Warn(Warning::ToolCallIdReused { call: id, earlier }));
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// Lets a call get what another open one gets.
    pub(crate) fn join(&mut self, mut new: OpenCall, carrier: ExecutionId, step: &mut Step<'_>) {
        let Some(open) = self.calls.get(carrier) else {
            self.calls.insert(new);
            return;
        };
        let carrier = if let Phase::Joined(other) = open.phase { other } else { carrier };
        let is_started = open.answered == Answered::Started;
        let id = new.id;
        new.phase = Phase::Joined(carrier);
        self.calls.insert(new);
        if is_started {
            self.conclude(id, &Answer::Started, step);
        }
    }

    fn refuse(&mut self, id: ExecutionId, refusal: Refusal, step: &mut Step<'_>) {
        let with = Answer::Refused(refusal);
        let reply = self.plain_reply();
        step.order(Order::Answer { call: id, with, reply });
    }
}

impl Earlier {
    fn of(execution: ExecutionId, given: Given) -> Option<Self> {
        match given {
            Given::Own => Some(Self::Ended { execution, already_done: false }),
            Given::Same { execution, already_done, .. } => Some(Self::Ended { execution, already_done }),
            Given::Nothing => None,
        }
    }
}
