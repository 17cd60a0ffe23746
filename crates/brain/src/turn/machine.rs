//! The machine of a conversation.

use hookswitch_model::brain::ToolChoice;
use serde_json::{Value, json};

use super::history::History;
use super::open_calls::OpenCalls;
use super::step::{Happened, Reply, Step, TurnEnd};
use crate::client::Finish;
use crate::error::ModelError;
use crate::message::{Message, ToolCall};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The user's turn.
    Idle,
    /// The model answers; its text is said, or dropped.
    Asking { is_muted: bool },
    /// Tool calls are under way.
    Calling,
    /// The result of an `async` call is waited for.
    AwaitingResult,
}

/// A conversation of an agent with a user.
#[derive(Debug)]
pub struct Talk {
    history: History,
    phase: Phase,
    text: String,
    open: OpenCalls,
    /// Results that came as events and that the model has not read: the message, and whether it may speak for it.
    notes: Vec<(String, Reply)>,
    may_call_tools: bool,
    rounds: u32,
    max_rounds: u32,
    choice: ToolChoice,
}

impl Talk {
    /// A conversation that begins.
    pub fn new(max_rounds: u32, choice: ToolChoice) -> Self {
        Self {
            history: History::default(),
            phase: Phase::Idle,
            text: String::new(),
            open: OpenCalls::default(),
            notes: Vec::new(),
            may_call_tools: true,
            rounds: 0,
            max_rounds,
            choice,
        }
    }

    /// What the model reads, without the prompt.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Goes on with other settings: the agent was changed, or another one took over.
    pub fn set_limits(&mut self, max_rounds: u32, choice: ToolChoice) {
        (self.max_rounds, self.choice) = (max_rounds, choice);
    }

    /// Whether calls of earlier turns have not been answered.
    pub fn awaits_results(&self) -> bool {
        self.open.are_awaited()
    }

    /// Takes what happened and appends what is to be done.
    pub fn on(&mut self, happened: Happened, steps: &mut Vec<Step>) {
        match happened {
            Happened::User(text) => self.begin(text, steps),
            Happened::Context(text) => self.history.push(Message::System(text)),
            Happened::Said(text) => self.history.push_agent(text, Vec::new()),
            Happened::Heard(text) => self.history.push(Message::User(text)),
            Happened::Text(text) => {
                if let Phase::Asking { is_muted } = self.phase
                    && !is_muted
                {
                    self.text.push_str(&text);
                    steps.push(Step::Say(text));
                }
            }
            Happened::Ended { finish, calls } => self.end_answer(finish, calls, steps),
            Happened::Failed(error) => self.fail(error, steps),
            Happened::Answered { id, told, reply } => self.answer(&id, told, reply, steps),
            Happened::Late { id, name, told, reply } => self.note(&id, &name, &told, reply, steps),
            Happened::MayCallTools(may) => {
                self.may_call_tools = may;
                if self.phase == Phase::AwaitingResult && may {
                    self.go_on(steps);
                }
            }
            Happened::Interrupted { unheard } => self.interrupt(unheard, steps),
        }
    }

    fn begin(&mut self, text: String, steps: &mut Vec<Step>) {
        if self.phase != Phase::Idle {
            self.interrupt(0, steps);
        }
        for message in self.open.take() {
            self.history.push(message);
        }
        self.take_notes();
        // The agent may also speak by itself.
        if !text.is_empty() {
            self.history.push(Message::User(text));
        }
        self.rounds = 0;
        self.ask(Reply { may_speak: true, may_call_tools: true }, steps);
    }

    fn ask(&mut self, reply: Reply, steps: &mut Vec<Step>) {
        self.take_notes();
        self.rounds += 1;
        self.text.clear();
        self.phase = Phase::Asking { is_muted: !reply.may_speak };
        let may_call = reply.may_call_tools && self.may_call_tools && self.rounds <= self.max_rounds;
        let choice = match (may_call, self.choice) {
            (false, _) => ToolChoice::None,
            // One call is enough, or the turn would never end.
            (true, ToolChoice::Required) if self.rounds > 1 => ToolChoice::Auto,
            (true, choice) => choice,
        };
        steps.push(Step::Ask { choice });
    }

