//! Calls that are waiting or running.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hookswitch_model::execution::ActKey;
use hookswitch_model::{ActId, ExecutionId, ToolId};

use crate::acts::ActPlace;
use crate::rules::CallRules;

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Held by a gate.
    Waiting,
    /// It gets what another open call gets.
    Joined(ExecutionId),
    /// Let go.
    Running,
}

/// What a call has been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answered {
    /// Nothing yet.
    No,
    /// That it was started; its result is still to be told.
    Started,
    /// All it will be.
    Yes,
}

/// A call whose end has not come.
#[derive(Debug)]
pub(crate) struct OpenCall {
    pub(crate) id: ExecutionId,
    pub(crate) tool_call_id: String,
    pub(crate) tool: ToolId,
    pub(crate) fingerprint: ActKey,
    pub(crate) rules: Arc<CallRules>,
    pub(crate) caller_key: Option<String>,
    pub(crate) confirmation: Option<ActId>,
    pub(crate) has_line: bool,
    /// The id it takes if it becomes a new act.
    pub(crate) fresh_act: ActId,
    /// The agent's turn in which it came.
    pub(crate) turn: u64,
    pub(crate) phase: Phase,
    /// The act that it carries out, while it runs.
    pub(crate) act: Option<ActPlace>,
    /// What it has been answered; it may run on after that.
    pub(crate) answered: Answered,
    /// It came while the user spoke.
    pub(crate) came_in_user_speech: bool,
    /// Its first byte may have left.
    pub(crate) is_sent: bool,
    /// The brain dropped it: nobody hears its answer.
    pub(crate) is_dropped: bool,
    /// The user cut its turn short: nothing is said for it.
    pub(crate) is_interrupted: bool,
    /// Its abortion was ordered.
    pub(crate) is_withdrawn: bool,
    /// The brain was told to speak for it.
    pub(crate) speech_asked: bool,
    /// Its line has been said before its start.
    pub(crate) line_said: bool,
    /// That line has not finished playing.
    pub(crate) line_plays: bool,
    /// Its hold has ended by time.
    pub(crate) hold_over: bool,
}

impl OpenCall {
    /// Whether it changes nothing.
    pub(crate) fn is_read(&self) -> bool {
        self.rules.is_read()
    }

    /// Where its act is or would be.
    pub(crate) fn place(&self) -> ActPlace {
        if self.rules.acts_alone() {
            ActPlace::Alone(self.fresh_act)
        } else {
            ActPlace::Shared(self.tool, self.fingerprint)
        }
    }

    /// Whether it was let go.
    pub(crate) fn runs(&self) -> bool {
        self.phase == Phase::Running
    }

    /// Whether nothing is to be said for its result: nobody listens, or not now.
    pub(crate) const fn is_silent(&self) -> bool {
        self.is_dropped || self.is_interrupted
    }

    /// Whether it asks the tool for the same thing.
    pub(crate) fn asks_same(&self, tool: ToolId, fingerprint: ActKey) -> bool {
        self.tool == tool && self.fingerprint == fingerprint
    }
}

/// The open calls in the order in which they came; bounded by admission.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    last: u64,
    open: BTreeMap<u64, OpenCall>,
    places: HashMap<ExecutionId, u64>,
}

impl Calls {
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    pub(crate) fn insert(&mut self, call: OpenCall) {
        self.last += 1;
        self.places.insert(call.id, self.last);
        self.open.insert(self.last, call);
    }

    pub(crate) fn remove(&mut self, id: ExecutionId) -> Option<OpenCall> {
        let place = self.places.remove(&id)?;
        self.open.remove(&place)
    }

    pub(crate) fn get(&self, id: ExecutionId) -> Option<&OpenCall> {
        self.open.get(self.places.get(&id)?)
    }

    pub(crate) fn get_mut(&mut self, id: ExecutionId) -> Option<&mut OpenCall> {
        self.open.get_mut(self.places.get(&id)?)
    }

    /// All open calls, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &OpenCall> {
        self.open.values()
    }

    /// All open calls, oldest first.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut OpenCall> {
        self.open.values_mut()
    }

    /// Those that came before a call, oldest first.
    pub(crate) fn before(&self, id: ExecutionId) -> impl Iterator<Item = &OpenCall> {
        let place = self.places.get(&id).copied().unwrap_or(0);
        self.open.range(..place).map(|(_, call)| call)
    }

    /// The ids of the calls that fit, oldest first.
    pub(crate) fn ids(&self, fits: impl Fn(&OpenCall) -> bool) -> Vec<ExecutionId> {
        self.iter().filter(|call| fits(call)).map(|call| call.id).collect()
    }

    /// Those that joined a call.
    pub(crate) fn joined_to(&self, carrier: ExecutionId) -> Vec<ExecutionId> {
        self.ids(|call| call.phase == Phase::Joined(carrier))
    }

    /// How many run.
    pub(crate) fn running(&self) -> usize {
        self.iter().filter(|call| call.runs()).count()
    }
}
