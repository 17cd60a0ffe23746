//! A call is let go.

use hookswitch_model::ExecutionId;
use hookswitch_model::execution::ActState;

use crate::acts::{ActPlace, ActRecord};
use crate::calls::{Answered, Phase};
use crate::machine::{Machine, Step};
use crate::order::{Answer, Order};
use crate::timers::TimerKind;
use crate::verdicts::Run;

impl Machine {
    /// Orders a call to run, says its line, stages its further lines.
    pub(crate) fn start(&mut self, id: ExecutionId, run: Run, step: &mut Step<'_>) {
        self.timers.clear_call(id, step);
        let Some(call) = self.calls.get_mut(id) else { return };
        call.phase = Phase::Running;
        call.act = run.act.map(|(place, act)| match place {
            ActPlace::Alone(_) => ActPlace::Alone(act),
            ActPlace::Shared(..) => place,
        });
        let place = call.act;
        let (tool, rules, line_said) = (call.tool, std::sync::Arc::clone(&call.rules), call.line_said);
        let line = call.own_line();
        if run.confirmed.is_some() {
            self.confirmations.use_up(tool);
        }
        if let (Some(place), Some((_, act))) = (place, run.act) {
            if run.is_resent {
                self.resend(&place);
            } else {
                let failures = self.acts.get(&place).map_or(0, |before| before.failures);
                let record = ActRecord {
                    id: act,
                    tool,
                    state: ActState::Pending,
                    execution: id,
                    failures,
                    window_ends: None,
                    window_counts: !rules.effect_declared,
                    already_done_at: None,
                    is_resent: false,
                    proven_by: None,
                };
                self.acts.insert(place, record);
            }
        }
        step.order(Order::Execute {
            call: id,
            act: run.act.map(|(_, act)| act),
            write_intent: run.act.is_some() && !run.is_resent,
            confirmed: run.confirmed,
        });
        if let Some(line) = line.filter(|_| !line_said) {
            step.order(Order::Say { call: id, line });
        }
        if rules.speech.is_async {
            self.answer(id, &Answer::Started, Answered::Started, step);
            return;
        }
        for (place, line) in rules.speech.delayed.iter().take(self.settings.delayed_lines).enumerate() {
            self.timers.set(id, TimerKind::Line(place), line.after_ms.duration(), step);
        }
    }

    fn resend(&mut self, place: &ActPlace) {
        self.acts.set_state(place, ActState::Pending);
        if let Some(act) = self.acts.get_mut(place) {
            act.is_resent = true;
            act.proven_by = None;
        }
    }
}