    fn end_answer(&mut self, finish: Finish, calls: Vec<ToolCall>, steps: &mut Vec<Step>) {
        let Phase::Asking { .. } = self.phase else { return };
        steps.push(Step::EndOfText);
        let text = std::mem::take(&mut self.text);
        self.history.push_agent(text, calls.clone());
        match finish {
            Finish::Length => return self.end(TurnEnd::Length, steps),
            Finish::Filtered => return self.end(TurnEnd::Filtered, steps),
            Finish::Stop => {}
        }
        if calls.is_empty() {
            return self.settle_down(steps);
        }
        for call in &calls {
            self.open.open(call.id.clone(), call.name.clone());
        }
        if self.rounds > self.max_rounds {
            let told = json!({"error": "no more tools in this turn; answer the user", "done": false});
            for call in calls {
                let reply = Reply { may_speak: false, may_call_tools: false };
                let _ = self.open.answer(&call.id, told.clone(), reply);
            }
            for message in self.open.take() {
                self.history.push(message);
            }
            return self.end(TurnEnd::TooManyRounds, steps);
        }
        self.phase = Phase::Calling;
        steps.extend(calls.into_iter().map(Step::Call));
    }

    /// The agent has nothing more to say: the turn ends, unless results want to be told or are waited for.
    fn settle_down(&mut self, steps: &mut Vec<Step>) {
        if self.notes.iter().any(|(_, reply)| reply.may_speak) && self.rounds <= self.max_rounds {
            let reply = Reply { may_speak: true, may_call_tools: true };
            return self.ask(reply, steps);
        }
        if !self.may_call_tools {
            self.phase = Phase::AwaitingResult;
            return;
        }
        self.end(TurnEnd::Done, steps);
    }

    /// The result that was waited for is there, or will not come.
    fn go_on(&mut self, steps: &mut Vec<Step>) {
        match self.notes.iter().find(|(_, reply)| reply.may_speak || reply.may_call_tools) {
            Some((_, reply)) if self.rounds <= self.max_rounds => {
                let reply = *reply;
                self.ask(reply, steps);
            }
            _ => self.end(TurnEnd::Done, steps),
        }
    }

    fn answer(&mut self, id: &str, told: Value, reply: Reply, steps: &mut Vec<Step>) {
        match self.open.answer(id, told, reply) {
            Ok(()) => {}
            Err(Some((name, told))) => return self.note(id, &name, &told, reply, steps),
            Err(None) => return,
        }
        if self.open.is_empty() || !self.open.are_answered() {
            return;
        }
        let reply = self.open.reply();
        for message in self.open.take() {
            self.history.push(message);
        }
        if self.phase != Phase::Calling {
            return;
        }
        if reply.may_speak || reply.may_call_tools {
            self.ask(reply, steps);
        } else {
            self.end(TurnEnd::Silent, steps);
        }
    }

    fn note(&mut self, id: &str, name: &str, told: &Value, reply: Reply, steps: &mut Vec<Step>) {
        /// Most results that wait to be read.
        const MOST_NOTES: usize = 64;
        if self.notes.len() < MOST_NOTES {
            let text = format!("The result of the earlier call {id} of {name} is there now: {told}");
            self.notes.push((text, reply));
        }
        if self.phase == Phase::AwaitingResult && self.may_call_tools {
            self.go_on(steps);
        }
    }

    fn take_notes(&mut self) {
        for (text, _) in std::mem::take(&mut self.notes) {
            self.history.push(Message::System(text));
        }
    }

    fn fail(&mut self, error: ModelError, steps: &mut Vec<Step>) {
        if matches!(self.phase, Phase::Asking { .. }) {
            steps.push(Step::EndOfText);
            let text = std::mem::take(&mut self.text);
            self.history.push_agent(text, Vec::new());
            self.end(TurnEnd::Failed(error), steps);
        }
    }

    fn interrupt(&mut self, unheard: usize, steps: &mut Vec<Step>) {
        if matches!(self.phase, Phase::Asking { .. }) {
            steps.push(Step::Stop);
            let text = std::mem::take(&mut self.text);
            self.history.push_agent(text, Vec::new());
        }
        self.history.unsay(unheard);
        if self.phase != Phase::Idle {
            self.end(TurnEnd::Interrupted, steps);
        }
    }

    fn end(&mut self, end: TurnEnd, steps: &mut Vec<Step>) {
        self.phase = Phase::Idle;
        steps.push(Step::End(end));
    }
}
