//! Gates: what makes a call wait. One gate is one file; a call goes on when all are open.

mod in_flight;
mod speech_first;
mod speech_played;
mod turn_order;
mod user_speech;

use hookswitch_model::ExecutionId;

use crate::calls::{Answered, OpenCall, Phase};
use crate::machine::{Machine, Step};
use crate::order::{Answer, Order, SpeechLine, TimerId};
use crate::refusal::RefusalCode;
use crate::timers::TimerKind;
use crate::verdicts::Verdict;

impl Machine {
    /// Lets go on what no longer has to wait, oldest first.
    pub(crate) fn release_waiting(&mut self, step: &mut Step<'_>) {
        for id in self.calls.ids(|call| call.phase == Phase::Waiting) {
            self.release(id, step);
        }
    }

    fn release(&mut self, id: ExecutionId, step: &mut Step<'_>) {
        let Some(call) = self.calls.get(id).filter(|call| call.phase == Phase::Waiting) else { return };
        if turn_order::is_closed(&self.calls, call) {
            return;
        }
        let run = match self.judge(id, step.now) {
            Verdict::Run(run) => run,
            Verdict::Join(carrier) => {
                self.timers.clear_call(id, step);
                self.join_waiting(id, carrier, step);
                return;
            }
            Verdict::Answer(answer) => {
                self.conclude(id, &answer, step);
                return;
            }
        };
        if self.is_held_for_speech(id, step) {
            // Being held does not count.
            self.timers.clear(id, TimerKind::Busy, step);
            return;
        }
        self.timers.clear(id, TimerKind::Hold, step);
        if in_flight::is_closed(&self.calls, &self.settings) {
            let budget = self.calls.get(id).map(|call| call.rules.budget).unwrap_or_default();
            self.timers.ensure(id, TimerKind::Busy, budget, step);
            return;
        }
        self.start(id, run, step);
    }

    fn is_held_for_speech(&mut self, id: ExecutionId, step: &mut Step<'_>) -> bool {
        if !self.settings.voice {
            return false;
        }
        let floor = &self.floor;
        let Some(call) = self.calls.get_mut(id).filter(|call| !call.hold_over) else { return false };
        if user_speech::is_closed(floor, call) {
            self.time_hold(id, step);
            return true;
        }
        if speech_first::is_closed(floor, call) {
            if !std::mem::replace(&mut call.speech_asked, true) {
                step.order(Order::SpeakFirst { call: id });
            }
            self.time_hold(id, step);
            return true;
        }
        if speech_played::is_closed(floor, call) {
            self.time_hold(id, step);
            return true;
        }
        false
    }

    /// A hold ends by time only while nobody speaks.
    fn time_hold(&mut self, id: ExecutionId, step: &mut Step<'_>) {
        if self.floor.is_loud() {
            self.timers.clear(id, TimerKind::Hold, step);
        } else {
            self.timers.ensure(id, TimerKind::Hold, self.settings.hold, step);
        }
    }

    /// The brain can't speak before a call: a line is said in its place.
    pub(crate) fn say_instead(&mut self, id: ExecutionId, step: &mut Step<'_>) {
        let floor = &self.floor;
        if let Some(call) = self.calls.get_mut(id)
            && call.phase == Phase::Waiting
            && call.speech_asked
            && speech_first::is_closed(floor, call)
        {
            call.line_said = true;
            call.line_plays = true;
            let line = call.own_line().unwrap_or(SpeechLine::Server);
            step.order(Order::Say { call: id, line });
        }
    }

    /// A timer ran out.
    pub(crate) fn fire(&mut self, timer: TimerId, step: &mut Step<'_>) {
        let Some((id, kind)) = self.timers.take(timer) else { return };
        match kind {
            TimerKind::Hold => {
                self.say_instead(id, step);
                if let Some(call) = self.calls.get_mut(id) {
                    call.hold_over = true;
                }
            }
            TimerKind::Busy => {
                let busy = Answer::Refused(RefusalCode::Busy.into());
                self.conclude(id, &busy, step);
            }
            TimerKind::Line(place) => {
                let is_awaited = |call: &OpenCall| call.answered == Answered::No && !call.is_silent();
                if self.calls.get(id).is_some_and(is_awaited) {
                    step.order(Order::Say { call: id, line: SpeechLine::Delayed(place) });
                }
            }
        }
    }
}

impl OpenCall {
    /// The line that belongs to this call, if there is one.
    pub(crate) fn own_line(&self) -> Option<SpeechLine> {
        if self.has_line {
            Some(SpeechLine::Model)
        } else {
            self.rules.speech.line.is_some().then_some(SpeechLine::Tool)
        }
    }
}
