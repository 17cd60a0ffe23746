//! What is known of a call.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use hookswitch_media::source::Source;
use hookswitch_telephony::{LegName, Operations, Target};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::leg::Leg;

/// Who speaks with whom.
#[derive(Debug, Clone, Default)]
pub(super) enum Talk {
    /// The caller with the agent.
    #[default]
    Agent,
    /// The caller waits.
    Waiting(Source),
    /// The caller waits, the agent speaks with the target.
    Consulting(Source),
    /// The caller with the target.
    Bridged {
        /// The agent is still on the call.
        agent_stays: bool,
    },
}

/// Somebody listens for keys.
#[derive(Debug)]
pub(super) struct Collecting {
    pub(super) keys: mpsc::Sender<char>,
    pub(super) is_masked: bool,
}

/// What is known of a call.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) is_answered: bool,
    pub(super) has_ended: bool,
    pub(super) legs: BTreeMap<LegName, Arc<Leg>>,
    pub(super) talk: Talk,
    /// Whom the agent consulted last.
    pub(super) consulted: Option<Target>,
    /// The agent plays hold over its own conversation.
    pub(super) hold: Option<Source>,
    pub(super) operations: Operations,
    /// Stops the operation that changes who speaks with whom.
    pub(super) moving: Option<CancellationToken>,
    pub(super) collecting: Option<Collecting>,
    /// Dialogs that ended before their leg was here; the last few.
    pub(super) ended_early: VecDeque<u64>,
}

/// Most dialogs remembered that ended early.
const MOST_EARLY: usize = 16;

impl State {
    /// Who hears whom, both ways.
    pub(super) fn partners(&self) -> BTreeMap<LegName, LegName> {
        let pair = match self.talk {
            Talk::Agent if self.hold.is_none() => (LegName::Caller, LegName::Brain),
            Talk::Consulting(_) => (LegName::Brain, LegName::Target),
            Talk::Bridged { .. } => (LegName::Caller, LegName::Target),
            Talk::Agent | Talk::Waiting(_) => return BTreeMap::new(),
        };
        if !self.legs.contains_key(&pair.0) || !self.legs.contains_key(&pair.1) {
            return BTreeMap::new();
        }
        BTreeMap::from([(pair.0, pair.1), (pair.1, pair.0)])
    }

    /// Remembers a dialog that ended before its leg was here.
    pub(super) fn ended_early(&mut self, serial: u64) {
        if self.ended_early.len() >= MOST_EARLY {
            self.ended_early.pop_front();
        }
        self.ended_early.push_back(serial);
    }

    /// Whether a leg hears hold.
    pub(super) fn waits(&self, name: LegName) -> bool {
        let is_waiting = matches!(self.talk, Talk::Waiting(_) | Talk::Consulting(_)) || self.hold.is_some();
        name == LegName::Caller && is_waiting
    }
}
