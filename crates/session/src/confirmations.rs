//! Irreversible acts that were read back and wait for the user's yes.

use std::collections::HashMap;
use std::time::Duration;

use hookswitch_model::execution::ActKey;
use hookswitch_model::{ActId, ToolId};

/// A read-back without a yes so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// The act that was read back.
    pub(crate) fingerprint: ActKey,
    /// The id it will have; also its token.
    pub(crate) act: ActId,
    /// How many user turns had ended.
    pub(crate) at_turn: u64,
    /// When, on the monotonic clock.
    pub(crate) at: Duration,
}

/// One read-back a tool: other arguments start over.
#[derive(Debug, Default)]
pub(crate) struct Confirmations {
    asked: HashMap<ToolId, Asked>,
}

impl Confirmations {
    /// The read-back of exactly this act.
    pub(crate) fn of(&self, tool: ToolId, fingerprint: ActKey) -> Option<Asked> {
        self.asked.get(&tool).copied().filter(|asked| asked.fingerprint == fingerprint)
    }

    /// Notes a read-back; one of other arguments is void.
    pub(crate) fn ask(&mut self, tool: ToolId, asked: Asked) {
        self.asked.insert(tool, asked);
    }

    /// The act goes ahead: its yes is used up.
    pub(crate) fn use_up(&mut self, tool: ToolId) {
        self.asked.remove(&tool);
    }
}
