//! The machine: one event in, orders out.

use hookswitch_model::{ExecutionId, Now};

use crate::acts::Acts;
use crate::calls::Calls;
use crate::confirmations::Confirmations;
use crate::event::Event;
use crate::floor::Floor;
use crate::order::{Answer, Order, Reply, Warning};
use crate::past::Past;
use crate::permissions::Permissions;
use crate::reads::Reads;
use crate::refusal::RefusalCode;
use crate::settings::Settings;
use crate::timers::Timers;

/// The moment of an event, and where its orders go.
pub(crate) struct Step<'a> {
    pub(crate) now: Now,
    orders: &'a mut Vec<Order>,
}

impl Step<'_> {
    pub(crate) fn order(&mut self, order: Order) {
        self.orders.push(order);
    }
}

/// A live session: acts, calls, speech. Never panics, whatever the events.
#[derive(Debug)]
pub struct Machine {
    pub(crate) settings: Settings,
    pub(crate) floor: Floor,
    pub(crate) calls: Calls,
    pub(crate) past: Past,
    pub(crate) acts: Acts,
    pub(crate) reads: Reads,
    pub(crate) confirmations: Confirmations,
    pub(crate) timers: Timers,
    pub(crate) permissions: Permissions,
    pub(crate) has_ended: bool,
}

impl Machine {
    /// A session that begins, or is about to be given its acts with [`Event::Restore`].
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            floor: Floor::default(),
            calls: Calls::default(),
            past: Past::default(),
            acts: Acts::default(),
            reads: Reads::default(),
            confirmations: Confirmations::default(),
            timers: Timers::default(),
            permissions: Permissions::default(),
            has_ended: false,
        }
    }

    /// Takes an event and appends what is to be done, in order.
    pub fn on(&mut self, event: Event, now: Now, orders: &mut Vec<Order>) {
        let step = &mut Step { now, orders };
        if self.has_ended {
            self.take_after_end(event, step);
            return;
        }
        self.take(event, step);
        if self.has_ended {
            return;
        }
        self.begin_turn_if_due();
        self.release_waiting(step);
        self.announce_permissions(step);
    }

    /// Whether the session has ended.
    pub const fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// How many calls are waiting or running, those included that were answered and run on.
    pub fn open_calls(&self) -> usize {
        self.calls.len()
    }

    /// The brain's id of a call, open or ended, as long as it is remembered.
    pub fn tool_call_id(&self, call: ExecutionId) -> Option<&str> {
        let open = self.calls.get(call).map(|open| open.tool_call_id.as_str());
        open.or_else(|| self.past.get(call).map(|past| &*past.tool_call_id))
    }

    /// Whether tools may be called, and whether user speech may end the agent's turn, as last ordered.
    pub const fn permissions(&self) -> (bool, bool) {
        self.permissions.last()
    }

    /// Whether user turns are shown: only then can one be waited for.
    pub(crate) const fn shows_turns(&self) -> bool {
        self.settings.voice || self.settings.shows_user_turns || self.floor.user_turns > 0
    }

    fn take(&mut self, event: Event, step: &mut Step<'_>) {
        match event {
            Event::Call(call) => self.admit(call, step),
            Event::Sent { call } => {
                if let Some(call) = self.calls.get_mut(call).filter(|call| call.runs()) {
                    call.is_sent = true;
                }
            }
            Event::Finished { call, outcome, timed_out } => self.finish(call, outcome, timed_out, step),
            Event::Late { call, outcome } => self.take_late(call, outcome, step),
            Event::Settled { act, outcome } => self.settle_by_hand(act, outcome, step),
            Event::UserSpeechStarted => self.floor.user_speaks = true,
            Event::UserSpeechFinished => self.floor.user_speaks = false,
            Event::AgentSpeechStarted => self.floor.agent_starts(),
            Event::AgentSpeechFinished => self.end_agent_speech(),
            Event::UserTurn => self.end_user_turn(),
            Event::Interrupted => self.interrupt(step),
            Event::CannotSpeak { call } => self.say_instead(call, step),
            Event::BrainDropped { tool_call_id } => self.drop_call(&tool_call_id, step),
            Event::Reports { speech, turns } => self.take_reports(speech, turns),
            Event::Timer(timer) => self.fire(timer, step),
            Event::AppGone => self.lose_app(step),
            Event::End(reason) => self.end(reason, step),
            Event::Restore(acts) => self.restore(acts, step.now),
        }
    }

    /// After the end only the truth about acts still counts; a new call is told so.
    fn take_after_end(&mut self, event: Event, step: &mut Step<'_>) {
        match event {
            Event::Call(call) => {
                let with = Answer::Refused(RefusalCode::SessionEnded.into());
                step.order(Order::Answer { call: call.call, with, reply: Reply::NONE });
            }
            Event::Finished { call, outcome, .. } | Event::Late { call, outcome } => {
                self.finish_after_end(call, outcome, step);
            }
            Event::Settled { act, outcome } => {
                self.settle(act, outcome);
            }
            _ => {}
        }
    }

    fn end_user_turn(&mut self) {
        self.floor.user_turns += 1;
        self.floor.turn_is_due = true;
    }

    /// The agent's next turn begins, unless a running call keeps this one.
    fn begin_turn_if_due(&mut self) {
        if self.floor.turn_is_due && !self.is_uninterruptible() {
            self.floor.begin_turn();
        }
    }

    /// What is reported from now on. Where speech is not, nobody speaks as far as anybody can tell.
    fn take_reports(&mut self, speech: bool, turns: bool) {
        self.settings.shows_user_turns |= turns || speech || self.settings.voice;
        self.settings.voice = speech;
        if !speech {
            self.floor.user_speaks = false;
            self.end_agent_speech();
        }
    }

    fn end_agent_speech(&mut self) {
        self.floor.agent_speaks = false;
        for call in self.calls.iter_mut() {
            call.line_plays = false;
        }
    }

    /// Warns of a report about a call that the session does not have.
    pub(crate) fn warn_unknown(call: Option<ExecutionId>, step: &mut Step<'_>) {
        step.order(Order::Warn(Warning::UnknownCall { call }));
    }
}
