//! A session is loaded from the store: what its acts were. What was pending may have happened.

use hookswitch_model::Now;
use hookswitch_model::execution::ActState;

use crate::acts::{ActPlace, ActRecord};
use crate::event::RestoredAct;
use crate::machine::Machine;
use crate::past::{Given, PastCall};

impl Machine {
    /// Takes the acts of a stored session, oldest first.
    pub(crate) fn restore(&mut self, acts: Vec<RestoredAct>, now: Now) {
        for act in acts {
            let is_known = self.acts.place_of(act.act).is_some() || self.past.get(act.execution).is_some();
            if !is_known {
                self.restore_act(act, now);
            }
        }
    }

    fn restore_act(&mut self, act: RestoredAct, now: Now) {
        let place =
            if act.alone { ActPlace::Alone(act.act) } else { ActPlace::Shared(act.tool, act.fingerprint) };
        // A call of this session carries the act out: the store is behind.
        if self.acts.get(&place).is_some_and(|running| running.state == ActState::Pending) {
            return;
        }
        let state = if act.state == ActState::Pending { ActState::Unknown } else { act.state };
        let before = self.acts.get(&place).map_or(0, |before| before.failures);
        let window = self.settings.undeclared_repeat_window;
        let window_ends = act.told_at.map(|told_at| {
            let rest = window.saturating_sub(now.wall.since(told_at));
            now.mono.saturating_add(rest)
        });
        let record = ActRecord {
            id: act.act,
            tool: act.tool,
            state,
            execution: act.execution,
            failures: match state {
                ActState::Failed => before.saturating_add(1),
                ActState::Done => 0,
                ActState::Pending | ActState::Unknown => before,
            },
            window_ends,
            window_counts: !act.effect_declared,
            already_done_at: None,
            is_resent: false,
            proven_by: None,
        };
        self.acts.insert(place, record);
        let past = PastCall {
            tool: act.tool,
            fingerprint: act.fingerprint,
            tool_call_id: act.tool_call_id.unwrap_or_default().into(),
            caller_key: act.caller_key.map(Into::into),
            given: Given::Own,
            act: Some(act.act),
            is_alone: act.alone,
            is_read: false,
            awaits_late: state == ActState::Unknown,
        };
        self.past.insert(act.execution, past, self.settings.calls_remembered);
    }
}
