//! What the brain and the runtime may do while calls run (semantics: Speech rules, `uninterruptible`, `async`).

use crate::calls::Answered;
use crate::machine::{Machine, Step};
use crate::order::Order;

/// What was last announced.
#[derive(Debug)]
pub(crate) struct Permissions {
    may_interrupt: bool,
    may_call_tools: bool,
}

impl Default for Permissions {
    fn default() -> Self {
        Self { may_interrupt: true, may_call_tools: true }
    }
}

impl Permissions {
    /// Whether tools may be called, whether speech may interrupt.
    pub(crate) const fn last(&self) -> (bool, bool) {
        (self.may_call_tools, self.may_interrupt)
    }
}

impl Machine {
    /// Whether user speech does not end the turn: an uninterruptible call runs.
    pub(crate) fn is_uninterruptible(&self) -> bool {
        self.calls
            .iter()
            .any(|call| call.runs() && call.answered == Answered::No && call.rules.speech.uninterruptible)
    }

    /// Whether the brain waits for the result of an `async` call and calls nothing else.
    pub(crate) fn waits_for_result(&self) -> bool {
        self.calls
            .iter()
            .any(|call| call.answered == Answered::Started && call.rules.speech.wait_for_response)
    }

    /// Announces what has changed.
    pub(crate) fn announce_permissions(&mut self, step: &mut Step<'_>) {
        let may_interrupt = !self.is_uninterruptible();
        if std::mem::replace(&mut self.permissions.may_interrupt, may_interrupt) != may_interrupt {
            step.order(Order::MayInterrupt(may_interrupt));
        }
        let may_call_tools = !self.waits_for_result();
        if std::mem::replace(&mut self.permissions.may_call_tools, may_call_tools) != may_call_tools {
            step.order(Order::MayCallTools(may_call_tools));
        }
    }
}
