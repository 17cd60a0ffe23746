//! What must hold of every order, judged from the events and orders alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use hookswitch_model::execution::ActKey;
use hookswitch_model::{ActId, Effect, ExecutionId, Now, Outcome, Repeats};
use hookswitch_session::{Answer, CallRequest, CallRules, Checked, Event, Order, Proof, Settings, TimerId};

use super::truth::{Truth, check};

struct Seen {
    checked: Checked,
    answers: usize,
    act: Option<ActId>,
    is_executing: bool,
    outcome: Option<Outcome>,
    late_counts: bool,
    was_started: bool,
}

#[derive(Default)]
pub(super) struct Watcher {
    settings: Settings,
    calls: BTreeMap<ExecutionId, Seen>,
    refused: BTreeMap<ExecutionId, usize>,
    after_end: BTreeSet<ExecutionId>,
    acts: BTreeMap<ActId, (ActKey, Truth)>,
    newest: BTreeMap<ActKey, ActId>,
    already_done: BTreeMap<ActKey, u64>,
    /// The act that a caller's key stood for.
    spent_keys: BTreeMap<(ActKey, String), ActId>,
    read_back: BTreeMap<ActKey, (u64, Duration, Option<ActId>)>,
    timers: BTreeSet<TimerId>,
    user_turns: u64,
    token: Option<ActId>,
    finished_now: Option<ExecutionId>,
    has_ended: bool,
}

