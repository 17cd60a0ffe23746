//! The acts of the session: what was meant, where it stands, what the model knows of it.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use hookswitch_model::execution::{ActKey, ActState};
use hookswitch_model::{ActId, ExecutionId, ToolId};

/// Where an act is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ActPlace {
    /// Under its tool and fingerprint: the newest act of these.
    Shared(ToolId, ActKey),
    /// An act of its own.
    Alone(ActId),
}

/// One act.
#[derive(Debug, Clone)]
pub(crate) struct ActRecord {
    /// Its id, under which it is sent.
    pub(crate) id: ActId,
    /// Its tool.
    pub(crate) tool: ToolId,
    /// Where it stands.
    pub(crate) state: ActState,
    /// The execution whose text tells of it.
    pub(crate) execution: ExecutionId,
    /// Failures in a row of this and the acts before it in the same place.
    pub(crate) failures: u32,
    /// When the repeat window ends that began as the model was told that it is done (monotonic clock).
    pub(crate) window_ends: Option<Duration>,
    /// Whether the window counts: the effect was not declared.
    pub(crate) window_counts: bool,
    /// How many user turns had ended when the model was told `already_done` for the first time.
    pub(crate) already_done_at: Option<u64>,
    /// It was unknown and is sent again under its key.
    pub(crate) is_resent: bool,
    /// A late result showed it done while it was being sent again.
    pub(crate) proven_by: Option<ExecutionId>,
}

impl ActRecord {
    /// Whether the model has been told that it is done.
    pub(crate) const fn is_told(&self) -> bool {
        self.window_ends.is_some()
    }

    /// Whether its replays have ended.
    pub(crate) fn is_past_window(&self, mono: Duration) -> bool {
        self.window_counts && self.window_ends.is_some_and(|end| mono >= end)
    }

    /// The model is told: the window begins, once.
    pub(crate) fn tell(&mut self, window_ends: Duration) {
        self.window_ends.get_or_insert(window_ends);
    }
}

/// What was held back because an act of the tool is unknown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeldBack {
    /// How many user turns had ended.
    pub(crate) at_turn: u64,
    /// The act that was held back.
    pub(crate) fingerprint: ActKey,
}

/// The unknown acts of a tool.
#[derive(Debug, Default)]
struct UnknownActs {
    acts: BTreeSet<ActId>,
    held_back: Option<HeldBack>,
}

/// All acts, bounded by the caller of [`Acts::insert`].
#[derive(Debug, Default)]
pub(crate) struct Acts {
    records: HashMap<ActPlace, ActRecord>,
    places: HashMap<ActId, ActPlace>,
    unknown: HashMap<ToolId, UnknownActs>,
}

impl Acts {
    /// Whether there is room for one more.
    pub(crate) fn has_room(&mut self, most: usize, mono: Duration) -> bool {
        if self.records.len() < most {
            return true;
        }
        // What may be repeated freely by now protects nothing.
        let places = &mut self.places;
        self.records.retain(|_, act| {
            let kept = act.state != ActState::Done || !act.is_past_window(mono);
            if !kept {
                places.remove(&act.id);
            }
            kept
        });
        self.records.len() < most
    }

    /// Whether the place is taken.
    pub(crate) fn holds(&self, place: &ActPlace) -> bool {
        self.records.contains_key(place)
    }

    /// The newest act of a place.
    pub(crate) fn get(&self, place: &ActPlace) -> Option<&ActRecord> {
        self.records.get(place)
    }

    /// The newest act of a place. Its state is changed by [`Acts::set_state`] only.
    pub(crate) fn get_mut(&mut self, place: &ActPlace) -> Option<&mut ActRecord> {
        self.records.get_mut(place)
    }

    /// Where an act is.
    pub(crate) fn place_of(&self, act: ActId) -> Option<ActPlace> {
        self.places.get(&act).copied()
    }

    /// Puts an act into a place; the one before it there is forgotten.
    pub(crate) fn insert(&mut self, place: ActPlace, record: ActRecord) {
        self.remove(&place);
        let (id, tool, state) = (record.id, record.tool, record.state);
        self.places.insert(id, place);
        self.records.insert(place, record);
        if state == ActState::Unknown {
            self.note_unknown(tool, id);
        }
    }

    /// Changes the state of an act.
    pub(crate) fn set_state(&mut self, place: &ActPlace, state: ActState) {
        let Some(record) = self.records.get_mut(place) else { return };
        let (id, tool) = (record.id, record.tool);
        let before = std::mem::replace(&mut record.state, state);
        if before == ActState::Unknown && state != ActState::Unknown {
            self.forget_unknown(tool, id);
        }
        if before != ActState::Unknown && state == ActState::Unknown {
            self.note_unknown(tool, id);
        }
    }

    /// Forgets the act of a place: nothing of it ever left.
    pub(crate) fn remove(&mut self, place: &ActPlace) {
        if let Some(gone) = self.records.remove(place) {
            self.places.remove(&gone.id);
            self.forget_unknown(gone.tool, gone.id);
        }
    }

    /// An unknown act of a tool.
    pub(crate) fn unknown_of(&self, tool: ToolId) -> Option<ActId> {
        self.unknown.get(&tool)?.acts.first().copied()
    }

    /// What was held back because of the unknown acts of a tool.
    pub(crate) fn held_back(&self, tool: ToolId) -> Option<HeldBack> {
        self.unknown.get(&tool)?.held_back
    }

    /// Notes what is held back because of the unknown acts of a tool.
    pub(crate) fn hold_back(&mut self, tool: ToolId, held: HeldBack) {
        if let Some(unknown) = self.unknown.get_mut(&tool) {
            unknown.held_back = Some(held);
        }
    }

    fn note_unknown(&mut self, tool: ToolId, act: ActId) {
        let unknown = self.unknown.entry(tool).or_default();
        unknown.acts.insert(act);
        // The model has not been told of this one.
        unknown.held_back = None;
    }

    fn forget_unknown(&mut self, tool: ToolId, act: ActId) {
        if let Some(unknown) = self.unknown.get_mut(&tool) {
            unknown.acts.remove(&act);
            if unknown.acts.is_empty() {
                self.unknown.remove(&tool);
            }
        }
    }
}
