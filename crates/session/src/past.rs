//! Ended calls, remembered for retries of the same call and for late results.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use hookswitch_model::execution::ActKey;
use hookswitch_model::{ActId, ExecutionId, ToolId};

/// Which text an ended call was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Given {
    /// Its own result or timeout.
    Own,
    /// That of another execution.
    Same { execution: ExecutionId, already_done: bool, joined: bool },
    /// None that a retry could be given: refused, held back, read back, withdrawn.
    Nothing,
}

/// An ended call.
#[derive(Debug, Clone)]
pub(crate) struct PastCall {
    pub(crate) tool: ToolId,
    pub(crate) fingerprint: ActKey,
    pub(crate) tool_call_id: Arc<str>,
    pub(crate) caller_key: Option<Arc<str>>,
    pub(crate) given: Given,
    /// The act that it carried out.
    pub(crate) act: Option<ActId>,
    /// That act stands alone: nothing but the ids of this call shows that it was asked for.
    pub(crate) is_alone: bool,
    /// It changed nothing.
    pub(crate) is_read: bool,
    /// A result may still come.
    pub(crate) awaits_late: bool,
}

impl PastCall {
    /// Whether forgetting it could let an act happen twice: only its ids show that it is the same call.
    fn guards_an_act(&self) -> bool {
        let has_key = self.caller_key.is_some() && !self.is_read;
        match self.given {
            _ if self.act.is_some() => self.is_alone || has_key || self.awaits_late,
            Given::Same { joined, .. } => joined && has_key,
            Given::Own | Given::Nothing => false,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.tool == other.tool && self.fingerprint == other.fingerprint
    }
}

/// The ended calls, bounded.
#[derive(Debug, Default)]
pub(crate) struct Past {
    calls: HashMap<ExecutionId, PastCall>,
    by_tool_call: HashMap<Arc<str>, ExecutionId>,
    by_caller_key: HashMap<Arc<str>, ExecutionId>,
    light: VecDeque<ExecutionId>,
    acts: VecDeque<ExecutionId>,
    guards: usize,
}

impl Past {
    /// Remembers an ended call and forgets the oldest beyond the bound: first those that carried no act.
    pub(crate) fn insert(&mut self, id: ExecutionId, call: PastCall, most: usize) {
        if call.given != Given::Nothing {
            self.index(id, &call);
        }
        if call.guards_an_act() {
            self.guards += 1;
        } else if call.act.is_some() {
            self.acts.push_back(id);
        } else {
            self.light.push_back(id);
        }
        self.calls.insert(id, call);
        while self.calls.len() > most {
            let Some(oldest) = self.light.pop_front().or_else(|| self.acts.pop_front()) else { return };
            self.forget(oldest);
        }
    }

    /// Whether another call that must not be forgotten can be remembered.
    pub(crate) const fn has_room(&self, most: usize) -> bool {
        self.guards < most
    }

    pub(crate) fn get(&self, id: ExecutionId) -> Option<&PastCall> {
        self.calls.get(&id)
    }

    /// A late result is awaited no longer.
    pub(crate) fn take_late(&mut self, id: ExecutionId) -> bool {
        let Some(call) = self.calls.get_mut(&id) else { return false };
        let guarded = call.guards_an_act();
        let awaited = std::mem::take(&mut call.awaits_late);
        if guarded && !call.guards_an_act() {
            self.guards = self.guards.saturating_sub(1);
            self.acts.push_back(id);
        }
        awaited
    }

    /// The last call with this id of the brain.
    pub(crate) fn by_tool_call(&self, tool_call_id: &str) -> Option<(ExecutionId, &PastCall)> {
        let id = *self.by_tool_call.get(tool_call_id)?;
        Some((id, self.calls.get(&id)?))
    }

    /// The last call with this key of the caller.
    pub(crate) fn by_caller_key(&self, key: &str) -> Option<(ExecutionId, &PastCall)> {
        let id = *self.by_caller_key.get(key)?;
        Some((id, self.calls.get(&id)?))
    }

    /// A repetition of the same call must not stand in front of the call itself: it may be forgotten earlier.
    fn index(&mut self, id: ExecutionId, call: &PastCall) {
        let calls = &self.calls;
        let is_repetition = |known: Option<&ExecutionId>| {
            known.and_then(|id| calls.get(id)).is_some_and(|known| known.is_same(call))
        };
        if !call.tool_call_id.is_empty() && !is_repetition(self.by_tool_call.get(&call.tool_call_id)) {
            self.by_tool_call.insert(Arc::clone(&call.tool_call_id), id);
        }
        if let Some(key) = &call.caller_key
            && !is_repetition(self.by_caller_key.get(key))
        {
            self.by_caller_key.insert(Arc::clone(key), id);
        }
    }

    fn forget(&mut self, id: ExecutionId) {
        let Some(call) = self.calls.remove(&id) else { return };
        if self.by_tool_call.get(&call.tool_call_id) == Some(&id) {
            self.by_tool_call.remove(&call.tool_call_id);
        }
        if let Some(key) = call.caller_key
            && self.by_caller_key.get(&key) == Some(&id)
        {
            self.by_caller_key.remove(&key);
        }
    }
}
