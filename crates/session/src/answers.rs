//! Answers: each accepted call gets one.

use hookswitch_model::ExecutionId;

use crate::calls::{Answered, OpenCall, Phase};
use crate::machine::{Machine, Step};
use crate::order::{Answer, Order, Reply};
use crate::past::{Given, PastCall};
use crate::rules::CallRules;

impl Machine {
    /// What the brain may do with an answer that no tool's speech rule is about.
    pub(crate) fn plain_reply(&self) -> Reply {
        Reply { may_speak: true, may_call_tools: !self.floor.no_chaining && !self.waits_for_result() }
    }

    /// What the brain may do with a result of a tool.
    pub(crate) fn result_reply(&mut self, rules: &CallRules, is_silent: bool) -> Reply {
        if is_silent {
            return Reply::NONE;
        }
        let speech = &rules.speech;
        // Where no turns are shown nobody can tell the reply to this result from what comes later.
        if !speech.allow_chaining && self.shows_turns() {
            self.floor.no_chaining = true;
        }
        let may_call_tools = speech.allow_chaining && self.plain_reply().may_call_tools;
        Reply { may_speak: !speech.forbid_speech_after, may_call_tools }
    }

    fn reply_to(&mut self, rules: &CallRules, is_silent: bool, with: &Answer) -> Reply {
        match with {
            Answer::Cancelled | Answer::Unknown => Reply::NONE,
            Answer::Result | Answer::TimedOut | Answer::SameAs { .. } => self.result_reply(rules, is_silent),
            Answer::Started => {
                let plain = self.plain_reply();
                Reply { may_call_tools: plain.may_call_tools && !rules.speech.wait_for_response, ..plain }
            }
            Answer::Refused(_) | Answer::HeldUnknown { .. } | Answer::ReadBack { .. } => self.plain_reply(),
        }
    }

    /// Answers an open call that stays open. Does nothing when it has been answered.
    pub(crate) fn answer(&mut self, id: ExecutionId, with: &Answer, answered: Answered, step: &mut Step<'_>) {
        let Some(call) = self.calls.get_mut(id).filter(|call| call.answered == Answered::No) else { return };
        call.answered = answered;
        let (rules, is_silent) = (std::sync::Arc::clone(&call.rules), call.is_silent());
        self.emit(id, &rules, is_silent, with.clone(), step);
    }

    /// Gives out an answer.
    pub(crate) fn emit(
        &mut self,
        id: ExecutionId,
        rules: &CallRules,
        is_silent: bool,
        with: Answer,
        step: &mut Step<'_>,
    ) {
        let reply = self.reply_to(rules, is_silent, &with);
        self.floor.speech_came_last = false;
        step.order(Order::Answer { call: id, with, reply });
    }

    /// Ends an open call with an answer that is not its own result, and what joined it with the same. What
    /// joined a withdrawn call goes on without it.
    pub(crate) fn conclude(&mut self, id: ExecutionId, with: &Answer, step: &mut Step<'_>) {
        let Some(call) = self.calls.remove(id) else { return };
        self.timers.clear_call(id, step);
        let carrier = if let Phase::Joined(carrier) = call.phase { Some(carrier) } else { None };
        if call.answered == Answered::No {
            self.emit(id, &call.rules, call.is_silent(), with.clone(), step);
        }
        let given = match with {
            Answer::SameAs { execution, already_done, replayed } => {
                Given::Same { execution: *execution, already_done: *already_done, joined: !replayed }
            }
            _ => Given::Nothing,
        };
        self.remember(call, given, false);
        if *with == Answer::Cancelled {
            self.promote_joined(id);
        } else {
            for joined in self.calls.joined_to(id) {
                self.conclude(joined, with, step);
            }
        }
        if let Some(carrier) = carrier {
            self.stop_if_unheard(carrier, step);
        }
    }

    /// Moves an ended call to the past.
    pub(crate) fn remember(&mut self, call: OpenCall, given: Given, awaits_late: bool) {
        let past = PastCall {
            act: call.act.and_then(|place| self.acts.get(&place)).map(|act| act.id),
            is_alone: call.rules.acts_alone(),
            is_read: call.rules.is_read(),
            tool: call.tool,
            fingerprint: call.fingerprint,
            tool_call_id: call.tool_call_id.into(),
            caller_key: call.caller_key.map(Into::into),
            given,
            awaits_late,
        };
        self.past.insert(call.id, past, self.settings.calls_remembered);
    }

    /// The first call that joined a withdrawn one takes its place; the others join that.
    pub(crate) fn promote_joined(&mut self, withdrawn: ExecutionId) {
        let mut joined = self.calls.joined_to(withdrawn).into_iter();
        let Some(first) = joined.next() else { return };
        if let Some(call) = self.calls.get_mut(first) {
            call.phase = Phase::Waiting;
        }
        for id in joined {
            if let Some(call) = self.calls.get_mut(id) {
                call.phase = Phase::Joined(first);
            }
        }
    }

    /// Lets a waiting call get what a running one gets.
    pub(crate) fn join_waiting(&mut self, id: ExecutionId, carrier: ExecutionId, step: &mut Step<'_>) {
        let is_started = self.calls.get(carrier).is_some_and(|open| open.answered == Answered::Started);
        if let Some(call) = self.calls.get_mut(id) {
            call.phase = Phase::Joined(carrier);
        }
        // What joined this one while it waited moves along.
        for joined in self.calls.joined_to(id) {
            if let Some(call) = self.calls.get_mut(joined) {
                call.phase = Phase::Joined(carrier);
            }
            if is_started {
                self.conclude(joined, &Answer::Started, step);
            }
        }
        if is_started {
            self.conclude(id, &Answer::Started, step);
        }
    }

    /// A read that was dropped and ran on only for those that had joined it.
    fn stop_if_unheard(&mut self, carrier: ExecutionId, step: &mut Step<'_>) {
        let is_unheard = self
            .calls
            .get(carrier)
            .is_some_and(|call| call.runs() && call.is_read() && call.answered == Answered::Yes)
            && self.calls.joined_to(carrier).is_empty();
        if is_unheard {
            step.order(Order::Cancel { call: carrier });
            self.conclude(carrier, &Answer::Cancelled, step);
        }
    }
}