impl Watcher {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { settings: settings.clone(), ..Self::default() }
    }

    pub(super) fn executing(&self) -> Vec<ExecutionId> {
        self.calls.iter().filter(|(_, seen)| seen.is_executing).map(|(id, _)| *id).collect()
    }

    pub(super) fn executed(&self) -> Vec<ExecutionId> {
        self.calls.iter().filter(|(_, seen)| seen.outcome.is_some()).map(|(id, _)| *id).collect()
    }

    pub(super) fn acts(&self) -> Vec<ActId> {
        self.acts.keys().copied().collect()
    }

    pub(super) fn timers(&self) -> Vec<TimerId> {
        self.timers.iter().copied().collect()
    }

    pub(super) fn token(&self) -> Option<ActId> {
        self.token
    }

    fn shows_turns(&self) -> bool {
        self.settings.voice || self.settings.shows_user_turns || self.user_turns > 0
    }

    pub(super) fn see_event(&mut self, event: &Event, now: Now) {
        self.finished_now = None;
        match event {
            Event::Call(call) => match &call.request {
                _ if self.has_ended => {
                    self.after_end.insert(call.call);
                }
                CallRequest::Refused(_) => {
                    self.refused.insert(call.call, 0);
                }
                CallRequest::Checked(checked) => {
                    let seen = Seen {
                        checked: checked.clone(),
                        answers: 0,
                        act: None,
                        is_executing: false,
                        outcome: None,
                        late_counts: false,
                        was_started: false,
                    };
                    self.calls.insert(call.call, seen);
                }
            },
            Event::Finished { call, outcome, timed_out } => self.finish(*call, *outcome, *timed_out, now),
            Event::Late { call, outcome } => self.late(*call, *outcome, now),
            Event::Settled { act, outcome } => {
                if let Some((_, truth)) = self.acts.get_mut(act) {
                    truth.settle(*outcome, now.mono);
                }
            }
            Event::UserTurn => self.user_turns += 1,
            Event::Reports { speech, turns } => {
                self.settings.shows_user_turns |= *speech || *turns || self.settings.voice;
                self.settings.voice = *speech;
            }
            Event::Timer(timer) => {
                self.timers.remove(timer);
            }
            _ => {}
        }
    }

    fn finish(&mut self, call: ExecutionId, outcome: Outcome, timed_out: bool, now: Now) {
        let Some(seen) = self.calls.get_mut(&call).filter(|seen| seen.is_executing) else { return };
        seen.is_executing = false;
        seen.outcome = Some(outcome);
        seen.late_counts = timed_out || outcome == Outcome::Unknown;
        self.finished_now = Some(call);
        let Some((_, truth)) = seen.act.and_then(|act| self.acts.get_mut(&act)) else { return };
        truth.finish(outcome, now.mono);
    }

    fn late(&mut self, call: ExecutionId, outcome: Outcome, now: Now) {
        let Some(seen) = self.calls.get_mut(&call) else { return };
        if seen.is_executing {
            self.finish(call, outcome, false, now);
            return;
        }
        if !matches!(outcome, Outcome::Done | Outcome::Failed) || !std::mem::take(&mut seen.late_counts) {
            return;
        }
        let Some((_, truth)) = seen.act.and_then(|act| self.acts.get_mut(&act)) else { return };
        truth.learn_late(outcome, now.mono);
    }

    pub(super) fn see_order(&mut self, order: &Order, now: Now) -> Result<(), String> {
        if self.has_ended {
            let is_refusal = matches!(order, Order::Answer { call, with: Answer::Refused(_), .. }
                if self.after_end.contains(call));
            return check(is_refusal || matches!(order, Order::TellLate { .. }), "an order after the end");
        }
        match order {
            Order::Execute { call, act, write_intent, confirmed } => {
                self.execute(*call, *act, *write_intent, *confirmed, now)
            }
            Order::Answer { call, with, .. } => self.answer(*call, with, now),
            Order::TellAsync { call, .. } => {
                let seen = self.calls.get(call).ok_or("told of an unknown call")?;
                check(seen.was_started && self.finished_now == Some(*call), "told a result that is none")
            }
            Order::TellLate { call, .. } => {
                let seen = self.calls.get(call).ok_or("a late result of an unknown call")?;
                check(seen.answers == 1 && seen.outcome.is_some(), "a late result before the answer")
            }
            Order::SetTimer { timer, .. } => check(self.timers.insert(*timer), "a timer set twice"),
            Order::ClearTimer { timer } => {
                check(self.timers.remove(timer), "a timer cleared that is not set")
            }
            Order::Conclude { call, .. } => check(
                self.calls.get(call).is_some_and(|seen| seen.is_executing),
                "concluded what does not run",
            ),
            Order::Cancel { call } => {
                let seen = self.calls.get_mut(call).filter(|seen| seen.is_executing);
                let seen = seen.ok_or("cancelled what does not run")?;
                if seen.checked.rules.is_read() {
                    // It runs no longer, whatever the engine still says of it.
                    seen.is_executing = false;
                    seen.outcome = Some(Outcome::Cancelled);
                }
                Ok(())
            }
            Order::Ended { .. } => {
                self.has_ended = true;
                check(self.timers.is_empty(), "timers outlive the session")
            }
            _ => Ok(()),
        }
    }

    fn execute(
        &mut self,
        call: ExecutionId,
        act: Option<ActId>,
        write_intent: bool,
        confirmed: Option<Proof>,
        now: Now,
    ) -> Result<(), String> {
        let running = self.executing().len();
        check(running < self.settings.calls_in_flight, "too many calls in flight")?;
        let seen = self.calls.get(&call).ok_or("executed an unknown call")?;
        check(!seen.is_executing && seen.outcome.is_none(), "a call executed twice")?;
        check(seen.answers == 0, "executed after its answer")?;
        let (rules, key) = (Arc::clone(&seen.checked.rules), seen.checked.fingerprint);
        let caller_key = seen.checked.caller_key.clone();
        check(act.is_some() != rules.is_read(), "reads have no act, all else has one")?;
        if let Some(act) = act {
            if !rules.acts_alone() {
                let spent = caller_key.as_ref().is_some_and(|text| self.is_spent(key, text));
                self.check_permitted(key, act, &rules, caller_key.is_some() && !spent, now)?;
            }
            let before = self.acts.get(&act).map(|(_, truth)| *truth);
            check(write_intent == before.is_none(), "the intent is written exactly when the act is new")?;
            check(before.is_none_or(|truth| truth == Truth::Unknown), "an act sent twice")?;
            let token = seen.checked.confirmation;
            self.check_confirmed(key, act, token, &rules, confirmed, now)?;
            let truth = Truth::Pending { is_resent: before.is_some(), is_proven: false };
            self.acts.insert(act, (key, truth));
            self.newest.insert(key, act);
            self.already_done.remove(&key);
            if let Some(text) = caller_key {
                self.spent_keys.insert((key, text), act);
            }
        }
        if let Some(seen) = self.calls.get_mut(&call) {
            seen.is_executing = true;
            seen.act = act;
        }
        Ok(())
    }

    /// Whether a caller's key stands for an act that may have happened: one that failed may be tried again under it.
    fn is_spent(&self, key: ActKey, text: &str) -> bool {
        let act = self.spent_keys.get(&(key, text.to_owned()));
        let truth = act.and_then(|act| self.acts.get(act)).map(|(_, truth)| *truth);
        truth.is_some_and(|truth| !matches!(truth, Truth::Failed | Truth::NeverLeft))
    }

    /// Whether the same act may be sent, from what is known of the one before.
    fn check_permitted(
        &self,
        key: ActKey,
        act: ActId,
        rules: &CallRules,
        has_fresh_key: bool,
        now: Now,
    ) -> Result<(), String> {
        let Some((before, (_, truth))) = self.newest.get(&key).and_then(|act| self.acts.get_key_value(act))
        else {
            return Ok(());
        };
        match *truth {
            Truth::Pending { .. } => Err("the same act twice at once".to_owned()),
            Truth::Unknown => {
                check(rules.effect == Effect::Idempotent && *before == act, "an unknown act sent again")
            }
            Truth::Done { at } => {
                let on_purpose = if self.shows_turns() {
                    self.already_done.get(&key).is_some_and(|turn| *turn < self.user_turns)
                } else {
                    has_fresh_key
                };
                let is_over = !rules.effect_declared && now.mono.saturating_sub(at) >= Duration::from_mins(1);
                check(rules.repeats != Repeats::Never && (on_purpose || is_over), "a done act sent again")
            }
            Truth::Failed | Truth::NeverLeft => check(*before != act, "a failed act sent under its old key"),
        }
    }

    fn check_confirmed(
        &mut self,
        key: ActKey,
        act: ActId,
        token: Option<ActId>,
        rules: &CallRules,
        confirmed: Option<Proof>,
        now: Now,
    ) -> Result<(), String> {
        check(
            confirmed.is_some() == (rules.effect == Effect::Irreversible),
            "only irreversible acts are confirmed",
        )?;
        let Some(proof) = confirmed else { return Ok(()) };
        let (turn, at, given) = self.read_back.remove(&key).ok_or("confirmed what was not read back")?;
        match proof {
            Proof::UserTurn => check(turn < self.user_turns, "confirmed without a user turn"),
            Proof::Token => check(
                !self.shows_turns()
                    && given.is_some()
                    && given == token
                    && given == Some(act)
                    && now.mono.saturating_sub(at) >= self.settings.confirmation_delay,
                "confirmed by a wrong or early token",
            ),
        }
    }

    fn answer(&mut self, call: ExecutionId, with: &Answer, now: Now) -> Result<(), String> {
        if let Some(answers) = self.refused.get_mut(&call) {
            *answers += 1;
            return check(
                *answers == 1 && matches!(with, Answer::Refused(_)),
                "a refusal is answered so, once",
            );
        }
        self.check_reference(call, with)?;
        let user_turns = self.user_turns;
        let shows_turns = self.shows_turns();
        let seen = self.calls.get_mut(&call).ok_or("answered an unknown call")?;
        seen.answers += 1;
        check(seen.answers == 1, "answered twice")?;
        let key = seen.checked.fingerprint;
        match with {
            Answer::Result | Answer::TimedOut => {
                check(self.finished_now == Some(call), "a result of what has not finished")?;
            }
            Answer::Started => {
                seen.was_started = seen.is_executing;
                check(seen.checked.rules.speech.is_async, "only async calls are started")?;
            }
            Answer::SameAs { already_done: true, .. } => {
                self.already_done.entry(key).or_insert(user_turns);
            }
            Answer::SameAs { replayed: false, .. } => {
                if let (Some(text), Some(act)) = (seen.checked.caller_key.clone(), self.newest.get(&key)) {
                    self.spent_keys.insert((key, text), *act);
                }
            }
            Answer::HeldUnknown { act, .. } => {
                let truth = self.acts.get(act).map(|(_, truth)| *truth);
                check(truth == Some(Truth::Unknown), "held because of an act that is not unknown")?;
            }
            Answer::ReadBack { token } => {
                check(token.is_some() != shows_turns, "a token only where no turns are shown")?;
                self.token = token.or(self.token);
                // Other arguments make void what was read back before.
                self.read_back.retain(|asked, _| *asked == key);
                self.read_back.entry(key).or_insert((user_turns, now.mono, *token));
            }
            _ => {}
        }
        Ok(())
    }

    /// What an answer points to was executed for the same tool and arguments, and replays are of what has ended.
    fn check_reference(&self, call: ExecutionId, with: &Answer) -> Result<(), String> {
        let Answer::SameAs { execution, replayed, .. } = with else { return Ok(()) };
        let asked = self.calls.get(&call).ok_or("answered an unknown call")?;
        let carrier = self.calls.get(execution).ok_or("points to an unknown execution")?;
        check(carrier.checked.fingerprint == asked.checked.fingerprint, "points to another act")?;
        check(!carrier.is_executing && carrier.outcome.is_some(), "points to what has not finished")?;
        check(*replayed || self.finished_now == Some(*execution), "joined what had finished before")
    }

    /// Every accepted call has had its answer.
    pub(super) fn check_all_answered(&self) -> Result<(), String> {
        let refused = self.refused.iter().find(|(_, answers)| **answers != 1).map(|(id, _)| *id);
        let open = self.calls.iter().find(|(_, seen)| seen.answers != 1).map(|(id, _)| *id);
        match refused.or(open) {
            Some(call) => Err(format!("{call} was not answered")),
            None => Ok(()),
        }
    }
}
