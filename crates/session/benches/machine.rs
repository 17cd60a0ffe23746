//! The machine alone: events per second on one core. `cargo bench -p hookswitch-session`; see benches/README.md.
#![allow(clippy::unwrap_used, reason = "a bench stops at the first thing that is wrong")]

use std::sync::Arc;
use std::time::Duration;

use divan::counter::ItemsCount;
use hookswitch_model::execution::ActKey;
use hookswitch_model::{ActId, Effect, ExecutionId, Now, Outcome, Stamp, ToolId};
use hookswitch_session::{Call, CallRequest, CallRules, Checked, Event, Machine, Order, Settings};

fn main() {
    divan::main();
}

/// Turns of the conversation.
const TURNS: u64 = 200;

/// A session that a runtime with speech takes part in: each turn the user speaks, the agent speaks and looks something
/// up, then books; every tenth booking is asked for twice.
struct Conversation {
    read: (ToolId, Arc<CallRules>),
    action: (ToolId, Arc<CallRules>),
    ids: Vec<(ExecutionId, ActId)>,
}

impl Conversation {
    fn new() -> Self {
        let mut spoken = CallRules::new(Effect::Action);
        spoken.effect_declared = true;
        spoken.speech.wait_for_speech_before = true;
        spoken.speech.line = Some("One second.".to_owned());
        Self {
            read: (ToolId::generate(), Arc::new(CallRules::new(Effect::Read))),
            action: (ToolId::generate(), Arc::new(spoken)),
            ids: (0..TURNS * 3).map(|_| (ExecutionId::generate(), ActId::generate())).collect(),
        }
    }

    fn call(&self, number: u64, tool: &(ToolId, Arc<CallRules>), means: u64) -> Event {
        let (call, act) = self.ids[usize::try_from(number).unwrap()];
        let mut key = [0; 32];
        key[..8].copy_from_slice(&means.to_le_bytes());
        Event::Call(Call {
            call,
            tool_call_id: format!("c{number}"),
            act,
            request: CallRequest::Checked(Checked {
                tool: tool.0,
                fingerprint: ActKey(key),
                rules: Arc::clone(&tool.1),
                caller_key: None,
                confirmation: None,
                has_line: false,
            }),
        })
    }

    fn events(&self) -> Vec<Event> {
        let mut events = vec![Event::Reports { speech: true, turns: true }];
        for turn in 0..TURNS {
            let finished = |number: u64| {
                let call = self.ids[usize::try_from(number).unwrap()].0;
                [Event::Sent { call }, Event::Finished { call, outcome: Outcome::Done, timed_out: false }]
            };
            let first = turn * 3;
            events.extend([Event::UserSpeechStarted, Event::UserSpeechFinished, Event::UserTurn]);
            events.push(self.call(first, &self.read, turn));
            events.extend(finished(first));
            events.push(Event::AgentSpeechStarted);
            events.push(self.call(first + 1, &self.action, turn));
            events.push(Event::AgentSpeechFinished);
            events.extend(finished(first + 1));
            if turn % 10 == 9 {
                events.push(self.call(first + 2, &self.action, turn));
            }
        }
        events
    }
}

#[divan::bench]
fn conversation(bencher: divan::Bencher<'_, '_>) {
    let conversation = Conversation::new();
    let start = Stamp::now();
    let count = conversation.events().len();
    bencher
        .counter(ItemsCount::new(count))
        .with_inputs(|| (Machine::new(Settings::default()), conversation.events(), Vec::with_capacity(16)))
        .bench_local_values(|(mut machine, events, mut orders)| {
            let mut given = 0;
            for (number, event) in (0u64..).zip(events) {
                let mono = Duration::from_millis(number * 20);
                orders.clear();
                machine.on(event, Now { wall: start, mono }, &mut orders);
                given += orders.len();
            }
            assert!(given > 0);
            (machine, orders)
        });
}

/// What a runtime reports most: speech that no call waits for.
#[divan::bench]
fn speech(bencher: divan::Bencher<'_, '_>) {
    let start = Stamp::now();
    bencher
        .counter(ItemsCount::new(1000usize))
        .with_inputs(|| Machine::new(Settings { voice: true, ..Settings::default() }))
        .bench_local_values(|mut machine| {
            let mut orders: Vec<Order> = Vec::new();
            for number in 0..500 {
                let now = Now { wall: start, mono: Duration::from_millis(number) };
                machine.on(Event::UserSpeechStarted, now, &mut orders);
                machine.on(Event::UserSpeechFinished, now, &mut orders);
            }
            machine
        });
}
