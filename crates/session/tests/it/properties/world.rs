//! Plays moves against a machine, with the watcher looking at every event and order.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_model::Outcome;
use hookswitch_session::{
    Call, CallRequest, CallRules, Checked, EndReason, Event, Machine, Order, Refusal, RefusalCode, Settings,
    TimerId,
};

use super::moves::{Move, tools};
use super::watcher::Watcher;
use crate::ids;

pub(super) struct World {
    machine: Machine,
    watcher: Watcher,
    tools: Vec<Arc<CallRules>>,
    millis: u64,
    calls: u64,
    orders: Vec<Order>,
}

impl World {
    pub(super) fn new(voice: bool) -> Self {
        // Small bounds, so that they are met.
        let settings = Settings {
            voice,
            hold: Duration::from_secs(3),
            calls_in_flight: 3,
            calls_in_turn: 6,
            calls_open: 9,
            calls_remembered: 8,
            acts_remembered: 10,
            ..Settings::default()
        };
        Self {
            watcher: Watcher::new(&settings),
            machine: Machine::new(settings),
            tools: tools(),
            millis: 0,
            calls: 0,
            orders: Vec::new(),
        }
    }

    pub(super) fn orders(&self) -> &[Order] {
        &self.orders
    }

    fn give(&mut self, event: Event) -> Result<(), String> {
        let now = ids::moment(self.millis);
        let mut orders = Vec::new();
        self.watcher.see_event(&event, now);
        let given = event.clone();
        self.machine.on(event, now, &mut orders);
        for order in &orders {
            self.watcher
                .see_order(order, now)
                .map_err(|broken| format!("{broken}\nafter {given:?}\n{orders:#?}"))?;
        }
        self.orders.append(&mut orders);
        Ok(())
    }

    pub(super) fn play(&mut self, a_move: &Move) -> Result<(), String> {
        let event = match *a_move {
            Move::Ask { tool, arguments, id, key, with_token, has_line } => {
                self.ask(tool, arguments, id, key, with_token, has_line)
            }
            Move::AskInVain => {
                self.calls += 1;
                Event::Call(Call {
                    call: ids::call(self.calls),
                    tool_call_id: "vain".to_owned(),
                    act: ids::act(self.calls),
                    request: CallRequest::Refused(Refusal::from(RefusalCode::UnknownTool)),
                })
            }
            Move::Send(pick) => match nth(&self.watcher.executing(), pick) {
                Some(call) => Event::Sent { call },
                None => return Ok(()),
            },
            Move::Finish { pick, outcome, timed_out } => match nth(&self.watcher.executing(), pick) {
                Some(call) => Event::Finished { call, outcome, timed_out },
                None => return Ok(()),
            },
            Move::Late { pick, outcome } => match nth(&self.watcher.executed(), pick) {
                Some(call) => Event::Late { call, outcome },
                None => return Ok(()),
            },
            Move::Settle { pick, outcome } => match nth(&self.watcher.acts(), pick) {
                Some(act) => Event::Settled { act, outcome },
                None => return Ok(()),
            },
            Move::UserSpeaks(true) => Event::UserSpeechStarted,
            Move::UserSpeaks(false) => Event::UserSpeechFinished,
            Move::AgentSpeaks(true) => Event::AgentSpeechStarted,
            Move::AgentSpeaks(false) => Event::AgentSpeechFinished,
            Move::UserTurn => Event::UserTurn,
            Move::Interrupt => Event::Interrupted,
            Move::CannotSpeak(pick) => Event::CannotSpeak { call: ids::call(pick as u64 % 30) },
            Move::Drop(id) => Event::BrainDropped { tool_call_id: self.drop_id(id) },
            Move::Fire(pick) => match nth(&self.watcher.timers(), pick) {
                Some(timer) => {
                    self.millis += 500;
                    Event::Timer(timer)
                }
                None => return Ok(()),
            },
            Move::Wait(millis) => {
                self.millis += millis;
                return Ok(());
            }
            Move::LoseApp => Event::AppGone,
            Move::Reports(speech) => Event::Reports { speech, turns: speech },
            Move::StrayFinish { number, outcome } => {
                Event::Finished { call: ids::call(number), outcome, timed_out: false }
            }
            Move::StraySent(number) => Event::Sent { call: ids::call(number) },
            Move::StrayTimer(number) => Event::Timer(TimerId(number)),
        };
        self.give(event)
    }

    fn ask(
        &mut self,
        tool: usize,
        arguments: u8,
        id: Option<u8>,
        key: Option<u8>,
        with_token: bool,
        has_line: bool,
    ) -> Event {
        self.calls += 1;
        let tool_call_id = id.map_or_else(|| format!("own{}", self.calls), |id| format!("id{id}"));
        let tool_id = ids::tool(tool as u64);
        Event::Call(Call {
            call: ids::call(self.calls),
            tool_call_id,
            act: ids::act(self.calls),
            request: CallRequest::Checked(Checked {
                tool: tool_id,
                fingerprint: ids::fingerprint(&format!("{tool} {arguments}")),
                rules: Arc::clone(&self.tools[tool]),
                caller_key: key.map(|key| format!("key{key}")),
                confirmation: self.watcher.token().filter(|_| with_token),
                has_line,
            }),
        })
    }

    fn drop_id(&self, id: u8) -> String {
        if id < 4 {
            format!("id{id}")
        } else {
            format!("own{}", self.calls.saturating_sub(u64::from(id) - 4))
        }
    }

    /// Ends the session, then lets the engine bring home what still ran, and a little noise.
    pub(super) fn end(&mut self) -> Result<(), String> {
        self.give(Event::End(EndReason::Ended))?;
        self.watcher.check_all_answered()?;
        for call in self.watcher.executing() {
            self.give(Event::Finished { call, outcome: Outcome::Done, timed_out: false })?;
        }
        let later = [
            Move::Ask { tool: 0, arguments: 0, id: None, key: None, with_token: false, has_line: false },
            Move::UserTurn,
            Move::Late { pick: 3, outcome: Outcome::Done },
            Move::StrayFinish { number: 3, outcome: Outcome::Done },
            Move::LoseApp,
        ];
        later.iter().try_for_each(|a_move| self.play(a_move))?;
        self.give(Event::End(EndReason::Idle))
    }

    /// Everybody stops speaking, every timer fires, every call finishes: nothing may be left waiting.
    pub(super) fn settle_down(&mut self) -> Result<(), String> {
        self.give(Event::UserSpeechFinished)?;
        self.give(Event::AgentSpeechFinished)?;
        for _ in 0..60 {
            for timer in self.watcher.timers() {
                self.millis += 10_000;
                self.give(Event::Timer(timer))?;
            }
            for call in self.watcher.executing() {
                self.give(Event::Finished { call, outcome: Outcome::Done, timed_out: false })?;
            }
        }
        self.watcher.check_all_answered()?;
        if self.machine.open_calls() > 0 {
            return Err(format!("{} calls are left open", self.machine.open_calls()));
        }
        Ok(())
    }
}

fn nth<T: Copy>(among: &[T], pick: usize) -> Option<T> {
    (!among.is_empty()).then(|| among[pick % among.len()])
}
